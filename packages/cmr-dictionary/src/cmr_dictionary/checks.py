"""The checks that connector, center desk and registry run alike on values that are to cross the wall."""

import enum
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cmr_dictionary.crosschecks import findings
from cmr_dictionary.dictionary import load
from cmr_dictionary.errors import RejectReason
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.table import ITEM_NAME
from cmr_dictionary.values import LONGEST_WORD, is_crossing_text, range_problem, soft_range_problem


class Severity(enum.StrEnum):
    """What follows from a problem."""

    REJECT = "reject"
    WARN = "warn"


class Mender(enum.StrEnum):
    """Who can mend it (L4)."""

    COORDINATOR = "the center's coordinator"
    READER = "the reader of the exam"
    HOSPITAL_IT = "the hospital's IT"
    REGISTRY = "the registry"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one value.

    Attributes:
        item: name of the item; an unknown name is repeated only where it could be one.
        code: why (Length, Selection, Range, Type, UnknownItem, NotTransferable, Unusual, Consistency).
        severity: reject or warn.
        sentence: for a person; never holds the value.
        rule: stable name of the check, as its page is addressed.
        who: who can mend it.
    """

    item: str
    code: RejectReason
    severity: Severity
    sentence: str
    rule: str = ""
    who: Mender = Mender.COORDINATOR


def check_values(values: Mapping[str, object]) -> tuple[Problem, ...]:
    """Check the values of one case report as they are to leave the hospital.

    Args:
        values: plain values by item name: numbers, texts, codes as text, lists of codes, yes/no as 1 or 0.
            Missing values (R14) are not passed.

    Returns:
        All problems: those of single values in the order of the values, then those of values taken together
        (`cmr_dictionary.crosschecks`, over the values that are sound by themselves). Empty when everything may be
        sent.
    """
    checked = {name: _check(name, value) for name, value in values.items()}
    single = tuple(problem for problem in checked.values() if problem is not None)
    sound = {
        name: values[name] for name, problem in checked.items() if problem is None or not _rejects(problem)
    }
    together = (
        Problem(name, RejectReason.CONSISTENCY, Severity.REJECT if refused else Severity.WARN, sentence)
        for name, refused, sentence in (findings(sound) if len(sound) > 1 else ())
    )
    return (*single, *together)


def is_rejected(problems: tuple[Problem, ...]) -> bool:
    """Whether any problem forbids the value."""
    return any(_rejects(problem) for problem in problems)


def _rejects(problem: Problem) -> bool:
    return problem.severity == Severity.REJECT


def _check(name: str, value: object) -> Problem | None:
    item = load().items.get(name)
    if item is None:
        shown = name if ITEM_NAME.fullmatch(name) else "?"
        return _reject(shown, RejectReason.UNKNOWN_ITEM, "The data dictionary has no such item.")
    if not item.may_cross:
        return _reject(name, RejectReason.NOT_TRANSFERABLE, "This item stays at the center.")
    return CHECKS[item.kind](item, value)


def _reject(name: str, reason: RejectReason, sentence: str) -> Problem:
    return Problem(name, reason, Severity.REJECT, sentence)


def _number(item: Item, value: object) -> Problem | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return _reject(item.name, RejectReason.TYPE, "A number is expected.")
    if item.kind == ItemKind.INTEGER and value != int(value):
        return _reject(item.name, RejectReason.TYPE, "A whole number is expected.")
    problem = range_problem(item, value)
    if problem is not None:
        return _reject(item.name, RejectReason.RANGE, problem)
    unusual = soft_range_problem(item, value)
    return None if unusual is None else Problem(item.name, RejectReason.UNUSUAL, Severity.WARN, unusual)


def _code(item: Item, value: object) -> Problem | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return _reject(item.name, RejectReason.TYPE, "A code is expected.")
    if item.label_of(str(value)) is None:
        return _reject(item.name, RejectReason.SELECTION, "A code of the item's list is expected.")
    return None


def _codes(item: Item, value: object) -> Problem | None:
    if not isinstance(value, list | tuple):
        return _reject(item.name, RejectReason.TYPE, "A list of codes is expected.")
    if len({str(code) for code in value}) != len(value):
        return _reject(item.name, RejectReason.SELECTION, "A code stands twice.")
    return next((problem for code in value if (problem := _code(item, code)) is not None), None)


def _yes_no(item: Item, value: object) -> Problem | None:
    if value in (0, 1, "0", "1"):
        return None
    return _reject(item.name, RejectReason.SELECTION, "Yes (1) or no (0) is expected.")


def _text(item: Item, value: object) -> Problem | None:
    if not isinstance(value, str):
        return _reject(item.name, RejectReason.TYPE, "A text is expected.")
    if not 0 < len(value) <= LONGEST_WORD:
        return _reject(item.name, RejectReason.LENGTH, f"1 to {LONGEST_WORD} characters are expected.")
    if not is_crossing_text(item, value):
        sentence = "Only words of the item's technique vocabulary may leave the center."
        return _reject(item.name, RejectReason.SELECTION, sentence)
    return None


CHECKS: dict[ItemKind, Callable[[Item, object], Problem | None]] = {
    ItemKind.NUMBER: _number,
    ItemKind.INTEGER: _number,
    ItemKind.DERIVED: _number,
    ItemKind.CODE: _code,
    ItemKind.CODES: _codes,
    ItemKind.YES_NO: _yes_no,
    ItemKind.TEXT: _text,
}
"""One check per kind that may cross."""
