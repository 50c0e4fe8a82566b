"""Pseudonymous subjects, their consent and its withdrawal.

No name, date or local number of a patient has a field here.
"""
