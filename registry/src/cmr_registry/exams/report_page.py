"""A case-report form as a page shows it: the plan of the dictionary with what is stored, typed and wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from cmr_dictionary import Item, ItemKind, Missing, derive, display, form_plan, is_asked, load
from cmr_dictionary.checks import Severity, check_values
from cmr_dictionary.form_plan import PlannedGroup, PlannedItem
from cmr_dictionary.values import range_words, unit_words
from cmr_registry.exams.entering import Answer, present_values
from cmr_registry.exams.models import Examination
from cmr_registry.exams.selectors import SOURCE_WORDS

MISSING_PREFIX = "missing:"
CHOICES = {ItemKind.CODE, ItemKind.YES_NO}
YES_NO = (("1", "Yes"), ("0", "No"))
REASONS = tuple((code.value, code.label) for code in Missing)


@dataclass(frozen=True, slots=True)
class Field:
    """One item on the page.

    Attributes:
        item: the item.
        widget: `choice`, `ticks`, `number` or `text`; `shown` for what is computed.
        texts: what is stored or was typed, as the widget holds it.
        missing: word of the missing code that is stored or was chosen, empty for none.
        choices: code and label.
        hint: range, unit and note in words.
        condition: when it is asked, in words; empty for always.
        is_asked: whether the other values of the exam ask for it.
        source: where the stored value came from, in words.
        problem: why it was refused, empty where it was not.
        question: what is odd about the stored value, empty where nothing is.
        shown: a computed value with its unit.
    """

    item: Item
    widget: str
    texts: tuple[str, ...]
    missing: str
    choices: tuple[tuple[str, str], ...]
    hint: str
    condition: str
    is_asked: bool
    source: str
    problem: str
    question: str
    shown: str

    @property
    def text(self) -> str:
        """The one text of a widget that holds one."""
        return self.texts[0] if self.texts else ""

    @property
    def unit(self) -> str:
        """The unit as people write it."""
        return unit_words(self.item)


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Items that stand together; the 17 segments are one."""

    is_bullseye: bool
    is_matrix: bool
    condition: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One form of one exam.

    Attributes:
        sections: heading and groups.
        version: stored version, 0 for none.
        refused: refused fields, in the order of the form.
        trouble: what is wrong with the form as a whole, empty where nothing is.
    """

    sections: tuple[tuple[str, tuple[FieldGroup, ...]], ...]
    version: int
    refused: tuple[Field, ...]
    trouble: str


def report_page(
    exam: Examination,
    form: str,
    answers: Mapping[str, Answer] | None = None,
    problems: Mapping[str, str] | None = None,
) -> ReportPage:
    """The page of a form.

    Args:
        exam: whose form it is.
        form: its name.
        answers: what was typed and refused; None shows what is stored.
        problems: item -> why it was refused; the empty name stands for the form.
    """
    reports = {report.form: report for report in exam.case_reports.filter(is_current=True)}
    values = present_values([report.document for report in reports.values()])
    derived = derive(values)
    drawing = _Drawing(
        stored=reports[form].document if form in reports else {},
        values={**derived, **values},
        answers=answers or {},
        problems=problems or {},
        questions={p.item: p.sentence for p in check_values(values) if p.severity is Severity.WARN},
    )
    sections = tuple(
        (section.heading, tuple(drawing.group(group) for group in section.groups))
        for section in form_plan(form).sections
    )
    fields = [field for _, groups in sections for group in groups for field in group.fields]
    return ReportPage(
        sections,
        reports[form].version if form in reports else 0,
        tuple(field for field in fields if field.problem),
        drawing.problems.get("", ""),
    )


def answers_of(form: str, posted: QueryDict) -> dict[str, Answer]:
    """What was typed on the page of a form: a part that says nothing is an empty answer."""
    answers = {}
    for planned in form_plan(form).items():
        if not planned.is_entered:
            continue
        name = planned.item.name
        texts = tuple(text for text in posted.getlist(f"v-{name}") if text.strip())
        missing = posted.get(f"m-{name}", "")
        chosen = texts[0] if planned.item.kind in CHOICES and texts else ""
        if chosen.startswith(MISSING_PREFIX):
            answers[name] = Answer(missing=chosen.removeprefix(MISSING_PREFIX))
        else:
            answers[name] = Answer(texts, missing)
    return answers


@dataclass(frozen=True, slots=True)
class _Drawing:
    stored: Mapping[str, Mapping[str, Any]]
    values: Mapping[str, object]
    answers: Mapping[str, Answer]
    problems: Mapping[str, str]
    questions: Mapping[str, str]

    def group(self, group: PlannedGroup) -> FieldGroup:
        conditions = {planned.condition for planned in group.items}
        common = conditions.pop() if group.matrix and len(conditions) == 1 else ""
        return FieldGroup(
            group.is_bullseye,
            bool(group.matrix),
            common,
            tuple(self.field(planned, common) for planned in group.items),
        )

    def field(self, planned: PlannedItem, common: str) -> Field:
        item, entry = planned.item, self.stored.get(planned.item.name, {})
        answer = self.answers.get(item.name, _answer(entry))
        return Field(
            item=item,
            widget=_widget(planned),
            texts=answer.texts,
            missing=answer.missing,
            choices=YES_NO
            if item.kind == ItemKind.YES_NO
            else tuple((code.code, code.label) for code in item.code_list),
            hint=_hint(item),
            condition="" if planned.condition == common else planned.condition,
            is_asked=is_asked(item, self.values),
            source=SOURCE_WORDS.get(str(entry.get("source", "")), ""),
            problem=self.problems.get(item.name, ""),
            question=self.questions.get(item.name, ""),
            shown=self._computed(item),
        )

    def _computed(self, item: Item) -> str:
        value = self.values.get(item.name)
        return display(item, value) if item.read_only and isinstance(value, str | int | float | list) else ""


def _answer(entry: Mapping[str, Any]) -> Answer:
    """A stored entry as a person would have typed it."""
    if "missing" in entry:
        return Answer(missing=str(entry["missing"]))
    value = entry.get("value")
    if value is None:
        return Answer()
    listed = value if isinstance(value, list) else [value]
    return Answer(tuple(f"{one:.12g}" if isinstance(one, float) else str(one) for one in listed))


def _widget(planned: PlannedItem) -> str:
    if not planned.is_entered:
        return "shown"
    if planned.item.kind in CHOICES:
        return "choice"
    if planned.item.kind == ItemKind.CODES:
        return "ticks"
    return "text" if planned.item.kind == ItemKind.TEXT else "number"


def _hint(item: Item) -> str:
    limits = range_words(item)
    return ". ".join(part for part in (f"Allowed: {limits}" if limits else "", item.note) if part)


def forms_filled(exam: Examination) -> dict[str, int]:
    """Form -> number of items that are stated in its current version."""
    reports = exam.case_reports.filter(is_current=True).values_list("form", "document")
    return {form: len(document) for form, document in reports if form in load().forms()}
