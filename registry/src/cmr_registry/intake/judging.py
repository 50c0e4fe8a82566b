"""What becomes of each instance of a request: refuse, already held, keep apart, or store. No database, no I/O.

The order matters: an instance is verified first (`cmr_deid.verify`), so that nothing of one that may identify a
patient is compared, remembered or written.
"""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cmr_deid.verify import Inspection, inspect
from cmr_exchange.canonical import sha256_hex
from cmr_exchange.manifest import InstanceEntry
from cmr_exchange.reasons import Reason, reason

Entries = Mapping[str, tuple[str, InstanceEntry]]


class Fate(enum.Enum):
    """What becomes of an instance."""

    REFUSE = "refuse"
    HELD = "held"
    APART = "apart"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Seen:
    """One instance of a request after verification.

    Attributes:
        data: its bytes.
        inspection: what the verifier read and found.
        sha256: of the bytes; empty for one that did not pass.
    """

    data: bytes
    inspection: Inspection
    sha256: str

    @property
    def size(self) -> int:
        """Number of bytes."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Judged:
    """An instance with its fate, and the reason where it is not simply stored."""

    seen: Seen
    fate: Fate
    reason: Reason | None = None


def look(data: bytes) -> Seen:
    """Verify one instance; its hash is taken only where it passed."""
    inspection = inspect(data)
    return Seen(data, inspection, "" if inspection.findings else sha256_hex(data))


def refusal(seen: Seen) -> Reason | None:
    """The first reason why an instance does not pass verification, None where it passes."""
    return next((reason(finding.reason_code) for finding in seen.inspection.findings), None)


def judge(
    instances: Sequence[Seen], *, subject: str, study: str, entries: Entries | None, held: Mapping[str, str]
) -> list[Judged]:
    """Judge verified instances of one study for one delivery.

    Args:
        instances: instances that passed verification.
        subject: pseudonym that the delivery is about.
        study: its Study Instance UID.
        entries: what the manifest lists; None for a delivery without one.
        held: SOP Instance UID -> SHA-256 of what is durably stored of the study; not changed.
    """
    known = dict(held)
    judged = []
    for seen in instances:
        one = _judge(seen, subject, study, entries, known)
        if one.fate is Fate.STORE:
            known[seen.inspection.sop_instance_uid] = seen.sha256
        judged.append(one)
    return judged


def _judge(seen: Seen, subject: str, study: str, entries: Entries | None, known: Mapping[str, str]) -> Judged:
    for check in (_listed(study, entries), _same_person(subject), _same_bytes(entries)):
        code = check(seen)
        if code:
            return Judged(seen, Fate.REFUSE, reason(code))
    stored = known.get(seen.inspection.sop_instance_uid)
    if stored is None:
        return Judged(seen, Fate.STORE)
    if stored == seen.sha256:
        return Judged(seen, Fate.HELD)
    return Judged(seen, Fate.APART, reason("same_uid_other_bytes"))


Check = Callable[[Seen], str]


def _listed(study: str, entries: Entries | None) -> Check:
    def check(seen: Seen) -> str:
        if seen.inspection.study_instance_uid != study:
            return "not_in_manifest"
        if entries is None:
            return ""
        series, _ = entries.get(seen.inspection.sop_instance_uid, ("", None))
        return "" if series == seen.inspection.series_instance_uid else "not_in_manifest"

    return check


def _same_person(subject: str) -> Check:
    return lambda seen: "" if seen.inspection.patient_id == subject else "two_patients"


def _same_bytes(entries: Entries | None) -> Check:
    def check(seen: Seen) -> str:
        if entries is None:
            return ""
        _, entry = entries[seen.inspection.sop_instance_uid]
        return "" if entry.sha256 == seen.sha256 else "hash_mismatch"

    return check
