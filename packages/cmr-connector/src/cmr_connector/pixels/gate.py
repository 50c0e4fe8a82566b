"""The gate of burned-in text: each series that goes on is looked at; what shows text waits for a person.

A decision counts for what that person saw: the same text at the same place passes, anything else is asked again.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cmr_connector import log
from cmr_connector.crosswalk import CrosswalkEntry
from cmr_connector.database import utc_now
from cmr_connector.errors import PixelChildError
from cmr_connector.exam_gates import Sorted
from cmr_connector.files import Files
from cmr_connector.pixels.looker import Looker
from cmr_connector.pixels.looks import Box, Choice, Decision, Look, LookState, Mask
from cmr_connector.rows import ExamRow, InstanceRow
from cmr_connector.states import InstanceState
from cmr_connector.store import Store
from cmr_deid.pixels.verdict import spellings

REASON = "burned_in_text"
_SAME_PLACE = 0.5
_COVERED = 0.98


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a series that was looked at leaves.

    Attributes:
        masks: regions to blank, as (row, column, rows, columns).
    """

    masks: tuple[Box, ...]


class PixelGate:
    """Looks at the series of an exam, one after the other."""

    def __init__(self, store: Store, files: Files, looker: Looker) -> None:
        """Use this store, these folders and this child process."""
        self._store, self._files, self._looker = store, files, looker

    def pass_through(self, exam: ExamRow, rows: list[InstanceRow]) -> tuple[Sorted, dict[str, Treatment]]:
        """Look at the images in `rows`.

        Returns:
            Rows that go on and those that are held or rejected; and by series how it leaves.

        Raises:
            OSError: the disk failed.
        """
        outcome, treatments = Sorted(list(rows)), dict[str, Treatment]()
        by_series: dict[str, list[InstanceRow]] = defaultdict(list)
        for row in rows:
            by_series[row.series_hash].append(row)
        known = _known(self._store.crosswalk.entry(exam.id))
        for series, members in by_series.items():
            waiting = self._waiting(exam.id, series)
            look = self._look(exam.id, series, [*waiting, *members], known)
            self._store.looks.put(look)
            if look.state is LookState.CLEAN:
                self._go_on(waiting)
                treatments[series] = Treatment(tuple(one.rectangle for one in self._masks(look.device)))
            elif look.state is LookState.LEFT_OUT:
                outcome.reject(members, REASON)
            else:
                outcome.hold(members, REASON if look.state is LookState.HELD else "unreadable")
        return outcome, treatments

    def _waiting(self, exam_id: int, series: str) -> list[InstanceRow]:
        """Images of the series that were held before: a person decides about the series as a whole."""
        rows = self._store.ledger.of_exam(exam_id, InstanceState.HELD)
        return [row for row in rows if row.series_hash == series and row.reason == REASON and row.spool]

    def _go_on(self, rows: list[InstanceRow]) -> None:
        """Images that waited and need not any more, since a region was learned meanwhile, are prepared as well."""
        with self._store.transaction():
            for row in rows:
                self._store.ledger.move(row.id, InstanceState.FOUND)
                self._store.ledger.move(row.id, InstanceState.READ)

    def _look(self, exam_id: int, series: str, rows: list[InstanceRow], known: list[str]) -> Look:
        decisions = self._store.looks.decisions(exam_id, series)
        begun = time.monotonic()
        if decisions and decisions[-1].choice is Choice.LEAVE_OUT:
            return Look(exam_id, series, LookState.LEFT_OUT, [], {}, True, 0, 0, 0.0, utc_now())
        seen = self._seen(rows, known)
        masks = [one.rectangle for one in self._masks(seen["device"])] if seen["native"] else []
        left = [one for one in seen["findings"] if not _settled(one, decisions, masks)]
        state = LookState.HELD if left else LookState.CLEAN
        seconds = time.monotonic() - begun
        log.event(
            "series_looked_at",
            exam_number=exam_id,
            n_frames=seen["frames"],
            n_findings=len(left),
            seconds=round(seconds, 3),
        )
        return Look(
            exam_id,
            series,
            state if seen["seen"] else LookState.UNSEEN,
            left,
            seen["device"],
            seen["native"],
            seen["positions"],
            seen["frames"],
            seconds,
            utc_now(),
        )

    def _seen(self, rows: list[InstanceRow], known: list[str]) -> dict[str, Any]:
        """The child's answer; a series at which it ends twice was not seen."""
        for _ in range(2):
            try:
                return self._looker.look(self._bytes_of(rows), [row.size for row in rows], known)
            except PixelChildError as error:
                log.unexpected("pixels", error)
        return {"seen": False, "native": False, "device": {}, "positions": 0, "frames": 0, "findings": []}

    def _masks(self, device: dict[str, str]) -> list[Mask]:
        return self._store.looks.masks(device) if device else []

    def _bytes_of(self, rows: Iterable[InstanceRow]) -> Iterator[bytes]:
        for row in rows:
            yield self._files.spool_get(str(row.spool))

    def close(self) -> None:
        """End the child process."""
        self._looker.close()


def _known(entry: CrosswalkEntry) -> list[str]:
    """What identifies the patient, as the child compares it."""
    patient, study = entry.patient, entry.study
    return spellings(
        patient.name, patient.patient_id, patient.birth_date, study.accession_number, study.study_date
    )


def _settled(finding: dict[str, Any], decisions: list[Decision], masks: list[Box]) -> bool:
    """Whether a person has let exactly this pass, or it lies in a region that is blanked."""
    box = _box(finding)
    if any(_cover(box, mask) >= _COVERED for mask in masks):
        return True
    passed = (one for decision in decisions if decision.choice is Choice.PASS for one in decision.findings)
    return any(_same_text(one, finding) and _cover(box, _box(one)) >= _SAME_PLACE for one in passed)


def _same_text(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(
        one["kind"] == other["kind"] and one["text"] == other["text"] and one["size"] == other["size"]
    )


def _box(finding: dict[str, Any]) -> Box:
    row, column, rows, columns = finding["box"]
    return row, column, rows, columns


def _cover(one: Box, other: Box) -> float:
    """Share of the first box that lies in the second."""
    rows = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    columns = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return rows * columns / (one[2] * one[3]) if rows > 0 and columns > 0 else 0.0
