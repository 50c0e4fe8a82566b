"""Search requests, data access applications, committee review, score sheets, decisions.

Empty until the way of a study is built.
"""
