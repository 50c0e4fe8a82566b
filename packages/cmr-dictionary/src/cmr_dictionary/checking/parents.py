"""Checks of what depends on another answer: the branching of the table, what must follow a yes, what needs what."""

import functools
from collections.abc import Iterator, Mapping, Sequence

from cmr_dictionary.checking.case import Case
from cmr_dictionary.checking.problem import Mender, Surroundings
from cmr_dictionary.checking.rule import Hit, Words, across, bad, good
from cmr_dictionary.dictionary import load
from cmr_dictionary.errors import RejectReason
from cmr_dictionary.expressions import parsed
from cmr_dictionary.items import Item
from cmr_dictionary.logic import variables
from cmr_dictionary.segments import SEGMENTS

NEEDS = (
    ("stress_dose", "stress_dose_unit", "A dose needs its unit."),
    ("native_t1_ms", "t1_scheme", "A T1 value needs its sequence scheme."),
    ("post_t1_ms", "t1_scheme", "A T1 value needs its sequence scheme."),
    ("lge_pct_lv", "lge_method", "An amount of LGE needs its method."),
    ("lge_mass_g", "lge_method", "An amount of LGE needs its method."),
    ("egfr_ml_min_173m2", "renal_lab_offset_days", "A renal function needs its day."),
    ("ar_rf_reported_pct", "ar_method", "A regurgitant fraction needs its method."),
    ("ar_rvol_reported_ml", "ar_method", "A regurgitant volume needs its method."),
)
"""An item, what it cannot be interpreted without, and the sentence."""
DENIED = (
    ("gbca_given", ("post_t1_ms", "post_t1_blood_ms", "lge_delay_min")),
    ("lge_performed", ("lge_pct_lv", "lge_mass_g", "mvo_present", "lge_ti_ms", "lge_psir")),
    ("stress_performed", ("perf_mbf_stress_ml_min_g",)),
)
"""A yes/no or code, and items without a branching of their own that cannot be known where it says no."""
FOLLOWS = (
    (
        "gbca_given",
        "egfr_ml_min_173m2",
        "Contrast was given: the renal function is expected, or why it is missing.",
    ),
    ("ecv_reported_pct", "hematocrit_pct", "ECV needs a hematocrit: enter it, or say why it is missing."),
)
"""What is stated (yes), what is expected beside it, and the sentence."""
OF_SEGMENTS = ("wm17_rest", "wm17_stress", "lge17")
"""Matrices whose answers are compared with their question by a rule of their own (`wall-motion`, `lge-presence`)."""
MATRICES = {"wm17_rest": "wm_rest", "lge17": "lge_aha", "perf17_stress": "perf_stress"}
"""Matrix of segments -> beginning of its items' names."""
OPTIONAL_SEGMENT = "17"


@across(
    Words(
        "child-without-parent",
        "Stated although its question says no",
        "A detail stands in the report, but the question above it denies it: no stress, yet a stress agent.",
    ),
    good({"gbca_given": 1, "gbca_agent": "1"}),
    good({"gbca_agent": "1", "sex": "F"}),
    bad({"gbca_given": 0, "gbca_agent": "1"}, "gbca_agent"),
    bad({"lge_performed": 0, "lge_pct_lv": 8, "lge_method": "2"}, "lge_pct_lv"),
    reads=(),
    code=RejectReason.PARENT_CHILD,
)
def child(case: Case) -> Iterator[Hit]:
    """Nothing is stated that the branching of the table denies."""
    values = case.values
    found: dict[str, None] = {}
    for expression, (parents, names) in _conditions().items():
        stated = [name for name in names if name in values]
        if stated and all(_is_known(case, parent) for parent in parents) and not _holds(expression, case):
            found |= dict.fromkeys(_one_of_each_map(stated))
    for gate, names in DENIED:
        if case.code(gate) == "0":
            found |= dict.fromkeys(name for name in names if name in values)
    for name in found:
        yield name, "Stated, although it was not done."


@across(
    Words(
        "required-child",
        "Missing although its question says yes",
        "The question above asks for this required detail; enter it, or say why it is missing.",
    ),
    good({"gbca_given": 1, "gbca_agent": "1"}),
    good({"gbca_given": 1}, Surroundings(missing={"gbca_agent": "unknown"})),
    good({"gbca_given": 0}),
    bad({"gbca_given": 1}, "gbca_agent"),
    reads=(),
    code=RejectReason.PARENT_CHILD,
    who=Mender.COORDINATOR,
    needs_whole=True,
)
def required_child(case: Case) -> Iterator[Hit]:
    """Required items that the branching asks for are stated or explicitly missing."""
    for expression, (parents, names) in _required().items():
        if not any(parent in case.values or parent in case.derived for parent in parents):
            continue
        absent = [name for name in names if not case.is_said(name) and name not in NEEDED]
        if absent and _holds(expression, case):
            for name in absent:
                yield name, "Asked for by another answer: enter it, or say why it is missing."


