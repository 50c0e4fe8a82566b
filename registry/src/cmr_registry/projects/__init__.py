"""Research projects from `proposed` on: who works in them, where they stand, and the centers' ballots (R38-R42).

A project names people, a question and the data that it needs; it holds no center's data but the ballots, which
belong to the centers. Applications and their review live in `access`, data cuts in `releases`.
"""
