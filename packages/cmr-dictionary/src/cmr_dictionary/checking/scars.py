"""Checks of late enhancement: presence, segments, pattern, extent and amount say one thing (cmr.md section 2)."""

from collections.abc import Iterator

from cmr_dictionary.checking.case import Case
from cmr_dictionary.checking.rule import Hit, Words, across, bad, good
from cmr_dictionary.segments import SEGMENTS

EXTENTS, TRANSMURAL = frozenset("1234"), "4"
SEGMENT_PATTERNS = {"1": "1", "2": "2", "3": "3", "4": "4"}
"""Code of `lge_pattern_NN` -> code of the exam's `lge_pattern`."""
PATCHY = "6"
NOT_TRANSMURAL = frozenset({"2", "3"})
"""Codes of segment patterns that spare a part of the wall by their meaning: mid-wall, epicardial."""
AMOUNT_POINTS = 5.0
NONE_OF_17 = {f"lge_aha_{n}": "0" for n in SEGMENTS}


@across(
    Words(
        "lge-presence",
        "LGE against its segments",
        "LGE that is present is in at least one segment; LGE that is absent is in none.",
    ),
    good({"lge_present": "0", **NONE_OF_17}),
    good({"lge_present": "1", "lge_aha_03": "2"}),
    bad({"lge_present": "0", "lge_aha_03": "2"}, "lge_present"),
    bad({"lge_present": "1", **NONE_OF_17}, "lge_present"),
    reads=("lge_present",),
)
def lge_presence(case: Case) -> Iterator[Hit]:
    """Presence and segments agree."""
    present, count = case.code("lge_present"), case.number("lge_n_segments")
    extents = [case.code(name) for n in SEGMENTS if (name := f"lge_aha_{n}") in case.values]
    has_segments = any(extent in EXTENTS for extent in extents) or bool(count)
    if present == "0" and has_segments:
        yield "lge_present", "LGE is said to be absent, but segments show it."
    if present == "1" and not has_segments and (count == 0 or len(extents) == len(SEGMENTS)):
        yield "lge_present", "LGE is said to be present, but no segment shows it."


@across(
    Words(
        "lge-count",
        "Number of segments with LGE",
        "A stated number of segments with LGE is the number of segments that show it.",
    ),
    good({**NONE_OF_17, "lge_present": "1", "lge_aha_03": "2", "lge_n_segments": 1}),
    bad({**NONE_OF_17, "lge_present": "1", "lge_aha_03": "2", "lge_n_segments": 3}, "lge_n_segments"),
    reads=("lge_n_segments",),
)
def lge_count(case: Case) -> Iterator[Hit]:
    """The count and the segments agree."""
    count, counted = case.number("lge_n_segments"), case.computed("lge_n_segments")
    if count is not None and counted is not None and count != counted:
        yield "lge_n_segments", "Differs from the number of segments with LGE."


@across(
    Words(
        "lge-pattern-segments",
        "Pattern of the exam against the segments",
        "A pattern that a segment shows stands among the patterns of the exam (patchy may hold any).",
    ),
    good({"lge_pattern": ["1"], "lge_aha_03": "2", "lge_pattern_03": "1"}),
    bad({"lge_pattern": ["1"], "lge_aha_03": "2", "lge_pattern_03": "2"}, "lge_pattern"),
    reads=("lge_pattern",),
)
def lge_patterns(case: Case) -> Iterator[Hit]:
    """Patterns of segments are patterns of the exam."""
    listed = case.codes("lge_pattern")
    shown = {SEGMENT_PATTERNS.get(case.code(f"lge_pattern_{n}"), "") for n in SEGMENTS} - {""}
    if listed and PATCHY not in listed and not shown <= listed:
        yield "lge_pattern", "A segment shows a pattern that the exam's list does not name."


