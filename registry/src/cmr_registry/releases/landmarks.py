"""Time zero moves to the end of what the question looked at (contract.md, "Time, pseudonyms, releases").

Who was chosen by a window after the exam could not die in it unseen by the choice: follow-up that began at the exam
would count that time as survived. So each exam's follow-up begins when the window ends, by the same censoring rule; who
died before or was no longer watched then is `not_watched` (landmark analysis, J Clin Oncol 1983;1:710).
"""

from collections import defaultdict
from typing import Any

import pyarrow as pa

from cmr_exchange.censoring import follow_up
from cmr_exchange.followup import DeathCause, Precision, SourceClass, VitalStatus


def followup_from_landmark(followup: pa.Table, vital_status: pa.Table, days: int) -> pa.Table:
    """The follow-up table with time zero `days` later.

    Args:
        followup: as cut, time zero at each exam.
        vital_status: what sources say, in the same days and labels.
        days: length of the window after the exam, at least 1.
    """
    known: dict[str, list[VitalStatus]] = defaultdict(list)
    for row in vital_status.to_pylist():
        known[row["subject"]].append(_status(row))
    rows = [_moved(row, known[row["subject"]], days) for row in followup.to_pylist()]
    return pa.Table.from_pylist(rows, schema=followup.schema)


def _moved(row: dict[str, Any], statuses: list[VitalStatus], days: int) -> dict[str, Any]:
    if row["time_zero_day"] is None:
        return row
    time_zero = row["time_zero_day"] + days
    found = follow_up(statuses, time_zero)
    return row | {
        "time_zero_day": time_zero,
        "follow_up_days": found.days,
        "died": found.died,
        "end": found.end.value,
        "source": found.source.value if found.source else None,
        "cause": found.cause.value if found.cause else None,
        "is_conflicting": found.is_conflicting,
    }


def _status(row: dict[str, Any]) -> VitalStatus:
    precision, cause = row["death_precision"], row["cause"]
    return VitalStatus(
        source=SourceClass(row["source"]),
        from_day=row["from_day"],
        through_day=row["through_day"],
        death_day=row["death_day"],
        death_precision=Precision(precision) if precision else None,
        cause=DeathCause(cause) if cause else None,
        last_alive_day=row["last_alive_day"],
    )
