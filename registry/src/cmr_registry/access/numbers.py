"""Running numbers of certificates and applications: one sequence per kind and year."""

from django.db import models

from cmr_registry.lib.locks import transaction_lock


def next_number(rows: models.QuerySet[models.Model], prefix: str, year: int) -> str:
    """The next free number, such as `SC-2026-0001`; call it inside the transaction that uses it.

    Args:
        rows: all rows of the model whose `number` it becomes.
        prefix: letters of the kind.
        year: of today.
    """
    start = f"{prefix}-{year}-"
    transaction_lock(f"number {start}")
    taken = rows.filter(number__startswith=start).order_by("-number").values_list("number", flat=True).first()
    return f"{start}{int(str(taken).removeprefix(start)) + 1 if taken else 1:04d}"
