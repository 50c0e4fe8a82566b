"""The sender: carries queued deliveries to the registry until each has its signed receipt.

It keeps nothing in memory that matters: what is left to send is the registry's `missing`, what was sent is
the ledger, what is owed is the outbox. Killed at any moment, it goes on where the two sides agree (N2).
"""

import base64
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cmr_connector import log
from cmr_connector.errors import ReceiptError, RegistryError, RegistryUnreachableError
from cmr_connector.files import Files
from cmr_connector.registry_client import (
    ReceiptKey,
    RegistryClient,
    RemoteDelivery,
    StowResult,
    checked_receipt,
)
from cmr_connector.rows import DeliveryRow, InstanceRow
from cmr_connector.states import DeliveryState, ExamState, InstanceState
from cmr_connector.store import Store
from cmr_exchange.manifest import DeliveryManifest
from cmr_exchange.reasons import REASONS
from cmr_exchange.receipt import Receipt

RECEIPT_KEY = "receipt_key"
_FIRST_WAIT_S, _LONGEST_WAIT_S = 2.0, 900.0
_POLL_S = (0.05, 0.1, 0.2, *[0.25] * 40, 1.0)
_TRY_AGAIN = frozenset({"out_of_storage", "hash_mismatch", "truncated", "not_in_manifest"})
_STEWARD_DECIDES = frozenset({"same_uid_other_bytes", "subject_mismatch"})
_OUT_OF_RESOURCES = 0xA700

