"""The way to data: search requests and their certificates, applications, conflicts, score sheets, decisions.

What a cohort is and which counts may be shown lives in `cohorts`; the project that an application becomes, and the
ballots of the centers on it, live in `projects`.
"""
