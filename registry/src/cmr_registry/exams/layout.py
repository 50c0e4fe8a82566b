"""How the page of an exam is laid out: series by kind, headings of forms, question before beside answer after."""

from collections.abc import Iterable
from dataclasses import dataclass

from cmr_dictionary.form_plan import form_heading
from cmr_imaging.kinds import SeriesKind, View
from cmr_registry.archive.models import Series
from cmr_registry.exams.selectors import FormValues, ShownValue

BEFORE = ("indication_primary", "indication_secondary", "pretest_diagnosis")
AFTER = ("final_diagnosis", "impact")


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """What was asked before the exam beside what was found after it (registry.md 2.3)."""

    before: tuple[ShownValue, ...]
    after: tuple[ShownValue, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One picture on the page: a series, or parallel one-slice series that are played as one stack.

    Attributes:
        series: the series whose picture stands for all of them.
        members: all of them.
    """

    series: Series
    members: tuple[Series, ...]

    @property
    def n_instances(self) -> int:
        """Images of all members."""
        return sum(member.n_instances for member in self.members)

    @property
    def n_positions(self) -> int:
        """Slices of all members."""
        return sum(member.n_positions for member in self.members)

    @property
    def n_phases(self) -> int:
        """Phases of the longest member."""
        return max(member.n_phases for member in self.members)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The series of one kind."""

    heading: str
    cards: tuple[Card, ...]


def shelves_of(series: Iterable[Series]) -> tuple[Shelf, ...]:
    """Series by kind in the order of the list of kinds, what was not recognized last."""
    by_kind: dict[SeriesKind, list[Series]] = {kind: [] for kind in SeriesKind}
    for row in series:
        by_kind[SeriesKind(row.kind) if row.kind in set(SeriesKind) else SeriesKind.UNKNOWN].append(row)
    return tuple(Shelf(kind.label, _cards(rows, kind)) for kind, rows in by_kind.items() if rows)


def _cards(rows: list[Series], kind: SeriesKind) -> tuple[Card, ...]:
    """Short-axis slices that came as series each are one card, as the archive plays them as one stack."""
    slices = [row for row in rows if row.view == View.SAX and row.n_positions == 1]
    if len(slices) < 2 or kind is SeriesKind.UNKNOWN:
        return tuple(Card(row, (row,)) for row in rows)
    joined = Card(slices[len(slices) // 2], tuple(slices))
    alone = [Card(row, (row,)) for row in rows if row not in slices]
    return (*alone, joined)


def heading_of(form: FormValues) -> str:
    """What people call a form."""
    return form_heading(form.form)


def before_and_after(forms: Iterable[FormValues]) -> BeforeAfter:
    """Indication and diagnosis before, diagnosis and impact after, as far as they were delivered."""
    by_item = {value.item: value for form in forms for value in form.values}
    return BeforeAfter(
        before=tuple(by_item[item] for item in BEFORE if item in by_item),
        after=tuple(by_item[item] for item in AFTER if item in by_item),
    )
