"""Manifests at rest, and manifests made for deliveries that came without one.

A manifest stands in the object store in a box under a data key of its own, wrapped by the center's key: case
report values are as confidential as images.
"""

import base64
import functools
import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cmr_deid.identities import check_character
from cmr_dictionary import load
from cmr_exchange.canonical import sha256_hex
from cmr_exchange.manifest import Contents, DeliveryManifest, InstanceEntry, SeriesEntry
from cmr_exchange.versions import EXCHANGE_VERSION
from cmr_registry.lib.boxes import new_key, open_box, seal
from cmr_registry.lib.keyring import keyring
from cmr_registry.lib.storage import storage

PLAIN_PROFILE = "not-stated"
PLAIN_DIGEST = "0" * 64
PLAIN_SOFTWARE = "plain STOW-RS"


@dataclass(frozen=True, slots=True)
class HeldInstance:
    """One stored instance of a delivery without a manifest."""

    series_instance_uid: str
    sop_instance_uid: str
    sha256: str
    size: int


def manifest_put(center: uuid.UUID, manifest: DeliveryManifest) -> str:
    """Store a manifest in a box, durable on return; returns the name of its object."""
    data_key, aad = new_key(), _aad(center, manifest.digest())
    wrapped = keyring().wrap(str(center), data_key, aad)
    stored = len(wrapped).to_bytes(2, "big") + wrapped + seal(data_key, aad, manifest.canonical_bytes())
    name = f"manifests/{center}/{sha256_hex(stored)}"
    storage().put(name, stored)
    return name


@functools.lru_cache(maxsize=32)
def manifest_get(center: uuid.UUID, digest: str, name: str) -> DeliveryManifest:
    """The stored manifest with this digest.

    Raises:
        StorageError: the object cannot be read.
        BoxDamagedError: it was changed.
        KeyringError: the center's key is gone.
    """
    stored, aad = storage().get(name), _aad(center, digest)
    start = 2 + int.from_bytes(stored[:2], "big")
    data_key = keyring().unwrap(str(center), stored[2:start], aad)
    return DeliveryManifest.from_document(json.loads(open_box(data_key, aad, stored[start:])))


def plain_manifest(
    *, center: str, subject: str, exam: str, version: int, study: str, held: Iterable[HeldInstance]
) -> DeliveryManifest:
    """The manifest of a delivery that came without one: what is stored, and nothing that nobody stated.

    Args:
        center: the center's code.
        subject: pseudonym in the instances' PatientID.
        exam: pseudonym of the exam, see `plain_exam_pseudonym`.
        version: next version of the exam.
        study: Study Instance UID.
        held: what is stored.
    """
    by_series: dict[str, list[InstanceEntry]] = defaultdict(list)
    for one in held:
        entry = InstanceEntry(one.sop_instance_uid, one.sha256, one.size)
        by_series[one.series_instance_uid].append(entry)
    series = tuple(
        SeriesEntry(uid, tuple(sorted(entries, key=lambda entry: entry.sop_instance_uid)))
        for uid, entries in sorted(by_series.items())
    )
    return DeliveryManifest(
        exchange_version=EXCHANGE_VERSION,
        center=center,
        subject=subject,
        exam=exam,
        version=version,
        contents=Contents.IMAGES_ONLY,
        day=None,
        exam_year=None,
        profile=PLAIN_PROFILE,
        profile_digest=PLAIN_DIGEST,
        dictionary_version=load().version,
        key_id=PLAIN_PROFILE,
        software=PLAIN_SOFTWARE,
        study_instance_uid=study,
        series=series,
    )


def plain_exam_pseudonym(center: uuid.UUID, study_instance_uid: str) -> str:
    """An exam pseudonym for a study whose sender gave none: from center and re-mapped UID, the same for ever."""
    digest = hashlib.sha256(b"plain exam\x00" + center.bytes + study_instance_uid.encode()).digest()
    body = base64.b32encode(digest[:10]).decode("ascii")
    return body + check_character(body)


def entries_of(manifest: DeliveryManifest) -> Mapping[str, tuple[str, InstanceEntry]]:
    """SOP Instance UID -> (Series Instance UID, entry)."""
    return {
        entry.sop_instance_uid: (series.series_instance_uid, entry)
        for series in manifest.series
        for entry in series.instances
    }


def _aad(center: uuid.UUID, digest: str) -> bytes:
    return b"manifest\x00" + center.bytes + digest.encode()
