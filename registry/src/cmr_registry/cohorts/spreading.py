"""How the chosen persons spread over years, sexes, ages and so on; counts persons, never exams."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cmr_dictionary import load
from cmr_imaging.kinds import SeriesKind
from cmr_registry.cohorts.conditions import AGE_ITEM
from cmr_registry.cohorts.differencing import fingerprint_of
from cmr_registry.cohorts.engine import index_exams
from cmr_registry.cohorts.errors import QueryError
from cmr_registry.cohorts.frame import Frame, Mask
from cmr_registry.cohorts.query import Index
from cmr_registry.cohorts.reading import item_of
from cmr_registry.cohorts.selections import Breakdown, BreakdownTable, Cell, Positions, Selection

NOT_KNOWN = "not known"
AGE_BANDS = (
    (0, "under 18"),
    (18, "18-39"),
    (40, "40-49"),
    (50, "50-59"),
    (60, "60-69"),
    (70, "70-79"),
    (80, "80 and over"),
)
FIELD_STRENGTHS = (
    (0.0, "below 1.4 T"),
    (1.4, "1.5 T"),
    (1.7, "1.7 to 2.8 T"),
    (2.8, "3 T"),
    (3.2, "above 3.2 T"),
)
SERIES_KINDS = tuple(kind for kind in SeriesKind if kind is not SeriesKind.UNKNOWN)
CODED = {"sex": "sex", "indication": "indication_primary", "vendor": "scanner_vendor"}
TITLES = {
    "exam_year": "Year of the exam",
    "sex": "Sex",
    "age_band": "Age at the exam",
    "center": "Center",
    "indication": "Primary indication",
    "vendor": "Scanner vendor",
    "field_strength": "Field strength",
    "follow_up": "Follow-up",
}
USUAL_ITEMS = (
    "sex",
    "age_at_exam_years",
    "race",
    "indication_primary",
    "final_diagnosis",
    "gbca_class",
    "lv_ef_pct",
    "lge_present",
)
"""Items whose completeness is always told (registry.md 2.1 prints these)."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property of every exam of a snapshot.

    Attributes:
        keys: code of each cell; the last is empty for "not known".
        labels: in words.
        codes: position of each exam's cell.
    """

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    codes: npt.NDArray[np.int16]


def spread(
    selection: Selection, by: Sequence[str], items: Sequence[str], center_names: Mapping[str, str]
) -> Breakdown:
    """All tables that are asked for.

    Args:
        selection: whose persons.
        by: names of tables; `series` stands for one per kind, `known` for one per item.
        items: for `known`.
        center_names: what centers are called, by id; only these get a cell.

    Raises:
        QueryError: no such table or item.
    """
    tables: list[BreakdownTable] = []
    for name in by:
        if name not in TABLES:
            raise QueryError(f"Possible are {', '.join(TABLES)}.", "by")
        tables += TABLES[name](selection, items, center_names)
    if "follow_up" not in by:
        return Breakdown(tuple(tables))
    exams = index_exams(selection.exams, selection.frame, Index.FIRST)
    days = selection.frame.follow_up_days[exams[selection.frame.is_watched[exams]]]
    return Breakdown(tuple(tables), float(np.median(days)) if len(days) else None, len(days))


def _by_property(read: Callable[[Frame], Property], name: str) -> Callable[..., Iterable[BreakdownTable]]:
    def tables(selection: Selection, *_: Any) -> Iterable[BreakdownTable]:
        frame = selection.frame
        found: Property = frame.kept(("property", name), lambda: read(frame))
        cells = _cells(selection, found)
        yield BreakdownTable(name, TITLES[name], cells, selection.query.index is not Index.ANY)

    return tables


def _cells(selection: Selection, of: Property) -> tuple[Cell, ...]:
    """One cell per key; a stable sort keeps the exams of a person together, so repeats stand side by side."""
    codes = of.codes[selection.exams]
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(of.keys) + 1))
    groups = [selection.exams[order[first:last]] for first, last in itertools.pairwise(ends)]
    return tuple(
        _cell(key, label, group, selection.frame)
        for key, label, group in zip(of.keys, of.labels, groups, strict=True)
    )


def _cell(key: str, label: str, exams: Positions, frame: Frame) -> Cell:
    persons = frame.subject[index_exams(exams, frame, Index.FIRST)]
    return Cell(key, label, len(persons), fingerprint_of(frame.bits[persons]))


def _centers(selection: Selection, _: Sequence[str], names: Mapping[str, str]) -> Iterable[BreakdownTable]:
    frame = selection.frame
    of = Property(frame.centers, frame.centers, frame.center.astype(np.int16))
    cells = tuple(
        cell._replace(label=names.get(cell.key, "")) for cell in _cells(selection, of) if cell.key in names
    )
    yield BreakdownTable("center", TITLES["center"], cells, True)


def _series(selection: Selection, *_: Any) -> Iterable[BreakdownTable]:
    for kind in SERIES_KINDS:
        cells = _two(
            selection, selection.frame.with_series(kind.value), ("with", "with"), ("without", "without")
        )
        yield BreakdownTable(f"series:{kind.value}", kind.label, cells, True)


def _known(selection: Selection, items: Sequence[str], _: Any) -> Iterable[BreakdownTable]:
    asked = dict.fromkeys((*sorted(selection.query.items()), *items, *USUAL_ITEMS))
    for item in (item_of(name, "items") for name in asked):
        cells = _two(selection, selection.frame.known(item.name), ("known", "known"), ("missing", "missing"))
        yield BreakdownTable(f"known:{item.name}", item.label, cells, True)


def _two(selection: Selection, mask: Mask, yes: tuple[str, str], no: tuple[str, str]) -> tuple[Cell, ...]:
    """Persons with at least one chosen exam in the mask, and the others."""
    frame, exams = selection.frame, selection.exams
    cell = _cell(*yes, exams[mask[exams]], frame)
    rest = Cell(*no, selection.n_subjects - cell.subjects, cell.fingerprint ^ selection.fingerprint)
    return cell, rest


def _follow_up(selection: Selection, *_: Any) -> Iterable[BreakdownTable]:
    frame = selection.frame
    exams = index_exams(selection.exams, frame, Index.FIRST)
    died, watched = frame.died[exams], frame.is_watched[exams]
    cells = (
        _cell("died", "died while watched", exams[died], frame),
        _cell("alive", "alive at the end of the watch", exams[watched & ~died], frame),
        _cell("not_watched", "not watched", exams[~watched & ~died], frame),
    )
    yield BreakdownTable("follow_up", TITLES["follow_up"], cells, True)


def _coded(item: str) -> Callable[[Frame], Property]:
    def read(frame: Frame) -> Property:
        answers = load().items[item].code_list
        keys = [answer.code for answer in answers]
        values = frame.item(item)
        places = {key: place for place, key in enumerate(keys)}
        plain = np.where(np.ma.getmaskarray(values), "", np.ma.getdata(values)).astype(str)
        found, inverse = np.unique(plain, return_inverse=True)
        codes = np.array([places.get(key, len(keys)) for key in found], dtype=np.int16)
        labels = (*(answer.label for answer in answers), NOT_KNOWN)
        return Property((*keys, ""), labels, codes[inverse] if len(inverse) else np.zeros(0, np.int16))

    return read


def _banded(item: str, bands: Sequence[tuple[float, str]]) -> Callable[[Frame], Property]:
    def read(frame: Frame) -> Property:
        values = frame.item(item)
        mask = np.ma.getmaskarray(values)
        numbers = np.where(mask, 0.0, np.ma.getdata(values)).astype(float)
        starts = np.array([start for start, _ in bands])
        codes = np.maximum(np.searchsorted(starts, numbers, side="right") - 1, 0)
        codes = np.where(mask, len(bands), codes).astype(np.int16)
        return Property(
            (*(f"{start:g}" for start, _ in bands), ""), (*(label for _, label in bands), NOT_KNOWN), codes
        )

    return read


def _years(frame: Frame) -> Property:
    values = frame.years()
    mask = np.ma.getmaskarray(values)
    years = np.unique(np.ma.getdata(values)[~mask])
    codes = np.searchsorted(years, np.ma.getdata(values))
    names = tuple(str(int(year)) for year in years)
    return Property((*names, ""), (*names, NOT_KNOWN), np.where(mask, len(years), codes).astype(np.int16))


TABLES: Mapping[str, Callable[[Selection, Sequence[str], Mapping[str, str]], Iterable[BreakdownTable]]] = {
    "exam_year": _by_property(_years, "exam_year"),
    "sex": _by_property(_coded(CODED["sex"]), "sex"),
    "age_band": _by_property(_banded(AGE_ITEM, AGE_BANDS), "age_band"),
    "center": _centers,
    "indication": _by_property(_coded(CODED["indication"]), "indication"),
    "vendor": _by_property(_coded(CODED["vendor"]), "vendor"),
    "field_strength": _by_property(_banded("field_strength_t", FIELD_STRENGTHS), "field_strength"),
    "series": _series,
    "known": _known,
    "follow_up": _follow_up,
}
"""What can be asked for, by name."""