@across(
    Words(
        "needs-another",
        "Cannot be read without another item",
        "A dose without unit, a T1 without scheme or an amount of LGE without method compares with no other.",
    ),
    good({"native_t1_ms": 1010, "t1_scheme": "MOLLI 5(3)3"}),
    bad({"native_t1_ms": 1010, "sex": "F"}, "native_t1_ms"),
    bad({"stress_dose": 140, "sex": "F"}, "stress_dose"),
    reads=tuple(name for name, _, _ in NEEDS),
    code=RejectReason.PARENT_CHILD,
)
def needs(case: Case) -> Iterator[Hit]:
    """What a value cannot be interpreted without stands beside it."""
    for name, needed, sentence in NEEDS:
        if name in case.values and not case.is_said(needed):
            yield name, sentence


@across(
    Words(
        "expected-beside",
        "Expected beside another item",
        "Contrast calls for the renal function, an ECV for the hematocrit it was computed with.",
    ),
    good({"gbca_given": 1, "gbca_agent": "1", "egfr_ml_min_173m2": 80, "renal_lab_offset_days": -1}),
    good({"gbca_given": 1}, Surroundings(missing={"egfr_ml_min_173m2": "not_reported"})),
    bad({"gbca_given": 1, "gbca_agent": "1"}, "egfr_ml_min_173m2"),
    bad({"ecv_reported_pct": 27}, "hematocrit_pct"),
    reads=tuple(name for name, _, _ in FOLLOWS),
    code=RejectReason.PARENT_CHILD,
    who=Mender.COORDINATOR,
    needs_whole=True,
)
def expected(case: Case) -> Iterator[Hit]:
    """What a yes calls for is stated or explicitly missing."""
    for name, follower, sentence in FOLLOWS:
        if name in case.values and case.code(name) != "0" and not case.is_said(follower):
            yield follower, sentence


@across(
    Words(
        "segments-incomplete",
        "Not all segments of a map",
        "A map has 17 segments; counts and scores need all of them (perfusion may leave out segment 17).",
    ),
    good({f"lge_aha_{n}": "0" for n in SEGMENTS}),
    good({f"perf_stress_{n}": "0" for n in SEGMENTS[:16]}),
    bad({f"lge_aha_{n}": "0" for n in SEGMENTS[:12]}, "lge_aha_13"),
    reads=tuple(f"{stem}_{n}" for stem in MATRICES.values() for n in SEGMENTS),
    code=RejectReason.EXACT_LENGTH,
    needs_whole=True,
)
def segments(case: Case) -> Iterator[Hit]:
    """A map is stated whole or not at all; the first segment that is absent is named."""
    for stem in MATRICES.values():
        names = [f"{stem}_{n}" for n in SEGMENTS if not (n == OPTIONAL_SEGMENT and stem == "perf_stress")]
        if stem == "wm_rest" and case.code("wm_rest_all_normal") == "1":
            continue
        absent = [name for name in names if not case.is_said(name)]
        if 0 < len(absent) < len(names):
            yield absent[0], f"{len(names)} segments are expected, or none."


PARENT_CHECKS = (child, required_child, needs, expected, segments)
"""All checks of this module, in the order in which problems are told."""
NEEDED = frozenset(needed for _, needed, _ in NEEDS)


def _is_known(case: Case, parent: str) -> bool:
    """Whether a question has an answer, so that its no is a no; a reason why it is missing is none."""
    return parent in case.values


def _holds(expression: str, case: Case) -> bool:
    values, derived = case.values, case.derived
    return parsed(expression).value(lambda name: values.get(name, derived.get(name))) is True


def _one_of_each_map(names: Sequence[str]) -> Iterator[str]:
    """The names, of a matrix only the first: one denied map is one problem."""
    seen: set[str] = set()
    for name in names:
        matrix = load().items[name].matrix
        if matrix not in seen:
            yield name
        seen |= {matrix} - {""}


Conditions = Mapping[str, tuple[frozenset[str], tuple[str, ...]]]
"""Expression -> the items it asks, and the items it is asked for."""


@functools.cache
def _conditions() -> Conditions:
    return _grouped(item for item in load().items.values() if item.matrix not in OF_SEGMENTS)


@functools.cache
def _required() -> Conditions:
    return _grouped(item for item in load().items.values() if item.required and not item.read_only)


def _grouped(items: Iterator[Item]) -> Conditions:
    found: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {}
    for item in items:
        if item.branching and item.may_cross and item.form != "followup":
            parents, names = found.get(item.branching, (variables(item.branching), ()))
            found[item.branching] = (parents, (*names, item.name))
    return found
