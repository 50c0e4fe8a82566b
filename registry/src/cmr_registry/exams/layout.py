"""How the page of an exam is laid out: series by kind, headings of forms, question before beside answer after."""

from collections.abc import Iterable
from dataclasses import dataclass

from cmr_imaging.kinds import SeriesKind
from cmr_registry.archive.models import Series
from cmr_registry.exams.selectors import FormValues, ShownValue

FORM_HEADINGS = {
    "subject": "Subject",
    "exam": "Exam",
    "referral": "Referral",
    "vitals_labs": "Vital signs and laboratory",
    "history": "History",
    "acquisition": "Acquisition",
    "contrast_stress_safety": "Contrast, stress and safety",
    "lv": "Left ventricle",
    "rv_atria": "Right ventricle and atria",
    "lge": "Late gadolinium enhancement",
    "mapping": "Mapping",
    "perfusion": "Perfusion",
    "flow_valve": "Flow and valves",
    "vessels_other": "Vessels and other",
    "congenital_tof": "Congenital heart disease",
    "amyloid": "Amyloid",
    "conclusion": "Conclusion",
    "quality": "Image quality",
    "followup": "Follow-up",
}
BEFORE = ("indication_primary", "indication_secondary", "pretest_diagnosis")
AFTER = ("final_diagnosis", "impact")


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """What was asked before the exam beside what was found after it (registry.md 2.3)."""

    before: tuple[ShownValue, ...]
    after: tuple[ShownValue, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The series of one kind."""

    heading: str
    series: tuple[Series, ...]


def shelves_of(series: Iterable[Series]) -> tuple[Shelf, ...]:
    """Series by kind in the order of the list of kinds, what was not recognized last."""
    rows = list(series)
    known = {kind.value for kind in SeriesKind}
    shelves = [
        Shelf(
            kind.label, tuple(row for row in rows if (row.kind if row.kind in known else "unknown") == kind)
        )
        for kind in SeriesKind
    ]
    return tuple(shelf for shelf in shelves if shelf.series)


def heading_of(form: FormValues) -> str:
    """What people call a form."""
    return FORM_HEADINGS.get(form.form, form.title)


def before_and_after(forms: Iterable[FormValues]) -> BeforeAfter:
    """Indication and diagnosis before, diagnosis and impact after, as far as they were delivered."""
    by_item = {value.item: value for form in forms for value in form.values}
    return BeforeAfter(
        before=tuple(by_item[item] for item in BEFORE if item in by_item),
        after=tuple(by_item[item] for item in AFTER if item in by_item),
    )
