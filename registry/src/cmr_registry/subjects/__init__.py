"""Pseudonymous subjects, and what every room does when one of them withdraws.

No name, date or local number of a patient has a field here.
"""
