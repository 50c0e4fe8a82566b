"""Checks of mapping: T1, T2, ECV and the hematocrit that it was computed with (cmr.md sections 2, 4 and 7)."""

from collections.abc import Iterator

from cmr_dictionary.checking.case import Case
from cmr_dictionary.checking.problem import Mender
from cmr_dictionary.checking.rule import Hit, Words, across, bad, good

HCT_HOURS, ECV_POINTS = 24.0, 3.0
LOW_FIELD, HIGH_FIELD = (1.0, 2.0), (2.5, 3.5)
LONGEST_AT_LOW, SHORTEST_AT_HIGH = 1300.0, 950.0
"""Native myocardial T1 in ms that no disease but iron or fat passes at the field (d)."""
MAPS = {
    "native_t1_ms": 1000, "post_t1_ms": 450, "native_t1_blood_ms": 1550, "post_t1_blood_ms": 300,
    "hematocrit_pct": 42, "t1_scheme": "MOLLI 5(3)3",
}  # fmt: skip


@across(
    Words(
        "ecv-hematocrit-day",
        "ECV against the day of the hematocrit",
        "ECV is computed with a hematocrit of within 24 hours (PMC11195702); an older one shifts it.",
    ),
    good({"ecv_reported_pct": 28, "hct_offset_hours": -20}),
    bad({"ecv_reported_pct": 28, "hct_offset_hours": 30}, "hct_offset_hours"),
    reads=("hct_offset_hours",),
    who=Mender.COORDINATOR,
)
def hematocrit_day(case: Case) -> Iterator[Hit]:
    """Hematocrit within 24 hours of the exam."""
    hours = case.number("hct_offset_hours")
    has_ecv = "ecv_pct" in case.values or "ecv_reported_pct" in case.values
    if hours is not None and abs(hours) > HCT_HOURS and has_ecv:
        yield "hct_offset_hours", "ECV needs a hematocrit within 24 hours."


@across(
    Words(
        "ecv-from-t1",
        "ECV against T1 and hematocrit",
        "ECV follows from four T1 values and the hematocrit; a reported one is within 3 points of it.",
    ),
    good(MAPS | {"ecv_reported_pct": 26}),
    bad(MAPS | {"ecv_reported_pct": 38}, "ecv_reported_pct"),
    reads=("ecv_reported_pct", "ecv_pct"),
)
def ecv(case: Case) -> Iterator[Hit]:
    """Reported and computed ECV within 3 points."""
    computed = case.computed("ecv_pct")
    for name in ("ecv_reported_pct", "ecv_pct"):
        stated = case.number(name)
        if stated is not None and computed is not None and abs(stated - computed) > ECV_POINTS:
            yield name, "Differs by more than 3 points from T1 and hematocrit; please confirm."


@across(
    Words(
        "t1-after-contrast",
        "T1 before and after contrast",
        "Contrast shortens T1, of the myocardium and of the blood; the two values are often swapped.",
    ),
    good({"native_t1_ms": 1000, "post_t1_ms": 450, "t1_scheme": "MOLLI 5(3)3"}),
    bad({"native_t1_ms": 450, "post_t1_ms": 1000, "t1_scheme": "MOLLI 5(3)3"}, "post_t1_ms"),
    bad({"native_t1_blood_ms": 810, "post_t1_blood_ms": 1100}, "post_t1_blood_ms"),
    reads=("post_t1_ms", "post_t1_blood_ms"),
)
def t1_order(case: Case) -> Iterator[Hit]:
    """Post-contrast T1 below native T1."""
    for native, after in (("native_t1_ms", "post_t1_ms"), ("native_t1_blood_ms", "post_t1_blood_ms")):
        before, behind = case.number(native), case.number(after)
        if before is not None and behind is not None and behind >= before:
            yield after, "T1 after contrast is not shorter than native T1; please confirm."


@across(
    Words(
        "t1-field",
        "Native T1 against field strength",
        "T1 grows with the field: above 1300 ms at 1.5 T or below 950 ms at 3 T, field or value is often mistaken.",
    ),
    good({"native_t1_ms": 1010, "field_strength_t": 1.5, "t1_scheme": "MOLLI 5(3)3"}),
    bad({"native_t1_ms": 1380, "field_strength_t": 1.5, "t1_scheme": "MOLLI 5(3)3"}, "native_t1_ms"),
    bad({"native_t1_ms": 900, "field_strength_t": 3, "t1_scheme": "MOLLI 5(3)3"}, "native_t1_ms"),
    reads=("native_t1_ms",),
)
def t1_field(case: Case) -> Iterator[Hit]:
    """Native T1 within what its field allows."""
    t1, field = case.number("native_t1_ms"), case.number("field_strength_t")
    if t1 is None or field is None:
        return
    too_long = LOW_FIELD[0] <= field <= LOW_FIELD[1] and t1 > LONGEST_AT_LOW
    too_short = HIGH_FIELD[0] <= field <= HIGH_FIELD[1] and t1 < SHORTEST_AT_HIGH
    if too_long or too_short:
        yield "native_t1_ms", "Native T1 is rare at this field strength; please confirm."


@across(
    Words(
        "blood-t1",
        "T1 of blood against T1 of myocardium",
        "Native T1 of blood is longer than that of myocardium; the two values are often swapped.",
    ),
    good({"native_t1_ms": 1000, "native_t1_blood_ms": 1550, "t1_scheme": "MOLLI 5(3)3"}),
    bad({"native_t1_ms": 1550, "native_t1_blood_ms": 1000, "t1_scheme": "MOLLI 5(3)3"}, "native_t1_blood_ms"),
    reads=("native_t1_blood_ms",),
)
def blood_t1(case: Case) -> Iterator[Hit]:
    """Blood above myocardium."""
    blood, muscle = case.number("native_t1_blood_ms"), case.number("native_t1_ms")
    if blood is not None and muscle is not None and blood <= muscle:
        yield "native_t1_blood_ms", "T1 of blood is not longer than that of myocardium; please confirm."


TISSUE_CHECKS = (hematocrit_day, ecv, t1_order, t1_field, blood_t1)
"""All checks of this module, in the order in which problems are told."""
