"""The manual of `conditions`, said by example: one exam, one condition, one of three answers."""

import pytest

from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.reference import PlainSnapshot, answer, exams_of
from cmr_registry.cohorts.states import ALLOWED, SnapshotState, require_step

EXAM = {"exam": "e1", "subject": "s1", "center": "c1", "day": 100, "exam_year": 2015, "has_images": True}
REPORT = {
    "exam": "e1",
    "lv_ef_pct": 60.0,
    "sex": None,
    "sex__missing": "unknown",
    "race": ["1", "3"],
    "lge_performed": True,
}
SERIES = [{"exam": "e1", "kind": "lge", "view": "sax"}, {"exam": "e1", "kind": "lge", "view": "4ch"}]
EVENTS = [{"subject": "s1", "kind": "pci", "day": 130}]
DIED = {"exam": "e1", "died": True, "follow_up_days": 300}

KNOWN_TRUE = {"item": "lv_ef_pct", "op": ">=", "value": 60}
KNOWN_FALSE = {"item": "lv_ef_pct", "op": ">", "value": 60}
UNANSWERABLE = {"item": "sex", "op": "=", "value": "F"}


def told(where, *, report=REPORT, exam=EXAM):
    """The answer to a condition about the one exam."""
    snapshot = PlainSnapshot([exam], [report] if report else [], SERIES, EVENTS, [DIED])
    (found,) = exams_of(snapshot)
    query = CohortQuery.from_document({"version": 1, "steps": [{"where": where}]})
    return answer(query.steps[0].where, found, {"riverside": "c1"})


@pytest.mark.parametrize(
    ("where", "truth"),
    [
        (UNANSWERABLE, None),
        ({"item": "sex", "op": "!=", "value": "F"}, None),
        ({"not": UNANSWERABLE}, None),
        ({"not": KNOWN_FALSE}, True),
        ({"all": [KNOWN_TRUE, UNANSWERABLE]}, None),
        ({"all": [KNOWN_FALSE, UNANSWERABLE]}, False),
        ({"any": [KNOWN_FALSE, UNANSWERABLE]}, None),
        ({"any": [KNOWN_TRUE, UNANSWERABLE]}, True),
        ({"item": "sex", "op": "missing"}, True),
        ({"item": "sex", "op": "missing", "value": ["unknown"]}, True),
        ({"item": "sex", "op": "missing", "value": ["withheld"]}, False),
        ({"item": "sex", "op": "known"}, False),
        ({"item": "race", "op": "=", "value": "3"}, True),
        ({"item": "race", "op": "!=", "value": "3"}, False),
        ({"item": "race", "op": "in", "value": ["2", "3"]}, True),
        ({"item": "race", "op": "in", "value": ["2"]}, False),
        ({"item": "lge_performed", "op": "=", "value": True}, True),
        ({"item": "lv_ef_pct", "op": "between", "value": [55, 60]}, True),
        ({"series": "lge", "at_least": 2}, True),
        ({"series": "lge", "at_least": 2, "view": "sax"}, False),
        ({"event": "pci", "from": 0, "through": 30}, True),
        ({"event": "pci", "from": 31}, False),
        ({"event": "pci", "through": 29, "happened": False}, True),
        ({"event": "death", "through": 300}, True),
        ({"event": "death", "through": 299}, False),
        ({"exam": "number", "op": "=", "value": 1}, True),
        ({"exam": "day_gap", "op": ">", "value": 0}, None),
        ({"exam": "year", "op": "=", "value": 2015}, True),
        ({"exam": "age", "op": ">", "value": 0}, None),
        ({"exam": "has_images", "op": "=", "value": False}, False),
        ({"center_in": ["riverside"]}, True),
        ({"center_in": ["lakeside"]}, False),
    ],
)
def test_a_condition_is_fulfilled_or_not_or_unanswerable(where, truth):
    assert told(where) is truth


def test_an_exam_without_a_report_answers_nothing_about_items():
    assert told(KNOWN_TRUE, report=None) is None
    assert told({"item": "lv_ef_pct", "op": "missing", "value": ["not_reported"]}, report=None) is True


def test_without_a_day_nobody_knows_what_came_after():
    exam = {**EXAM, "day": None}
    assert told({"event": "pci", "through": 30}, exam=exam) is None
    assert told({"event": "pci", "through": 30, "happened": False}, exam=exam) is None


@pytest.mark.parametrize("now", list(SnapshotState))
@pytest.mark.parametrize("to", list(SnapshotState))
def test_a_snapshot_takes_only_the_steps_of_the_table(now, to):
    if to in ALLOWED[now]:
        assert require_step(now.value, to) is to
    else:
        with pytest.raises(ValueError, match="cannot become"):
            require_step(now.value, to)
