"""A snapshot in the hands of one process: DuckDB decides which exams pass, numpy counts persons.

Everything here is immutable like the snapshot, so it is read once and kept: ids, persons, follow-up, codes of the
properties that tables break down by (some 5 MB per 150,000 exams).
"""

import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from cmr_registry.cohorts.differencing import bits_of
from cmr_registry.cohorts.duck import open_tables, series_column
from cmr_registry.cohorts.parquet import schema_of
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.selections import Positions, SelectedExam
from cmr_registry.cohorts.sql import joined_columns, levels_of

Levels = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]

LEFT_OUT = -1
"""Level of an exam that nobody may see."""


class Frame:
    """One opened snapshot.

    Attributes:
        n_subjects, n_exams: persons and exams of the snapshot.
        subject: position of the person of each exam; ascending.
        starts: position of each person's first exam.
        bits: 64 bits per person, from the hash of the id.
        centers: ids of the centers.
        center: position of the center of each exam.
        died, is_watched, follow_up_days: follow-up of each exam.
        columns: columns of `measurements` that mean what the dictionary says today.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, ...], Any] = {}
        self._connection = open_tables(paths)
        found = self._numpy(
            "SELECT exam, subject, center, subject_no, died, is_watched, follow_up_days FROM base ORDER BY exam_no"
        )
        self.subject: Positions = np.asarray(found["subject_no"], dtype=np.int32)
        self.n_exams = len(self.subject)
        is_first = np.r_[True, self.subject[1:] != self.subject[:-1]][: self.n_exams]
        self.starts = np.flatnonzero(is_first)
        self.n_subjects = len(self.starts)
        self._exam_ids = np.asarray(found["exam"], dtype="S36")
        self._subject_ids = np.asarray(found["subject"], dtype="S36")[self.starts]
        centers, self.center = np.unique(np.asarray(found["center"], dtype="S36"), return_inverse=True)
        self.centers = tuple(center.decode() for center in centers)
        self.bits = bits_of(self._subject_ids)
        self.died: Mask = np.asarray(found["died"], dtype=bool)
        self.is_watched: Mask = np.asarray(found["is_watched"], dtype=bool)
        self.follow_up_days: Positions = np.asarray(found["follow_up_days"], dtype=np.int32)
        self._measurements = str(paths["measurements"])
        self.columns = _columns(paths["measurements"])
        self._base = frozenset(self._numpy("SELECT * FROM base LIMIT 0"))

    def levels(self, query: CohortQuery, center_ids: Mapping[str, str]) -> Levels:
        """How far each exam comes; the number of steps where it passes all.

        Args:
            query: the question.
            center_ids: ids of centers by code.
        """
        statement, values = levels_of(query, self._measurements, self.columns, self._base, center_ids)
        found = self._numpy(statement, values)
        levels = np.zeros(self.n_exams, dtype=np.int8)
        levels[np.asarray(found["exam_no"])] = np.asarray(found["level"]).astype(np.int8)
        return levels

    def hidden(self, subjects: Collection[str], centers: Collection[str]) -> Mask:
        """Exams of these subjects and centers."""
        hidden_centers = np.array([center in centers for center in self.centers], dtype=bool)
        mask: Mask = hidden_centers[self.center] if self.n_exams else np.zeros(0, dtype=bool)
        if subjects and self.n_exams:
            ids = np.array(sorted(subjects), dtype="S36")
            places = np.minimum(np.searchsorted(self._subject_ids, ids), self.n_subjects - 1)
            is_hidden = np.zeros(self.n_subjects, dtype=bool)
            is_hidden[places[self._subject_ids[places] == ids]] = True
            mask = mask | is_hidden[self.subject]
        return mask

    def rows(self, exams: Positions) -> tuple[SelectedExam, ...]:
        """Ids of exams by position."""
        chosen = zip(
            self.center[exams], self._subject_ids[self.subject[exams]], self._exam_ids[exams], strict=True
        )
        return tuple(SelectedExam(self.centers[c], s.decode(), e.decode()) for c, s, e in chosen)

    def item(self, name: str) -> Any:
        """Values of an item by exam, as a masked array; all masked where this snapshot has no such column."""
        if name not in self.columns:
            return np.ma.array(np.zeros(self.n_exams), mask=True)
        joined = joined_columns([name], "$path")
        statement = f'SELECT m."{name}" AS value FROM base b{joined} ORDER BY b.exam_no'  # noqa: S608
        return np.ma.asarray(self._numpy(statement, {"path": self._measurements})["value"])

    def known(self, name: str) -> Mask:
        """Exams in which an item is known."""
        found: Mask = self.kept(("known", name), lambda: self._known(name))
        return found

    def with_series(self, kind: str) -> Mask:
        """Exams with a series of this kind."""
        found: Mask = self.kept(("series", kind), lambda: self._with_series(kind))
        return found

    def years(self) -> Any:
        """Year of each exam, masked where unknown."""
        return self.kept(
            ("years",),
            lambda: np.ma.asarray(self._numpy("SELECT exam_year FROM base ORDER BY exam_no")["exam_year"]),
        )

    def kept(self, key: tuple[str, ...], read: Any) -> Any:
        """What `read` gives, read once per process."""
        if key not in self._kept:
            self._kept[key] = read()
        return self._kept[key]

    def _known(self, name: str) -> Mask:
        mask = np.zeros(self.n_exams, dtype=bool)
        if name in self.columns:
            joined = joined_columns([name], "$path")
            statement = f'SELECT b.exam_no FROM base b{joined} WHERE m."{name}" IS NOT NULL'  # noqa: S608
            found = self._numpy(statement, {"path": self._measurements})
            mask[np.asarray(found["exam_no"])] = True
        return mask

    def _with_series(self, kind: str) -> Mask:
        column = series_column(kind, None)
        if column not in self._base:
            return np.zeros(self.n_exams, dtype=bool)
        found = self._numpy(f"SELECT coalesce({column}, 0) > 0 AS has FROM base ORDER BY exam_no")  # noqa: S608
        return np.asarray(found["has"], dtype=bool)

    def _numpy(self, statement: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        with self._cursor() as cursor:
            return cursor.execute(statement, dict(values) if values else None).fetchnumpy()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            return self._connection.cursor()


def _columns(path: Path) -> frozenset[str]:
    stored, meant = pq.read_schema(path), schema_of("measurements")
    return frozenset(
        field.name
        for field in meant
        if field.name in stored.names and stored.field(field.name).type == field.type
    )
