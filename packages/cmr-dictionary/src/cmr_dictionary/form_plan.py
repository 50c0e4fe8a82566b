"""The plan of a case-report form: which items stand where, as pages and other forms are drawn from it.

Pure description. Only items that may cross have a place: a form of the registry never asks for what stays at the
center.
"""

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from cmr_dictionary.conditions import condition_words
from cmr_dictionary.dictionary import load
from cmr_dictionary.items import Item

N_SEGMENTS = 17
FORM_HEADINGS: Mapping[str, str] = {
    "subject": "Subject",
    "exam": "Exam",
    "referral": "Referral",
    "vitals_labs": "Vital signs and laboratory",
    "history": "History",
    "echo_ecg": "Echo, ECG and exercise",
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
    "heart_failure": "Heart failure",
    "covid19": "COVID-19",
    "pediatric": "Children",
    "conclusion": "Conclusion",
    "quality": "Image quality",
    "followup": "Follow-up",
}
"""Form -> what people call it."""


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One item on a form.

    Attributes:
        item: the item.
        condition: when it is asked, in words; empty for always (`is_asked` evaluates it).
        is_entered: a person enters it; False for what is computed.
    """

    item: Item
    condition: str
    is_entered: bool


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """Items that stand together: a matrix with one code list, or a run of single items.

    Attributes:
        matrix: name of the matrix, empty for single items.
        items: in the order of the table.
        is_bullseye: the 17 AHA segments, drawn as one.
    """

    matrix: str
    items: tuple[PlannedItem, ...]
    is_bullseye: bool


@dataclass(frozen=True, slots=True)
class PlannedSection:
    """A section of a form; the heading may be empty."""

    heading: str
    groups: tuple[PlannedGroup, ...]


@dataclass(frozen=True, slots=True)
class FormPlan:
    """One form."""

    form: str
    sections: tuple[PlannedSection, ...]

    def items(self) -> tuple[PlannedItem, ...]:
        """All items in order."""
        return tuple(
            planned for section in self.sections for group in section.groups for planned in group.items
        )


@functools.cache
def form_plan(form: str) -> FormPlan:
    """The plan of one form.

    Args:
        form: name of the form, as `Dictionary.forms()` lists them.

    Raises:
        KeyError: the dictionary has no such form.
    """
    items = [item for item in load().forms()[form] if item.may_cross]
    return FormPlan(
        form,
        tuple(
            PlannedSection(heading, _groups(list(run)))
            for heading, run in itertools.groupby(items, key=lambda item: item.section)
        ),
    )


def form_heading(form: str) -> str:
    """What people call a form; its name in words where nobody gave it a heading."""
    return FORM_HEADINGS.get(form, form.replace("_", " ").capitalize())


@functools.cache
def entered_forms() -> tuple[str, ...]:
    """Forms of an exam on which a person enters something; follow-up is a document of its own."""
    return tuple(
        form
        for form in load().forms()
        if form != "followup" and any(planned.is_entered for planned in form_plan(form).items())
    )


def _groups(items: list[Item]) -> tuple[PlannedGroup, ...]:
    return tuple(
        _group(matrix, tuple(run)) for matrix, run in itertools.groupby(items, key=lambda item: item.matrix)
    )


def _group(matrix: str, items: tuple[Item, ...]) -> PlannedGroup:
    planned = tuple(PlannedItem(item, condition_words(item), not item.read_only) for item in items)
    return PlannedGroup(matrix, planned, bool(matrix) and len(items) == N_SEGMENTS)
