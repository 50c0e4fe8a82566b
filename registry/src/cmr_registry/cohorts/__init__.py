"""Snapshots, the cohort language, its two engines and disclosure control.

A snapshot is an immutable set of Parquet tables of consented, agreement-covered data; a question is a
`CohortQuery`; DuckDB answers it and a slow reference engine says what the answer must be. Nothing raw leaves this
room towards a person: what may be shown goes through `disclosure` and `answering`. No data of a center are written
here, and no release is cut here.
"""
