"""The privacy dossier: what a hospital's board needs to judge the connector, from rules, settings and a shadow run.

`content` says it as blocks, `pdf` prints them (extra [pdf]), `page` shows them in a browser without any extra.
"""
