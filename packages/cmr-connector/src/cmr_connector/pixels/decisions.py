"""What follows from a person's decision about text in the pixels of a series."""

from typing import Any

from cmr_connector import log
from cmr_connector.errors import TransitionError
from cmr_connector.files import Files
from cmr_connector.pixels.gate import REASON
from cmr_connector.pixels.looks import Box, Choice, Look, LookState
from cmr_connector.rows import InstanceRow
from cmr_connector.states import ExamState, InstanceState
from cmr_connector.store import Store

IDENTIFIES = "identifies"
_AT_REST = (ExamState.DELIVERED, ExamState.HELD, ExamState.REJECTED)
_MARGIN = 3


def choices_for(look: Look) -> list[Choice]:
    """What a person may choose: what names the patient never passes; only native images can be blanked."""
    names = any(one["meaning"] == IDENTIFIES for one in look.findings)
    found = [] if names else [Choice.PASS]
    if look.native and look.device:
        found.append(Choice.BLANK)
    return [*found, Choice.LEAVE_OUT]


def decide(store: Store, files: Files, look: Look, choice: Choice, account: str) -> None:
    """Write the decision down and let the series go its way: looked at again and prepared, or left out.

    Args:
        store: the local database.
        files: spool and outgoing folders.
        look: what the person saw.
        choice: what the person decided.
        account: who it is.

    Raises:
        TransitionError: the series does not wait any more, or this choice is not open for it.
    """
    with store.transaction():
        now = store.looks.get(look.exam_id, look.series_hash)
        if now != look or look.state is not LookState.HELD or choice not in choices_for(look):
            raise TransitionError("This series does not wait for that decision any more.")
        number = store.looks.decide(look, choice, account)
        if choice is Choice.BLANK:
            for one in look.findings:
                store.looks.mask_add(look.device, _with_margin(one), number)
        rows = _held(store, look)
        for row in rows:
            _move(store, row, choice)
        store.looks.settle(look.exam_id, look.series_hash, choice)
        _wake(store, look.exam_id)
    if choice is Choice.LEAVE_OUT:
        for row in rows:
            files.spool_drop(str(row.spool))
    log.event("pixels_decided", exam_number=look.exam_id, choice=choice.value, n_instances=len(rows))


def _held(store: Store, look: Look) -> list[InstanceRow]:
    rows = store.ledger.of_exam(look.exam_id, InstanceState.HELD)
    return [row for row in rows if row.series_hash == look.series_hash and row.reason == REASON and row.spool]


def _move(store: Store, row: InstanceRow, choice: Choice) -> None:
    if choice is Choice.LEAVE_OUT:
        store.ledger.move(row.id, InstanceState.REJECTED, REASON)
        store.ledger.spool_cleared(row.id)
    else:
        store.ledger.move(row.id, InstanceState.FOUND)


def _wake(store: Store, exam_id: int) -> None:
    """An exam at rest is prepared again at once; any other is, when it comes to rest."""
    if store.exams.get(exam_id).state in _AT_REST:
        store.exams.wake(exam_id)
        store.exams.settle(exam_id)


def _with_margin(finding: dict[str, Any]) -> Box:
    """The place of a finding with a margin, inside its image."""
    (row, column, rows, columns), (most_rows, most_columns) = finding["box"], finding["size"]
    top, left = max(0, row - _MARGIN), max(0, column - _MARGIN)
    bottom, right = min(most_rows, row + rows + _MARGIN), min(most_columns, column + columns + _MARGIN)
    return top, left, bottom - top, right - left
