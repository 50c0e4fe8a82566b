"""Published reference ranges: which an exam may be read against, with source and evidence grade (cmr.md section 8).

A range is chosen by item, sex, age, field strength and papillary convention; where one of them is not known that the
table needs, there is none. Ranges of real-time cine are never mixed with those of breath-hold cine, and thresholds
for events or criteria of a disease are no ranges. Grade D is a transcription that nobody has checked against the paper.
"""

import csv
import enum
import functools
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

AGE_SPAN = re.compile(r"(\d+)-(\d+)")
FIRST_ADULT_YEAR, OLDEST = 18.0, 150.0
FIELDS = {"1.5T": (1.0, 2.0), "3T": (2.5, 3.5)}
"""Word of the table -> field strengths in T that it covers."""
CHAMBERS = re.compile(r"(?:lv|rv)_(?:edv|esv|sv|ef|mass|co|ci)|(?:lv|rv)_(?:edvi|esvi|svi|massi)")
NO_RANGE = ("optimal ROC threshold for events", "diagnostic criterion")
VENDORS = {"1": "siemens", "2": "philips", "3": "ge", "4": "canon", "5": "united"}
SCHEME = re.compile(r"\d{1,2}s?(?:\(\d{1,2}s?\)\d{1,2}s?)+")


class Convention(enum.StrEnum):
    """Where papillary muscles and trabeculae are counted; the code of `lv_papillary`."""

    VOLUME = "1"
    MASS = "2"
    UNKNOWN = ""


class Grade(enum.StrEnum):
    """How well a number is evidenced."""

    ABSTRACT = "A"
    REPOSITORY = "B"
    SECONDARY = "C"
    TRANSCRIBED = "D"

    @property
    def label(self) -> str:
        """What a reader sees."""
        return GRADE_LABELS[self]


GRADE_LABELS = {
    Grade.ABSTRACT: "abstract or table of the paper",
    Grade.REPOSITORY: "authors' own repository",
    Grade.SECONDARY: "published secondary table",
    Grade.TRANSCRIBED: "unverified transcription",
}


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """One published range.

    Attributes:
        item: item of the dictionary.
        unit: unit of the numbers.
        sex: M, F, or empty for both.
        ages: from and to, years, both included.
        fields: from and to in T, one pair per field strength; empty for any.
        convention: where papillary muscles are counted.
        method: how it was traced or measured, in words.
        lower, upper: limits; None where the source gives none on that side.
        limits: how the limits are meant, in words.
        population: who was measured, in words, with their number.
        source, locator: the publication, and where in it.
        grade: how well the numbers are evidenced.
        note: what else the table says.
    """

    item: str
    unit: str
    sex: str
    ages: tuple[float, float]
    fields: tuple[tuple[float, float], ...]
    convention: Convention
    method: str
    lower: float | None
    upper: float | None
    limits: str
    population: str
    source: str
    locator: str
    grade: Grade
    note: str

    @property
    def words(self) -> str:
        """The limits as people read them, as `52 to 73`."""
        if self.lower is None:
            return f"up to {self.upper:g}"
        return f"from {self.lower:g}" if self.upper is None else f"{self.lower:g} to {self.upper:g}"

    @property
    def is_verified(self) -> bool:
        """Whether somebody read the numbers in the publication or a table of it."""
        return self.grade is not Grade.TRANSCRIBED

    def place(self, value: float) -> str:
        """`below`, `within` or `above` the limits."""
        if self.lower is not None and value < self.lower:
            return "below"
        return "above" if self.upper is not None and value > self.upper else "within"


@functools.cache
def reference_ranges() -> Mapping[str, tuple[ReferenceRange, ...]]:
    """Every range of the shipped table by item, best grade first; rows that are no range for an exam are left out."""
    table = (resources.files("cmr_dictionary") / "data" / "reference_values.csv").read_text(encoding="utf-8")
    found: dict[str, list[ReferenceRange]] = {}
    for row in csv.DictReader(io.StringIO(table)):
        if _is_range(row):
            found.setdefault(row["dictionary_variable"], []).append(_range(row))
    return {item: tuple(sorted(ranges, key=_rank)) for item, ranges in found.items()}


