"""The middle of the pipeline: images that passed the gates become outgoing files, looked at twice (D13, D14).

Images go through in handfuls. The outgoing files of a handful are synced side by side, and only then one
transaction says what became of each image: a kill in between leaves images that are simply made again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cmr_connector import log
from cmr_connector.files import TOGETHER, Files, Keeping
from cmr_connector.ledger import Outgoing
from cmr_connector.pixels.gate import Treatment
from cmr_connector.rows import ExamRow, InstanceRow
from cmr_connector.states import InstanceState
from cmr_connector.store import Store
from cmr_deid.engine import Deidentified, Engine
from cmr_deid.errors import DeidRefusal, InstanceHeld
from cmr_deid.leaks import search
from cmr_deid.pixel_data import Mask, pixels_equal
from cmr_deid.science import Survival, compare
from cmr_deid.verify import inspect
from cmr_exchange.canonical import sha256_hex

Progress = Callable[[int, int], None]
"""Called with instances done and instances in all."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What de-identification made of an image: an outgoing file, or a state with its reason code."""

    outgoing: Outgoing | None = None
    state: InstanceState = InstanceState.DEIDENTIFIED
    code: str | None = None
    survival: Survival | None = None


class Deidentifying:
    """De-identifies the images of an exam, inspects them, searches for what was removed, keeps them durably."""

    def __init__(self, store: Store, files: Files, engine: Engine) -> None:
        """Use this store, these folders and this center's engine."""
        self._store, self._files, self._engine = store, files, engine

    def run(
        self,
        exam: ExamRow,
        rows: list[InstanceRow],
        treatments: Mapping[str, Treatment],
        progress: Progress | None = None,
    ) -> None:
        """Carry these images, in state `read`, to `deidentified`, `held` or `rejected`.

        Args:
            exam: whose they are.
            rows: the images.
            treatments: how each series leaves whose pixels were looked at; the others leave unlooked.
            progress: called after each handful.

        Raises:
            OSError: the disk failed; what was kept before stands on the ledger.
        """
        for start in range(0, len(rows), TOGETHER):
            handful = rows[start : start + TOGETHER]
            self._together(exam, handful, treatments)
            if progress is not None:
                progress(start + len(handful), len(rows))

    def _together(
        self, exam: ExamRow, handful: list[InstanceRow], treatments: Mapping[str, Treatment]
    ) -> None:
        with Keeping() as keeping:
            outcomes = [
                (row, self._outcome(exam, row, treatments.get(row.series_hash), keeping)) for row in handful
            ]
            keeping.commit()
        with self._store.transaction():
            rejected = [row for row, outcome in outcomes if self._enter(exam, row, outcome)]
        for row in rejected:
            self._files.spool_drop(str(row.spool))

    def _outcome(
        self, exam: ExamRow, row: InstanceRow, treatment: Treatment | None, keeping: Keeping
    ) -> _Outcome:
        try:
            return self._deidentified(exam, self._files.spool_get(str(row.spool)), treatment, keeping)
        except InstanceHeld as refusal:
            return _Outcome(None, InstanceState.HELD, refusal.reason.code)
        except DeidRefusal as refusal:
            return _Outcome(None, InstanceState.REJECTED, refusal.reason.code)
        except OSError:
            # a full or failing disk says nothing about the image
            raise
        except Exception as error:
            # one image that breaks a library must not stop the exam
            log.unexpected("deidentify", error)
            return _Outcome(None, InstanceState.HELD, "unreadable")

    def _deidentified(
        self, exam: ExamRow, data: bytes, treatment: Treatment | None, keeping: Keeping
    ) -> _Outcome:
        released = frozenset({"not_a_heart"} if exam.released else ())
        masks = () if treatment is None else treatment.masks
        result = self._engine.deidentify(data, released, pixels_looked_at=treatment is not None, masks=masks)
        if result.subject != exam.subject or result.exam != exam.pseudonym:
            return _Outcome(None, InstanceState.HELD, "two_patients")
        code = _reason_against(data, result, masks)
        if code is not None:
            return _Outcome(None, InstanceState.HELD, code)
        survival = compare(result.science, result.facts, result.data)
        if survival.differences:
            return _Outcome(None, InstanceState.HELD, "science_changed", survival)
        outgoing = Outgoing(
            sha256_hex(result.data),
            len(result.data),
            result.sop_instance_uid,
            result.series_instance_uid,
            result.study_instance_uid,
            result.facts.to_document(),
        )
        self._files.outgoing_put(outgoing.sha256, result.data, keeping)
        return _Outcome(outgoing, survival=survival)

    def _enter(self, exam: ExamRow, row: InstanceRow, outcome: _Outcome) -> bool:
        """Write to the ledger what became of an image, one UID once (L7). Whether its source can go."""
        ledger, state, code = self._store.ledger, outcome.state, outcome.code
        if outcome.survival is not None:
            ledger.compared(row.id, outcome.survival.to_document())
        if outcome.outgoing is not None:
            twin = ledger.twin(exam.id, outcome.outgoing.sop_instance_uid)
            if twin is None:
                ledger.deidentified(row.id, outcome.outgoing)
                return False
            same = twin.out_sha256 == outcome.outgoing.sha256
            state = InstanceState.REJECTED if same else InstanceState.HELD
            code = "duplicate" if same else "same_uid_other_bytes"
        ledger.move(row.id, state, code)
        if state is InstanceState.REJECTED:
            ledger.spool_cleared(row.id)
        return state is InstanceState.REJECTED


def _reason_against(source: bytes, result: Deidentified, masks: Sequence[Mask]) -> str | None:
    """What speaks against an outgoing file that the engine made: the second look, a value left, other pixels."""
    findings = inspect(result.data).findings
    if findings:
        return findings[0].reason_code
    if search(result.data, result.removed_values):
        return "source_value_left"
    return None if pixels_equal(source, result.data, masks) else "pixels_changed"
