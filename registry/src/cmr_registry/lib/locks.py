"""Locks that last until the transaction ends."""

import hashlib

from django.db import connection


def transaction_lock(name: str) -> None:
    """Let one transaction at a time pass under this name; SQLite's immediate transactions do it by themselves.

    Whoever needs several takes them in the order study, delivery row, audit chain, so that no two wait for
    each other.
    """
    if connection.vendor == "postgresql":
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
