"""Research projects from `proposed` on: center ballots, agreements, publications, credit.

Empty until the way of a study is built.
"""
