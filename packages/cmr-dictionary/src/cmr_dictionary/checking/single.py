"""Checks of one value by itself: is the item known, may it leave, is the value of its kind, in its list and range."""

import math
from collections.abc import Callable, Mapping

from cmr_dictionary.checking.problem import Mender, Problem, Severity
from cmr_dictionary.checking.rule import Example, Rule
from cmr_dictionary.dictionary import load
from cmr_dictionary.errors import RejectReason
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.table import ITEM_NAME
from cmr_dictionary.values import LONGEST_WORD, is_crossing_text, range_problem, soft_range_problem

ICD10_LENGTHS = range(3, 6)
"""Characters of an ICD-10 code as it may cross, without the dot."""


def _refusal(
    name: str,
    code: RejectReason,
    words: tuple[str, str],
    passing: Mapping[str, object],
    bad: Mapping[str, object],
) -> Rule:
    """A rule that refuses one value; `words` are its title and explanation."""
    failing = Example(bad, items=tuple(bad))
    return Rule(name, code, Severity.REJECT, *words, Mender.COORDINATOR, (Example(passing),), (failing,))


UNKNOWN_ITEM = _refusal(
    "unknown-item",
    RejectReason.UNKNOWN_ITEM,
    (
        "Unknown item",
        "Only items of the data dictionary are taken; a column called otherwise is mapped first.",
    ),
    {"lv_edv_ml": 150},
    {"lv_edv": 150},
)
STAYS_AT_CENTER = _refusal(
    "stays-at-center",
    RejectReason.NOT_TRANSFERABLE,
    ("Item that stays at the center", "Identifiers, dates and free text never leave the hospital."),
    {"age_at_exam_years": 61},
    {"report_text": "as dictated"},
)
NOT_A_NUMBER = _refusal(
    "not-a-number",
    RejectReason.TYPE,
    ("Not a number", "An item with a unit takes a number and nothing else."),
    {"lv_edv_ml": 150},
    {"lv_edv_ml": "150 mL"},
)
NOT_WHOLE = _refusal(
    "not-a-whole-number",
    RejectReason.TYPE,
    ("Not a whole number", "Counts, pressures and days are whole numbers."),
    {"sax_n_slices": 12},
    {"sax_n_slices": 12.5},
)
NOT_A_CODE = _refusal(
    "not-a-code",
    RejectReason.TYPE,
    ("Not a code", "An item with a list of answers takes one of their codes."),
    {"rhythm": "1"},
    {"rhythm": 1.5},
)
NOT_A_LIST = _refusal(
    "not-a-list",
    RejectReason.TYPE,
    ("Not a list of codes", "An item with several answers takes a list, even of one."),
    {"seq_performed": ["1"]},
    {"seq_performed": "1"},
)
NOT_A_TEXT = _refusal(
    "not-a-text",
    RejectReason.TYPE,
    ("Not a text", "A text of technique is expected, as the scanner or the software is called."),
    {"t1_scheme": "MOLLI 5(3)3"},
    {"t1_scheme": 533},
)
NOT_IN_LIST = _refusal(
    "not-in-list",
    RejectReason.SELECTION,
    ("Not in the list", "The code is none of the item's answers."),
    {"rhythm": "2"},
    {"rhythm": "77"},
)
NOT_YES_OR_NO = _refusal(
    "not-yes-or-no",
    RejectReason.SELECTION,
    ("Neither yes nor no", "Yes is 1 and no is 0; unknown is said by a missing code."),
    {"hx_htn": 1},
    {"hx_htn": 2},
)
TWICE = _refusal(
    "code-twice",
    RejectReason.SELECTION,
    ("A code twice", "A list names each answer once."),
    {"seq_performed": ["1", "2"]},
    {"seq_performed": ["1", "2", "2"]},
)
LENGTH = _refusal(
    "text-length",
    RejectReason.LENGTH,
    ("Text too long or empty", f"A text of technique has 1 to {LONGEST_WORD} characters."),
    {"lv_software": "cvi42 5.13"},
    {"lv_software": "cvi42 " * 20},
)
ICD10_LENGTH = _refusal(
    "icd10-length",
    RejectReason.EXACT_LENGTH,
    ("Length of an ICD-10 code", "An ICD-10 code has 3 to 5 characters beside its dot, as I42.0."),
    {"indication_icd10": "I42.0"},
    {"indication_icd10": "I4"},
)
NOT_TECHNIQUE = _refusal(
    "no-word-of-technique",
    RejectReason.SELECTION,
    ("No word of technique", "Only words of the item's vocabulary may leave: so no name can be spelled."),
    {"scanner_model": "MAGNETOM Vida"},
    {"scanner_model": "Scanner of Dr. Example"},
)
RANGE = _refusal(
    "outside-range",
    RejectReason.RANGE,
    ("Outside the possible range", "The value lies where no human heart, dose or scanner does."),
    {"lv_edv_ml": 150},
    {"lv_edv_ml": 1500},
)
UNUSUAL = Rule(
    "unusual-value",
    RejectReason.UNUSUAL,
    Severity.WARN,
    "Outside the usual range",
    "The value is possible but rare in adults; often a unit or a decimal point is wrong. Children are not asked.",
    Mender.READER,
    (Example({"lv_edv_ml": 150}), Example({"lv_edv_ml": 10, "age_at_exam_years": 0})),
    (Example({"lv_edv_ml": 480}, items=("lv_edv_ml",)),),
)
SINGLE_RULES = (
    UNKNOWN_ITEM, STAYS_AT_CENTER, NOT_A_NUMBER, NOT_WHOLE, NOT_A_CODE, NOT_A_LIST, NOT_A_TEXT, NOT_IN_LIST,
    NOT_YES_OR_NO, TWICE, LENGTH, ICD10_LENGTH, NOT_TECHNIQUE, RANGE, UNUSUAL,
)  # fmt: skip
"""All rules of this module, in the order in which people read them."""


