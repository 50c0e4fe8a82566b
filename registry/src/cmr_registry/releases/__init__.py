"""Data cuts: freeze, de-link, export, manifest, output check, re-issue.

Empty until the way of a study is built.
"""
