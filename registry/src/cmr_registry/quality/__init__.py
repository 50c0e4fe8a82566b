"""Data quality: every exam checked, what was found, what each center's report says, how complete its delivery is.

Checks run in a job over exams that are due; sums per center and quarter are stored, and pages read the sums only.
Questions to centers about their data live here too.
"""
