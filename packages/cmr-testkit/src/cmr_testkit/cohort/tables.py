"""A cohort as Parquet tables in the layout of a snapshot (`cmr_exchange.release.TABLES`), any size.

Fixed columns, then per dictionary item that may cross its value and its missing code. Ids have the form of the
registry's. The tables stand for a registry in which the images of most exams traveled as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cmr_dictionary import Item, ItemKind, load
from cmr_dictionary.logic import variables
from cmr_dictionary.logic_eval import is_asked
from cmr_exchange.censoring import RULE, follow_up
from cmr_exchange.followup import EventKind
from cmr_exchange.release import MISSING_SUFFIX
from cmr_testkit.cohort.columns import MISSING_CODES, NOT_APPLICABLE, NOT_REPORTED, PRESENT, Column, Ints
from cmr_testkit.cohort.derived import derived_columns
from cmr_testkit.cohort.documents import ANSWERS, plain_value
from cmr_testkit.cohort.identities import row_ids
from cmr_testkit.cohort.making import Cohort
from cmr_testkit.cohort.outcomes import CAUSES, KINDS
from cmr_testkit.cohort.sources import CLASSES, NONE, PRECISIONS

ROWS_AT_ONCE = 20_000
SHARE_WITH_IMAGES = 0.8
SERIES = (
    ("localizer", "unknown", 9, 1, 9),
    ("cine", "sax", 300, 25, 12),
    ("cine", "2ch", 25, 25, 1),
    ("cine", "3ch", 25, 25, 1),
    ("cine", "4ch", 25, 25, 1),
    ("t1_map", "sax", 3, 1, 3),
    ("flow_pc", "aorta", 60, 30, 1),
    ("perfusion", "sax", 180, 60, 3),
    ("lge", "sax", 12, 1, 12),
    ("lge", "4ch", 1, 1, 1),
)
"""Kind, view, instances, phases and positions of the series that exams with images have."""
CHANCE = {"t1_map": 0.4, "flow_pc": 0.35}
TYPES: Mapping[ItemKind, pa.DataType] = {
    ItemKind.NUMBER: pa.float64(),
    ItemKind.DERIVED: pa.float64(),
    ItemKind.INTEGER: pa.int32(),
    ItemKind.YES_NO: pa.bool_(),
    ItemKind.CODE: pa.string(),
    ItemKind.CODES: pa.list_(pa.string()),
    ItemKind.TEXT: pa.string(),
}
WORDS = pa.array([str(code) for code in MISSING_CODES])


class TableWriter:
    """Writes the tables of one cohort into a folder."""

    def __init__(self, cohort: Cohort, folder: Path) -> None:
        self._cohort, self._folder = cohort, folder
        seed, exams = cohort.seed, cohort.exams
        self._subjects = pa.array(row_ids(seed, "subject", cohort.people.subjects))
        self._exams = pa.array(row_ids(seed, "exam", exams.rows))
        self._centers = pa.array(row_ids(seed, "center", len(cohort.plans)))
        self._has_images = np.random.default_rng([seed, 0x1]).random(exams.rows) < SHARE_WITH_IMAGES

    def write(self) -> list[Path]:
        """Write every table and return their files."""
        self._folder.mkdir(parents=True, exist_ok=True)
        small = {
            "subjects": self._subject_table(),
            "exams": self._exam_table(),
            "series": self._series_table(),
            "events": self._event_table(),
            "followup": self._follow_up_table(),
            "vital_status": self._status_table(),
        }
        paths = []
        for name, table in small.items():
            paths.append(self._folder / f"{name}.parquet")
            pq.write_table(table, paths[-1])
        return [*paths, self._measurements()]

    def _subject_table(self) -> pa.Table:
        number = np.bincount(self._cohort.exams.subject, minlength=self._cohort.people.subjects)
        center = self._centers.take(pa.array(self._cohort.people.center))
        return _table(subject=self._subjects, center=center, n_exams=_int32(number))

    def _exam_table(self) -> pa.Table:
        exams = self._cohort.exams
        return _table(
            exam=self._exams,
            subject=self._of_subject(),
            center=self._centers.take(pa.array(self._cohort.people.center[exams.subject])),
            day=_int32(exams.day),
            exam_year=_int32(exams.year),
            is_index=pa.array(np.zeros(exams.rows, bool)),
            has_images=pa.array(self._has_images),
        )

    def _series_table(self) -> pa.Table:
        sheet, rows = self._cohort.sheet, self._cohort.exams.rows
        chance = np.random.default_rng([self._cohort.seed, 0x2])
        stress = sheet["stress_performed"].among("1")
        held = {"lge": sheet["lge_performed"].is_yes(), "perfusion": stress}
        parts = []
        for number, (kind, *_) in enumerate(SERIES):
            has = held.get(kind, chance.random(rows) < CHANCE.get(kind, 1.0)) & self._has_images
            exam = np.flatnonzero(has)
            parts.append(np.stack([exam, np.full(len(exam), number)]))
        exam, which = np.concatenate(parts, axis=1)
        order = np.lexsort((which, exam))
        exam, which = exam[order], which[order]
        counts = {
            name: _int32(np.array([row[place] for row in SERIES])[which])
            for place, name in ((2, "n_instances"), (3, "n_phases"), (4, "n_positions"))
        }
        return _table(
            series=pa.array(row_ids(self._cohort.seed, "series", len(exam))),
            exam=self._exams.take(pa.array(exam)),
            subject=self._of_subject().take(pa.array(exam)),
            kind=pa.array([row[0] for row in SERIES]).take(pa.array(which)),
            view=pa.array([row[1] for row in SERIES]).take(pa.array(which)),
            **counts,
            has_images=pa.array(np.ones(len(exam), bool)),
        )

    def _event_table(self) -> pa.Table:
        events = self._cohort.events
        kept = self._cohort.watching.has_document[events.subject]
        kind, answer = events.kind[kept], events.answer[kept]
        columns = {
            "subject": self._subjects.take(pa.array(events.subject[kept])),
            "kind": pa.array([str(one) for one in EventKind]).take(pa.array(kind)),
            "day": _int32(events.day[kept]),
            "source": pa.array(["chart"] * len(kind), pa.string()),
            "precision": pa.array(["day"] * len(kind), pa.string()),
        }
        for of_kind, (name, answers) in ANSWERS.items():
            missing = np.where(kind == KINDS.index(of_kind), PRESENT, NOT_APPLICABLE).astype(np.uint8)
            column = Column(answer, missing, answers)
            columns[name] = _values(ItemKind.CODE, column, slice(None))
            columns[name + MISSING_SUFFIX] = _missing(column.missing)
        return _table(**columns)

    def _follow_up_table(self) -> pa.Table:
        exams = self._cohort.exams
        statuses = list(self._cohort.statuses())
        zero = exams.day.tolist()
        found = [follow_up(statuses[s], day) for s, day in zip(exams.subject.tolist(), zero, strict=True)]
        return _table(
            subject=self._of_subject(),
            exam=self._exams,
            time_zero_day=_int32(exams.day),
            follow_up_days=pa.array([one.days for one in found], pa.int32()),
            died=pa.array([one.died for one in found]),
            end=pa.array([one.end.value for one in found]),
            source=pa.array([one.source and one.source.value for one in found], pa.string()),
            cause=pa.array([one.cause and one.cause.value for one in found], pa.string()),
            rule=pa.array([RULE] * len(found), pa.string()),
            is_conflicting=pa.array([one.is_conflicting for one in found]),
        )

    def _status_table(self) -> pa.Table:
        rows = self._cohort.watching.statuses
        lives = rows.death_day == NONE
        return _table(
            subject=self._subjects.take(pa.array(rows.subject)),
            source=_words(CLASSES, rows.source),
            from_day=_int32(rows.from_day),
            through_day=_int32(rows.through_day),
            death_day=_int32(rows.death_day, lives),
            death_precision=_words(PRECISIONS, rows.precision, lives),
            cause=_words(CAUSES, rows.cause, lives),
            last_alive_day=_int32(rows.last_alive_day, rows.last_alive_day == NONE),
        )

    def _measurements(self) -> Path:
        """Piece by piece, so that memory stays small whatever the number of exams."""
        items = [item for item in load().items.values() if item.may_cross and item.form != "followup"]
        known = self._cohort.sheet.columns | derived_columns(self._cohort.sheet)
        rows, path = self._cohort.exams.rows, self._folder / "measurements.parquet"
        subjects = self._of_subject()
        fields = [("exam", pa.string()), ("subject", pa.string())]
        for item in items:
            fields += [(item.name, TYPES[item.kind]), (item.name + MISSING_SUFFIX, pa.string())]
        schema = pa.schema(fields)
        silent = {item.name: self._silence(item, known) for item in items}
        with pq.ParquetWriter(path, schema) as writer:
            for first in range(0, rows, ROWS_AT_ONCE):
                piece = slice(first, min(rows, first + ROWS_AT_ONCE))
                arrays = [self._exams[piece], subjects[piece]]
                for item in items:
                    arrays += _item_arrays(item, known.get(item.name), silent[item.name], piece)
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        return path

    def _silence(self, item: Item, known: Mapping[str, Column]) -> NDArray[np.uint8]:
        """Missing code of every exam for an item about which nothing is said: not asked, or not reported."""
        rows = self._cohort.exams.rows
        names = sorted(variables(item.branching) & known.keys()) if item.branching else []
        combinations = np.zeros(rows, np.int64)
        for name in names:
            combinations = combinations * 64 + _answers(known[name])
        found = np.zeros(rows, np.uint8)
        for combination, row in zip(*np.unique(combinations, return_index=True), strict=True):
            values = {
                name: plain_value(load().items[name], known[name], int(row))
                for name in names
                if known[name].present[row]
            }
            code = NOT_REPORTED if is_asked(item, values) else NOT_APPLICABLE
            found[combinations == combination] = code
        return found

    def _of_subject(self) -> pa.Array:
        return self._subjects.take(pa.array(self._cohort.exams.subject))


def _answers(column: Column) -> Ints:
    """0 where missing; answers apart from each other; of numbers only that they are there."""
    if column.choices:
        return np.where(column.present, 1 + column.values.astype(np.int64), 0)
    is_yes_no = np.isin(column.values[column.present], (0, 1)).all()
    return np.where(column.present, 1 + (column.values.astype(np.int64) if is_yes_no else 0), 0)


def _item_arrays(
    item: Item, column: Column | None, silent: NDArray[np.uint8], piece: slice
) -> Iterator[pa.Array]:
    """Values and missing codes of one item; a derived item that is missing has the code of silence."""
    if column is None:
        yield pa.nulls(len(silent[piece]), TYPES[item.kind])
        yield _missing(silent[piece])
        return
    yield _values(item.kind, column, piece)
    missing = column.missing[piece]
    yield _missing(np.where(missing == NOT_REPORTED, silent[piece], missing))


def _values(kind: ItemKind, column: Column, piece: slice) -> pa.Array:
    values, absent = column.values[piece], ~column.present[piece]
    if column.choices:
        answers: Sequence[Any] = column.choices
        if kind == ItemKind.CODES:
            answers = [answer.split(";") for answer in column.choices]
        return pa.array(answers, TYPES[kind]).take(pa.array(values, pa.int8(), mask=absent))
    if kind == ItemKind.YES_NO:
        return pa.array(values == 1, mask=absent)
    numbers = np.where(absent, 0, values)
    return pa.array(numbers.astype(np.int32 if kind == ItemKind.INTEGER else np.float64), mask=absent)


def _missing(codes: NDArray[np.uint8]) -> pa.Array:
    present = codes == PRESENT
    return WORDS.take(pa.array(np.where(present, 0, codes - 1).astype(np.int8), mask=present))


def _int32(values: Ints, absent: NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(values.astype(np.int32), mask=absent)


def _words(words: Sequence[str], positions: Ints, absent: NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array([str(word) for word in words]).take(pa.array(positions, pa.int64(), mask=absent))


def _table(**columns: pa.Array) -> pa.Table:
    return pa.table(columns)