Progress = Callable[[int, int], None]
"""Called with instances that the registry holds and instances in all."""


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How much goes into one request."""

    instances: int = 50
    bytes: int = 32 * 2**20


class Sender:
    """Sends deliveries, one at a time."""

    def __init__(
        self,
        store: Store,
        files: Files,
        client: RegistryClient,
        *,
        limits: BatchLimits | None = None,
        pinned_key: str = "",
        keep_outgoing: bool = False,
        poll_limit_s: float = 60.0,
    ) -> None:
        """Send from this store to this registry.

        Args:
            store: what is to be sent.
            files: where the outgoing files are.
            client: the registry.
            limits: sizes of batches.
            pinned_key: the registry's public receipt key from the settings, empty to pin at first contact.
            keep_outgoing: keep de-identified files after the receipt.
            poll_limit_s: wait at most this long for the registry to accept before trying again later.
        """
        self._store, self._files, self._client = store, files, client
        self._limits, self._pinned_key = limits or BatchLimits(), pinned_key
        self._keep_outgoing, self._poll_limit_s = keep_outgoing, poll_limit_s

    def recover(self) -> None:
        """After a kill: what was being sent is queued again."""
        with self._store.transaction():
            for exam_id in self._store.outbox.recover():
                if self._store.exams.get(exam_id).state is ExamState.SENDING:
                    self._store.exams.move(exam_id, ExamState.QUEUED)

    def step(self, progress: Progress | None = None) -> DeliveryRow | None:
        """Send the next delivery whose time has come. Returns it as it stands afterwards, or None."""
        with self._store.transaction():
            delivery = self._store.outbox.claim()
            if delivery is not None and self._store.exams.get(delivery.exam_id).state is ExamState.QUEUED:
                self._store.exams.move(delivery.exam_id, ExamState.SENDING)
        if delivery is None:
            return self._ask_about_conflict()
        subject = self._store.exams.get(delivery.exam_id).subject
        if subject is not None and self._store.withdrawals.holds(subject):
            self._withdrawn(delivery)
            return self._store.outbox.get(delivery.id)
        try:
            self._send(delivery, progress)
        except RegistryError as error:
            self._postpone(delivery, str(error))
        except Exception as error:
            # whatever failed here, the delivery must not hang in `sending`; the type's name holds no data
            self._postpone(delivery, type(error).__name__)
            raise
        return self._store.outbox.get(delivery.id)

    def receipt_key(self) -> ReceiptKey:
        """The pinned receipt key; at the first contact the registry's word, or what the settings pin.

        Raises:
            RegistryError: the registry does not state its key.
            ReceiptError: it states another key than the settings pin.
        """
        known = self._store.setting(RECEIPT_KEY)
        if known is None:
            stated = self._client.receipt_key()
            if self._pinned_key and not _same_key(stated.public_key, self._pinned_key):
                raise ReceiptError(
                    "The registry's receipt key is not the one that registry.receipt_key pins."
                )
            known = json.dumps([stated.name, stated.public_key])
            self._store.setting_put(RECEIPT_KEY, known)
        name, public_key = json.loads(known)
        return ReceiptKey(name, public_key)

    def _send(self, delivery: DeliveryRow, progress: Progress | None) -> None:
        key = self.receipt_key()
        remote = self._client.open_delivery(delivery.manifest)
        self._store.outbox.opened(delivery.id, remote.id)
        log.event(
            "delivery_opened",
            exam_number=delivery.exam_id,
            version=delivery.version,
            n_missing=len(remote.missing),
        )
        if remote.state == "open" and remote.missing:
            if not self._send_missing(delivery, remote, progress):
                return
            remote = self._client.delivery(remote.id)
        remote = self._settled(remote)
        if remote.state == "accepted":
            self._accept(delivery, remote, key)
        elif remote.state == "conflict":
            self._conflict(delivery, remote)
        elif remote.state == "refused":
            self._refused_as_a_whole(delivery, remote)
        else:
            raise RegistryUnreachableError(f"still {remote.state}")

    def _send_missing(self, delivery: DeliveryRow, remote: RemoteDelivery, progress: Progress | None) -> bool:
        """Send what the registry lacks. False when single instances were refused for good."""
        rows = self._store.ledger.by_outgoing(delivery.exam_id, remote.missing)
        cleared = [row for row in rows if not self._files.outgoing_path(str(row.out_sha256)).exists()]
        if cleared:
            self._refused(delivery, {str(row.out_sop_uid): "outgoing_cleared" for row in cleared}, None)
            return False
        refused: dict[str, str] = {}
        done = delivery.n_instances - len(rows)
        for batch in self._batches(rows):
            started = time.monotonic()
            result = self._client.store_instances(remote.id, [self._outgoing(row) for row in batch])
            refused |= self._note(batch, result)
            done += len(result.stored)
            log.event(
                "batch_stored",
                exam_number=delivery.exam_id,
                n_stored=len(result.stored),
                n_failed=len(result.failed),
                seconds=round(time.monotonic() - started, 3),
            )
            if progress is not None:
                progress(done, delivery.n_instances)
        if refused:
            self._refused(delivery, refused, None)
        return not refused

    def _batches(self, rows: list[InstanceRow]) -> Iterator[list[InstanceRow]]:
        batch: list[InstanceRow] = []
        size = 0
        for row in rows:
            full = len(batch) >= self._limits.instances or size + (row.out_size or 0) > self._limits.bytes
            if batch and full:
                yield batch
                batch, size = [], 0
            batch.append(row)
            size += row.out_size or 0
        if batch:
            yield batch

    def _outgoing(self, row: InstanceRow) -> bytes:
        return self._files.outgoing_path(str(row.out_sha256)).read_bytes()

    def _note(self, batch: list[InstanceRow], result: StowResult) -> dict[str, str]:
        """Write acknowledgments to the ledger. Returns what was refused for good: UID and reason code."""
        refused = {}
        with self._store.transaction():
            for row in batch:
                uid = str(row.out_sop_uid)
                if uid in result.stored and row.state is InstanceState.DEIDENTIFIED:
                    self._store.ledger.move(row.id, InstanceState.SENT)
                elif uid in result.failed:
                    code, status = result.failed[uid]
                    passing = code in _TRY_AGAIN or status == _OUT_OF_RESOURCES
                    if code in REASONS and not passing and code not in _STEWARD_DECIDES:
                        refused[uid] = code
        return refused

    def _settled(self, remote: RemoteDelivery) -> RemoteDelivery:
        """Poll until the registry has decided, or the wait is over."""
        deadline = time.monotonic() + self._poll_limit_s
        polls = 0
        while remote.state == "complete" or (remote.state == "open" and not remote.missing):
            if time.monotonic() > deadline:
                break
            time.sleep(_POLL_S[min(polls, len(_POLL_S) - 1)])
            polls += 1
            remote = self._client.delivery(remote.id)
        return remote

    def _accept(self, delivery: DeliveryRow, remote: RemoteDelivery, key: ReceiptKey) -> None:
        """Check the receipt, keep it, and only then forget the exam's files."""
        receipt = checked_receipt(remote.receipt or {}, key)
        _require_same(receipt, delivery)
        manifest = DeliveryManifest.from_document(json.loads(delivery.manifest))
        delivered = [entry.sop_instance_uid for entry in manifest.instances()]
        with self._store.transaction():
            rows = self._store.ledger.by_outgoing(delivery.exam_id, delivered)
            for row in rows:
                self._store.ledger.move(row.id, InstanceState.STORED)
                self._store.ledger.spool_cleared(row.id)
            self._store.outbox.receipted(delivery.id, receipt.to_document())
            if self._store.exams.get(delivery.exam_id).state in (ExamState.SENDING, ExamState.CONFLICT):
                self._store.exams.move(delivery.exam_id, ExamState.DELIVERED)
        for row in rows:
            self._forget(row)
        log.event(
            "delivery_accepted",
            exam_number=delivery.exam_id,
            version=delivery.version,
            n_instances=receipt.n_instances,
        )

    def _forget(self, row: InstanceRow) -> None:
        if row.spool is not None:
            self._files.spool_drop(row.spool)
        if not self._keep_outgoing:
            self._files.outgoing_drop(str(row.out_sha256))

    def _conflict(self, delivery: DeliveryRow, remote: RemoteDelivery) -> None:
        """A steward has to decide; asked again from time to time."""
        reason = _first_code(remote) or "same_uid_other_bytes"
        with self._store.transaction():
            if delivery.state is not DeliveryState.CONFLICT:
                self._store.outbox.move(delivery.id, DeliveryState.CONFLICT, reason)
                self._store.exams.move(delivery.exam_id, ExamState.CONFLICT, reason)
            self._store.outbox.postpone(delivery.id, time.time() + _LONGEST_WAIT_S, "conflict")
        log.event("delivery_refused", exam_number=delivery.exam_id, version=delivery.version, reason=reason)

    def _refused(self, delivery: DeliveryRow, refused: dict[str, str], reason: str | None) -> None:
        """Hold the refused instances; the others are prepared again without them as the next version."""
        reason = reason or next(iter(refused.values()), "value_rejected")
        with self._store.transaction():
            rows = self._store.ledger.by_outgoing(delivery.exam_id, list(refused))
            for row in rows:
                self._store.ledger.move(row.id, InstanceState.HELD, refused[str(row.out_sop_uid)])
            self._store.outbox.move(delivery.id, DeliveryState.REFUSED, reason)
            exam = self._store.exams.get(delivery.exam_id)
            if rows and exam.state in (ExamState.SENDING, ExamState.CONFLICT):
                self._store.exams.move(exam.id, ExamState.ARRIVING)
                self._store.exams.settle(exam.id)
            elif exam.state in (ExamState.SENDING, ExamState.CONFLICT):
                self._store.exams.move(exam.id, ExamState.HELD, reason)
        log.event("delivery_refused", exam_number=delivery.exam_id, version=delivery.version, reason=reason)

    def _withdrawn(self, delivery: DeliveryRow) -> None:
        """The patient withdrew while the exam waited: nothing of it leaves."""
        with self._store.transaction():
            self._store.outbox.move(delivery.id, DeliveryState.REFUSED, "opted_out")
            if self._store.exams.get(delivery.exam_id).state is ExamState.SENDING:
                self._store.exams.move(delivery.exam_id, ExamState.REJECTED, "opted_out")
        log.event(
            "delivery_refused", exam_number=delivery.exam_id, version=delivery.version, reason="opted_out"
        )

    def _refused_as_a_whole(self, delivery: DeliveryRow, remote: RemoteDelivery) -> None:
        named = {about: code for about, code in remote.problems if about and code in REASONS}
        self._refused(delivery, named, _first_code(remote))

    def _postpone(self, delivery: DeliveryRow, cause: str) -> None:
        """Queue the delivery again for later: exponential wait with jitter, so that centers do not march."""
        wait = min(_FIRST_WAIT_S * 2.0**delivery.attempts, _LONGEST_WAIT_S) * random.uniform(0.5, 1.0)  # noqa: S311
        with self._store.transaction():
            if self._store.outbox.get(delivery.id).state is not DeliveryState.SENDING:
                return
            self._store.outbox.move(delivery.id, DeliveryState.QUEUED)
            self._store.outbox.postpone(delivery.id, time.time() + wait, cause)
            if self._store.exams.get(delivery.exam_id).state is ExamState.SENDING:
                self._store.exams.move(delivery.exam_id, ExamState.QUEUED)
        log.event(
            "delivery_postponed",
            exam_number=delivery.exam_id,
            version=delivery.version,
            attempt=delivery.attempts + 1,
            wait_s=round(wait, 1),
            cause=cause,
        )

    def _ask_about_conflict(self) -> DeliveryRow | None:
        due = self._store.outbox.conflicts_due(time.time())
        if not due:
            return None
        delivery = due[0]
        try:
            remote = self._client.delivery(str(delivery.registry_id))
            if remote.state == "accepted":
                self._accept(delivery, remote, self.receipt_key())
            elif remote.state == "refused":
                self._refused_as_a_whole(delivery, remote)
            else:
                self._conflict(delivery, remote)
        except RegistryError as error:
            self._store.outbox.postpone(delivery.id, time.time() + _LONGEST_WAIT_S, str(error))
        return self._store.outbox.get(delivery.id)


def _require_same(receipt: Receipt, delivery: DeliveryRow) -> None:
    manifest = DeliveryManifest.from_document(json.loads(delivery.manifest))
    names_same = (receipt.delivery, receipt.center, receipt.exam, receipt.version) == (
        *(delivery.digest, manifest.center, manifest.exam, manifest.version),
    )
    counts_same = (receipt.n_instances, receipt.n_bytes) == (delivery.n_instances, delivery.n_bytes)
    if not (names_same and counts_same):
        raise ReceiptError("The receipt speaks of another delivery.")


def _first_code(remote: RemoteDelivery) -> str | None:
    return next((code for _, code in remote.problems if code in REASONS), None)


def _same_key(one: str, other: str) -> bool:
    try:
        return base64.b64decode(one, validate=True) == base64.b64decode(other, validate=True)
    except ValueError:
        return False
