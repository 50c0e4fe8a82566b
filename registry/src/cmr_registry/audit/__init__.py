"""Append-only, hash-chained events: who did what to whose data, or was refused.

No foreign keys, no identifiers.
"""