def ranges_for(item: str, values: Mapping[str, object]) -> tuple[ReferenceRange, ...]:
    """The ranges that this exam's value of an item may be read against, best evidence first.

    Args:
        item: name of the item.
        values: plain values of the exam: `sex`, `age_at_exam_years`, `field_strength_t`, `lv_papillary`, and for T1
            `t1_scheme` and `scanner_vendor`.
    """
    return tuple(one for one in reference_ranges().get(item, ()) if _fits(one, values))


def _is_range(row: Mapping[str, str]) -> bool:
    is_real_time = row["tracing_convention_or_method"].startswith("REAL-TIME")
    return bool(row["dictionary_variable"]) and row["limit_type"] not in NO_RANGE and not is_real_time


def _range(row: Mapping[str, str]) -> ReferenceRange:
    lower, upper, mean, sd = (_number(row[name]) for name in ("lower", "upper", "mean", "sd"))
    limits = row["limit_type"]
    if lower is None and upper is None and mean is not None and sd is not None:
        lower, upper, limits = round(mean - 2 * sd, 2), round(mean + 2 * sd, 2), "mean ± 2 SD"
    population = row["population"] + (f", n = {row['n']}" if row["n"] else "")
    return ReferenceRange(
        item=row["dictionary_variable"],
        unit=row["unit"],
        sex="" if row["sex"] == "all" else row["sex"],
        ages=_ages(row["age_group"]),
        fields=tuple(FIELDS[word] for word in row["field_strength"].split("/") if word),
        convention=_convention(row["tracing_convention_or_method"]),
        method=row["tracing_convention_or_method"],
        lower=lower,
        upper=upper,
        limits=limits,
        population=population,
        source=row["source"],
        locator=row["source_locator"],
        grade=Grade(row["evidence_grade"][0]),
        note=row["note"],
    )


def _ages(words: str) -> tuple[float, float]:
    """`45-74` as it says; a mean with its SD, or adult, as all adults."""
    span = AGE_SPAN.search(words) if "+-" not in words else None
    return (float(span[1]), float(span[2])) if span else (FIRST_ADULT_YEAR, OLDEST)


def _convention(words: str) -> Convention:
    if not words.startswith("papillary"):
        return Convention.UNKNOWN
    return Convention.VOLUME if "VOLUME" in words else Convention.MASS


def _number(text: str) -> float | None:
    return float(text) if text else None


def _rank(one: ReferenceRange) -> tuple[str, bool, float]:
    """Best grade first, then limits that the source gives itself, then the narrower age."""
    return one.grade.value, one.limits == "mean ± 2 SD", one.ages[1] - one.ages[0]


def _fits(one: ReferenceRange, values: Mapping[str, object]) -> bool:
    age, field = values.get("age_at_exam_years"), values.get("field_strength_t")
    if not isinstance(age, int | float) or not one.ages[0] <= age <= one.ages[1]:
        return False
    if one.sex and one.sex != str(values.get("sex")):
        return False
    if one.fields and not (
        isinstance(field, int | float) and any(low <= field <= high for low, high in one.fields)
    ):
        return False
    if CHAMBERS.match(one.item):
        return one.convention is not Convention.UNKNOWN and one.convention == str(values.get("lv_papillary"))
    return one.item != "native_t1_ms" or _same_scheme(one, values)


def _same_scheme(one: ReferenceRange, values: Mapping[str, object]) -> bool:
    """Whether T1 was measured with the scheme and on the vendor of the range: T1 of two schemes do not compare."""
    schemes = SCHEME.findall(str(values.get("t1_scheme", "")).lower())
    vendor = VENDORS.get(str(values.get("scanner_vendor")), "?")
    named = [word for word in VENDORS.values() if word in one.method.lower().split()]
    return bool(schemes) and SCHEME.findall(one.method.lower()) == schemes and named in ([], [vendor])
