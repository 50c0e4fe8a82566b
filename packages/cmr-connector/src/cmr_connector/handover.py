"""A hand-over: a folder, ZIP or CD export that a person gives to the connector, from the first file to receipts.

`cmr-connector send` and the desk's drop zone are this module with two faces.
"""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from cmr_connector.archive_reader import Member, members_of
from cmr_connector.intake import Outcome, Source, Taken
from cmr_connector.rows import DeliveryRow, ExamRow
from cmr_connector.sender import Sender
from cmr_connector.states import ExamState
from cmr_connector.workplace import Workplace

AT_REST = frozenset({ExamState.DELIVERED, ExamState.HELD, ExamState.REJECTED, ExamState.CONFLICT})
_LOOK_S = 0.1

Progress = Callable[[str, int, int], None]
"""Called with the step (`take`, `prepare` or `send`), what is done and what there is (0 if unknown)."""


@dataclass(frozen=True, slots=True)
class HandedFile:
    """One file of a hand-over and what became of it at the door.

    Attributes:
        label: its relative name, for the person who handed it over; never logged or stored.
    """

    label: str
    taken: Taken


@dataclass(frozen=True, slots=True)
class HandOver:
    """What became of a hand-over at the door.

    Attributes:
        batch: its name in the list of refusals.
        files: every file, in order.
    """

    batch: str
    files: tuple[HandedFile, ...]

    @property
    def exam_ids(self) -> list[int]:
        """The exams that it belongs to."""
        return sorted({file.taken.exam_id for file in self.files if file.taken.exam_id is not None})

    def outcomes(self) -> Counter[Outcome]:
        """How many files were taken, here before, rejected and refused."""
        return Counter(file.taken.outcome for file in self.files)

    def problems(self) -> list[HandedFile]:
        """The files that were rejected or refused."""
        return [file for file in self.files if file.taken.reason is not None]


def take_all(workplace: Workplace, path: Path, source: Source, progress: Progress | None = None) -> HandOver:
    """Take in every file of a folder, ZIP or single file; its exams count as complete at once.

    Raises:
        ArchiveReadError: an archive is encrypted, broken or too large; what came before it is taken.
        OSError: the path cannot be read, or the disk failed.
    """
    return take_members(workplace, members_of(path), source, progress)


def take_members(
    workplace: Workplace, members: Iterable[Member], source: Source, progress: Progress | None = None
) -> HandOver:
    """Take in these files; their exams count as complete at once.

    Raises:
        ArchiveReadError, OSError: as `take_all`; what came before it is taken.
    """
    batch = uuid.uuid4().hex
    handed: list[HandedFile] = []
    labels: list[str] = []

    def keep() -> None:
        for taken in taking.commit():
            handed.append(HandedFile(labels[len(handed)], taken))
            if progress is not None:
                progress("take", len(handed), 0)

    with workplace.intake.together(source, batch) as taking:
        try:
            for member in members:
                if member.reason is not None:
                    taking.refuse(member.size, member.reason)
                else:
                    taking.add(member.image)
                labels.append(member.label)
                if taking.is_full:
                    keep()
        finally:
            keep()
    hand_over = HandOver(batch, tuple(handed))
    for exam_id in hand_over.exam_ids:
        workplace.store.exams.settle(exam_id)
    return hand_over


def carry_out(
    workplace: Workplace, sender: Sender, exam_ids: list[int], progress: Progress | None = None
) -> list[ExamRow]:
    """Prepare and send these exams (call it under `worker_lock`) until each is at rest or must wait.

    Returns:
        The exams as they stand: delivered, held, rejected, in conflict, or queued while the registry cannot
        be reached.
    """

    def report(step: str) -> Callable[[int, int], None] | None:
        return None if progress is None else lambda done, of: progress(step, done, of)

    workplace.pipeline.wake()
    for exam in iter(workplace.store.exams.claim_settled, None):
        workplace.pipeline.prepare(exam, report("prepare"))
    workplace.store.outbox.retry_now()
    while sender.step(report("send")) is not None:
        # an instance that the registry refused sends its exam back to the pipeline
        for exam in iter(workplace.store.exams.claim_settled, None):
            workplace.pipeline.prepare(exam, report("prepare"))
    return [workplace.store.exams.get(exam_id) for exam_id in exam_ids]


def wait_for_agent(workplace: Workplace, exam_ids: list[int], limit_s: float) -> list[ExamRow]:
    """Wait while the agent, another process, prepares and sends these exams; at most `limit_s` seconds."""
    deadline = time.monotonic() + limit_s
    while True:
        exams = [workplace.store.exams.get(exam_id) for exam_id in exam_ids]
        if all(exam.state in AT_REST for exam in exams) or time.monotonic() > deadline:
            return exams
        time.sleep(_LOOK_S)


def newest_receipt(workplace: Workplace, exam_id: int) -> DeliveryRow | None:
    """The newest delivery of an exam that holds a receipt."""
    deliveries = workplace.store.outbox.of_exam(exam_id)
    return next((delivery for delivery in deliveries if delivery.receipt is not None), None)