def check_one(name: str, value: object) -> Problem | None:
    """What is wrong with one value by itself; None where nothing is.

    Args:
        name: name of the item, or of what is no item.
        value: plain value.
    """
    item = load().items.get(name)
    if item is None:
        shown = name if ITEM_NAME.fullmatch(name) else "?"
        return UNKNOWN_ITEM.problem(shown, "The data dictionary has no such item.")
    if not item.may_cross:
        return STAYS_AT_CENTER.problem(name, "This item stays at the center.")
    return KIND_CHECKS[item.kind](item, value)


def _number(item: Item, value: object) -> Problem | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return NOT_A_NUMBER.problem(item.name, "A number is expected.")
    if item.kind == ItemKind.INTEGER and value != int(value):
        return NOT_WHOLE.problem(item.name, "A whole number is expected.")
    problem = range_problem(item, value)
    if problem is not None:
        return RANGE.problem(item.name, problem)
    unusual = soft_range_problem(item, value)
    return None if unusual is None else UNUSUAL.problem(item.name, unusual)


def _code(item: Item, value: object) -> Problem | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return NOT_A_CODE.problem(item.name, "A code is expected.")
    if item.label_of(str(value)) is None:
        return NOT_IN_LIST.problem(item.name, "A code of the item's list is expected.")
    return None


def _codes(item: Item, value: object) -> Problem | None:
    if not isinstance(value, list | tuple):
        return NOT_A_LIST.problem(item.name, "A list of codes is expected.")
    if len({str(code) for code in value}) != len(value):
        return TWICE.problem(item.name, "A code stands twice.")
    return next((problem for code in value if (problem := _code(item, code)) is not None), None)


def _yes_no(item: Item, value: object) -> Problem | None:
    if value in (0, 1, "0", "1"):
        return None
    return NOT_YES_OR_NO.problem(item.name, "Yes (1) or no (0) is expected.")


def _text(item: Item, value: object) -> Problem | None:
    if not isinstance(value, str):
        return NOT_A_TEXT.problem(item.name, "A text is expected.")
    if not 0 < len(value) <= LONGEST_WORD:
        return LENGTH.problem(item.name, f"1 to {LONGEST_WORD} characters are expected.")
    if item.name == "indication_icd10" and len(value.strip().replace(".", "")) not in ICD10_LENGTHS:
        return ICD10_LENGTH.problem(item.name, "An ICD-10 code of 3 to 5 characters is expected.")
    if not is_crossing_text(item, value):
        sentence = "Only words of the item's technique vocabulary may leave the center."
        return NOT_TECHNIQUE.problem(item.name, sentence)
    return None


KIND_CHECKS: dict[ItemKind, Callable[[Item, object], Problem | None]] = {
    ItemKind.NUMBER: _number,
    ItemKind.INTEGER: _number,
    ItemKind.DERIVED: _number,
    ItemKind.CODE: _code,
    ItemKind.CODES: _codes,
    ItemKind.YES_NO: _yes_no,
    ItemKind.TEXT: _text,
}
"""One check per kind that may cross."""
