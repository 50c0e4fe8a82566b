"""What became of the subjects: vital status by source with coverage windows, events, the censoring rule in words.

A center states it as follow-up documents in days from the subject's origin; each version is kept, the newest
counts. Withdrawals of machines come in here and are carried out by the subjects room. No date, name or local
number has a field here.
"""
