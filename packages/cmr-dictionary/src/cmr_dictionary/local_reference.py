"""A z-score of T1, T2 and ECV: only against the center's own healthy persons on the same scanner, else none.

T1 depends on the scheme, the field, the scanner and its software (cmr.md section 4: 1142 against 1266 ms on one
scanner with two schemes), so a mean of raw T1 over schemes means nothing; z-scores may be pooled.
"""

from collections.abc import Iterable
from dataclasses import dataclass

MAPPED_ITEMS = ("native_t1_ms", "post_t1_ms", "ecv_pct", "ecv_reported_pct", "t2_myo_ms", "t2star_septal_ms")
"""Items that have no reference but the center's own."""
OF_SCHEME = ("native_t1_ms", "post_t1_ms", "ecv_pct", "ecv_reported_pct")
"""Those of them that depend on the T1 scheme; the two T2 measures have no scheme in the dictionary."""
FIELD_TOLERANCE_T = 0.1
LEAST_PERSONS = 10
"""Fewer healthy persons make no reference (d)."""


@dataclass(frozen=True, slots=True)
class LocalReference:
    """What a center measured in healthy persons.

    Attributes:
        item: one of `MAPPED_ITEMS`.
        n: number of healthy persons.
        mean, sd: of their values, in the item's unit.
        scanner: model, as `scanner_model` of exams says it.
        field_strength_t: field in T.
        software: version, as `software_version` of exams says it.
        scheme: as `t1_scheme` of exams says it; empty for items without one.
        first_year, last_year: exams of these years are read against it, both included; None: until it is ended.
    """

    item: str
    n: int
    mean: float
    sd: float
    scanner: str
    field_strength_t: float
    software: str
    scheme: str
    first_year: int
    last_year: int | None = None


@dataclass(frozen=True, slots=True)
class Technique:
    """How and when an exam measured; None or empty where it is not known."""

    scanner: str = ""
    field_strength_t: float | None = None
    software: str = ""
    scheme: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class LocalZ:
    """A z-score, or why there is none."""

    z: float | None
    reference: LocalReference | None
    reason: str = ""


def local_z(value: float, reference: LocalReference, technique: Technique) -> float | None:
    """How many standard deviations a value lies from the center's healthy mean.

    Args:
        value: in the item's unit.
        reference: of the same item and center.
        technique: how and when the exam measured.

    Returns:
        (value - mean) / SD, rounded to two decimals; None where anything does not match or is not known, where the
        reference has too few persons, or no spread.
    """
    if mismatch(reference, technique):
        return None
    return round((value - reference.mean) / reference.sd, 2)


def z_of(item: str, value: float, references: Iterable[LocalReference], technique: Technique) -> LocalZ:
    """The z-score of a value among the references of its center, or why there is none.

    Args:
        item: name of the item.
        value: in the item's unit.
        references: of the center, of any items.
        technique: how and when the exam measured.
    """
    if item not in MAPPED_ITEMS:
        return LocalZ(None, None, "This item has published ranges.")
    reasons = []
    for reference in references:
        if reference.item != item:
            continue
        z = local_z(value, reference, technique)
        if z is not None:
            return LocalZ(z, reference)
        reasons.append(mismatch(reference, technique))
    return LocalZ(None, None, reasons[0] if len(reasons) == 1 else _no_reference(reasons))


def mismatch(reference: LocalReference, technique: Technique) -> str:
    """Why an exam cannot be read against a reference; empty where it can."""
    if reference.n < LEAST_PERSONS or reference.sd <= 0:
        return f"The center's reference has fewer than {LEAST_PERSONS} persons, or no spread."
    year, last = technique.year, reference.last_year
    if year is None or year < reference.first_year or (last is not None and year > last):
        return "The center's reference is not valid for the year of the exam."
    field = technique.field_strength_t
    if field is None or abs(field - reference.field_strength_t) > FIELD_TOLERANCE_T:
        return "The center's reference is of another field strength."
    for words, ours, theirs in (
        ("scanner", technique.scanner, reference.scanner),
        ("software", technique.software, reference.software),
    ):
        if not _same(ours, theirs):
            return f"The center's reference is of another {words}."
    if reference.item in OF_SCHEME and not _same(technique.scheme, reference.scheme):
        return "The center's reference is of another sequence scheme."
    return ""


def _no_reference(reasons: list[str]) -> str:
    if not reasons:
        return "The center has stated no reference of its own."
    return "None of the center's references is of this scanner, software, field, scheme and year."


def _same(ours: str, theirs: str) -> bool:
    """Whether two texts say the same, whatever their case and blanks; an unknown one says nothing."""
    return bool(ours.strip()) and "".join(ours.lower().split()) == "".join(theirs.lower().split())
