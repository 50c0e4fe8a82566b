"""Time zero moves to the end of what the question looked at."""

import pyarrow as pa

from cmr_registry.cohorts.parquet import schema_of
from cmr_registry.releases.landmarks import followup_from_landmark


def followup(subject, time_zero=0):
    return {
        "subject": subject, "exam": f"e-{subject}", "time_zero_day": time_zero, "follow_up_days": 1, "died": False,
        "end": "window_ended", "source": "ndi", "cause": None, "rule": "default-1", "is_conflicting": False,
    }  # fmt: skip


def status(subject, through, death=None):
    return {
        "subject": subject, "source": "ndi", "from_day": 0, "through_day": through, "death_day": death,
        "death_precision": "day" if death else None, "cause": "unknown" if death else None, "last_alive_day": None,
    }  # fmt: skip


def moved(rows, statuses, days=100):
    tables = (
        pa.Table.from_pylist(rows, schema=schema_of("followup")),
        pa.Table.from_pylist(statuses, schema=schema_of("vital_status")),
    )
    return {row["subject"]: row for row in followup_from_landmark(*tables, days).to_pylist()}


def test_a_survivor_is_watched_from_the_landmark_on():
    row = moved([followup("a")], [status("a", 500)])["a"]
    assert (row["time_zero_day"], row["follow_up_days"], row["end"]) == (100, 400, "window_ended")


def test_who_died_after_the_landmark_died_that_much_later():
    row = moved([followup("a", 30)], [status("a", 900, 250)])["a"]
    assert (row["time_zero_day"], row["follow_up_days"], row["died"], row["cause"]) == (
        130,
        120,
        True,
        "unknown",
    )


def test_who_died_before_or_was_no_longer_watched_takes_no_part():
    rows = moved([followup("a"), followup("b"), followup("c")], [status("a", 900, 60), status("b", 99)])
    assert {row["end"] for row in rows.values()} == {"not_watched"}
    assert rows["c"]["source"] is None


def test_an_exam_without_a_day_stays_as_it_is():
    row = followup("a", None)
    assert moved([row], [status("a", 500)])["a"] == row
