"""Snapshots, the cohort language, its two engines and disclosure control.

Empty until the way of a study is built.
"""
