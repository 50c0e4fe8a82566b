"""What the desk does with follow-up: enter, take back, import, send again, withdraw. All of it all or nothing.

Every change of what is entered makes a new version of the subject's document and queues it; a change that says
nothing new makes none.
"""

import datetime
from collections.abc import Iterable

from cmr_connector import log
from cmr_connector.crosswalk import Patient
from cmr_connector.follow_up import Entry, FollowUpRejected, Why
from cmr_connector.follow_up_days import Counting, content_digest, follow_up_document, withdrawal
from cmr_connector.follow_up_windows import Origin
from cmr_connector.follow_ups import Entries
from cmr_connector.manifests import Issuer
from cmr_connector.statements import StatementRow
from cmr_connector.states import StatementKind, StatementState
from cmr_connector.store import Store
from cmr_exchange.canonical import canonical_json
from cmr_exchange.followup import FollowUpDocument


class FollowUpWork:
    """Follow-up of one center."""

    def __init__(self, store: Store, issuer: Issuer) -> None:
        """Work on this store and state documents as this issuer."""
        self._store, self._issuer = store, issuer

    def enter(self, subject: str, entries: Iterable[Entry]) -> StatementRow | None:
        """Add entries and queue what is new. Returns the queued statement, None where nothing is new.

        Raises:
            FollowUpRejected: the patient withdrew, no days can be counted, or there are too many entries.
        """
        with self._store.transaction():
            held = self._store.follow_ups.get(subject)
            for entry in entries:
                held = held.with_entry(entry)
            return self._keep(subject, held)

    def check(self, subject: str, entries: Iterable[Entry]) -> None:
        """Whether `enter` would take these entries; changes nothing.

        Raises:
            FollowUpRejected: as `enter`.
        """
        if self._store.withdrawals.holds(subject):
            raise FollowUpRejected(Why.WITHDREW)
        held = self._store.follow_ups.get(subject)
        for entry in entries:
            held = held.with_entry(entry)
        self.document(subject, held)

    def take_back(self, subject: str, key: str) -> StatementRow | None:
        """Remove the entry of this key and queue what is left.

        Raises:
            FollowUpRejected: as `enter`.
        """
        with self._store.transaction():
            return self._keep(subject, self._store.follow_ups.get(subject).without(key))

    def send_again(self, subject: str) -> StatementRow | None:
        """Queue what is entered as a new version although the registry refused the last one.

        Raises:
            FollowUpRejected: as `enter`.
        """
        with self._store.transaction():
            return self._keep(subject, self._store.follow_ups.get(subject))

    def document(self, subject: str, entries: Entries, version: int = 1) -> FollowUpDocument:
        """What would cross the wall.

        Raises:
            FollowUpRejected: no days can be counted, or there are too many entries.
        """
        origin = self.origin(subject)
        if origin is None:
            raise FollowUpRejected(Why.NO_ORIGIN)
        counting = Counting(
            origin, lambda written: int(self._store.local.hashed("coarse date", subject, written), 16)
        )
        return follow_up_document(self._issuer, subject, version, counting, entries.statuses, entries.events)

    def origin(self, subject: str) -> Origin | None:
        """From where the subject's days count, None where its first exam had no readable date; stays inside."""
        origin = self._store.crosswalk.origin(subject)
        if origin is None or origin.date is None:
            return None
        before = datetime.timedelta(days=self._store.follow_ups.first_day(subject))
        return Origin(origin.date, origin.date + before)

    def patient(self, subject: str) -> Patient:
        """Who it is; stays inside."""
        return self._store.crosswalk.followed(subject)[0]

    def withdraw(self, subject: str) -> StatementRow | None:
        """The patient withdrew: from now on nothing of this patient leaves, and the registry is told.

        Returns:
            The queued withdrawal, None where the patient had withdrawn before.
        """
        with self._store.transaction():
            if not self._store.withdrawals.add(subject, self.patient(subject).patient_id):
                return None
            for name in (subject, *self._store.data_queries.ids_of_subject(subject)):
                self._supersede(name)
            document = canonical_json(withdrawal(self._issuer, subject).to_document())
            row = self._store.statements.add(StatementKind.WITHDRAWAL, subject, 1, document, "")
        log.event("statement_queued", kind=row.kind.value, version=row.version)
        return row

    def _supersede(self, name: str) -> None:
        for row in self._store.statements.of_subject(name):
            if row.state is StatementState.QUEUED:
                self._store.statements.move(row.id, StatementState.SUPERSEDED)

    def _keep(self, subject: str, entries: Entries) -> StatementRow | None:
        store = self._store
        if store.withdrawals.holds(subject):
            raise FollowUpRejected(Why.WITHDREW)
        newest = store.statements.newest(StatementKind.FOLLOW_UP, subject)
        version = max(newest.version, newest.registry_version or 0) + 1 if newest else 1
        document = self.document(subject, entries, version)
        content = content_digest(document)
        store.follow_ups.put(subject, entries)
        if newest is None and not (entries.statuses or entries.events):
            return None
        if newest and newest.content_digest == content and newest.state is not StatementState.REFUSED:
            return None
        row = store.statements.add(
            StatementKind.FOLLOW_UP, subject, version, document.canonical_bytes(), content
        )
        log.event("statement_queued", kind=row.kind.value, version=row.version)
        return row