@across(
    Words(
        "lge-pattern-extent",
        "Pattern of a segment against its extent",
        "Mid-wall and epicardial enhancement spare a part of the wall; 76-100 % of it does not.",
    ),
    good({"lge_aha_03": "2", "lge_pattern_03": "2"}),
    bad({"lge_aha_03": "4", "lge_pattern_03": "2"}, "lge_pattern_03"),
    reads=tuple(f"lge_pattern_{n}" for n in SEGMENTS),
)
def lge_extents(case: Case) -> Iterator[Hit]:
    """No mid-wall or epicardial pattern is transmural."""
    for n in SEGMENTS:
        if case.code(f"lge_pattern_{n}") in NOT_TRANSMURAL and case.code(f"lge_aha_{n}") == TRANSMURAL:
            yield f"lge_pattern_{n}", "This pattern does not reach through the whole wall; please confirm."


@across(
    Words(
        "lge-interpretation",
        "Infarct against pattern",
        "An infarct enhances from the endocardium; without an ischemic pattern it is another scar.",
    ),
    good({"lge_interpretation": "1", "lge_pattern": ["1"]}),
    bad({"lge_interpretation": "1", "lge_pattern": ["2"]}, "lge_interpretation"),
    bad({"lge_interpretation": "2", "lge_pattern": ["1"]}, "lge_interpretation"),
    reads=("lge_interpretation",),
)
def lge_interpretation(case: Case) -> Iterator[Hit]:
    """Infarct and ischemic pattern go together."""
    listed, meaning = case.codes("lge_pattern"), case.code("lge_interpretation")
    if listed and ((meaning in ("1", "3") and "1" not in listed) or (meaning == "2" and listed == {"1"})):
        yield "lge_interpretation", "The interpretation and the pattern do not go together; please confirm."


@across(
    Words(
        "lge-amount-presence",
        "Amount of LGE against presence",
        "LGE that is present has an amount above zero.",
    ),
    good({"lge_present": "1", "lge_pct_lv": 8, "lge_method": "2"}),
    bad({"lge_present": "1", "lge_pct_lv": 0, "lge_method": "2"}, "lge_pct_lv"),
    reads=("lge_pct_lv", "lge_mass_g"),
)
def lge_amount(case: Case) -> Iterator[Hit]:
    """No amount of zero where LGE is present."""
    for name in ("lge_pct_lv", "lge_mass_g"):
        if case.code("lge_present") == "1" and case.number(name) == 0:
            yield name, "LGE is said to be present, but its amount is zero."


@across(
    Words(
        "lge-mass",
        "Mass of LGE against mass and percentage of the ventricle",
        "The enhanced mass is a part of the LV mass, and the stated percentage is that part, within 5 points.",
    ),
    good({"lge_mass_g": 12, "lv_mass_g": 120, "lge_pct_lv": 10, "lge_method": "2"}),
    bad({"lge_mass_g": 40, "lv_mass_g": 120, "lge_pct_lv": 10, "lge_method": "2"}, "lge_mass_g"),
    bad({"lge_mass_g": 140, "lv_mass_g": 120, "lge_method": "2"}, "lge_mass_g"),
    reads=("lge_mass_g",),
)
def lge_mass(case: Case) -> Iterator[Hit]:
    """Enhanced mass, LV mass and percentage agree."""
    scar, mass, share = case.number("lge_mass_g"), case.number("lv_mass_g"), case.number("lge_pct_lv")
    if scar is None or not mass:
        return
    if scar > mass:
        yield "lge_mass_g", "The enhanced mass is larger than the ventricle; please confirm."
    elif share is not None and abs(100 * scar / mass - share) > AMOUNT_POINTS:
        yield "lge_mass_g", "Mass and percentage of LGE do not belong to this ventricle; please confirm."


SCAR_CHECKS = (
    lge_presence, lge_count, lge_patterns, lge_extents, lge_interpretation, lge_amount, lge_mass,
)  # fmt: skip
"""All checks of this module, in the order in which problems are told."""
