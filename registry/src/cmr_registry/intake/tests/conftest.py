"""A tiny coded exam, its manifest, and the straight road of a delivery."""

import dataclasses
import hashlib

import pytest

from cmr_deid.engine import Engine
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_deid.verify import inspect
from cmr_exchange.manifest import (
    Contents,
    DeliveryManifest,
    InstanceEntry,
    ReportValue,
    SeriesEntry,
    ValueSource,
)
from cmr_registry.intake.acceptance import delivery_accept
from cmr_registry.intake.services import delivery_open, instances_store
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

VALUES = {"lv_ef_pct": ReportValue(ValueSource.REPORT_CSV, 55.0)}


@dataclasses.dataclass(frozen=True)
class Coded:
    """A coded exam: de-identified instances, and the source files that they came from."""

    instances: tuple
    sources: tuple[bytes, ...]
    subject: str
    exam: str

    @property
    def study(self):
        return self.instances[0].study_instance_uid

    @property
    def files(self):
        return [one.data for one in self.instances]

    def manifest(self, center="riverside", **changes):
        by_series = {}
        for one in self.instances:
            entry = InstanceEntry(one.sop_instance_uid, hashlib.sha256(one.data).hexdigest(), len(one.data))
            by_series.setdefault(one.series_instance_uid, []).append(entry)
        facts = {
            "exchange_version": 1,
            "center": center,
            "subject": self.subject,
            "exam": self.exam,
            "version": 1,
            "contents": Contents.IMAGES_ONLY,
            "day": 0,
            "exam_year": 2021,
            "profile": "cmr-1",
            "profile_digest": "a" * 64,
            "dictionary_version": "1.0",
            "key_id": "k-tests",
            "software": "tests",
            "study_instance_uid": self.study,
            "series": tuple(SeriesEntry(uid, tuple(entries)) for uid, entries in by_series.items()),
        }
        manifest = DeliveryManifest(**(facts | changes))
        return DeliveryManifest.from_document(manifest.to_document())

    def report(self, center="riverside", **changes):
        """Version 2: the report came."""
        return self.manifest(
            center, **({"version": 2, "contents": Contents.IMAGES_AND_REPORT, "values": VALUES} | changes)
        )


def coded_exam(files, seed):
    identities = Identities(new_key(hashlib.sha256(seed).digest()))
    engine = Engine(identities)
    sources = tuple(path.read_bytes() for path in files)
    done = tuple(engine.deidentify(data) for data in sources)
    return Coded(done, sources, subject=identities.subject("", "someone"), exam=identities.exam("1.2.3"))


@pytest.fixture(scope="session")
def coded(cmr_exam):
    """A tiny coded exam of Riverside."""
    exam = coded_exam(cmr_exam(vendor="siemens", size="tiny", seed=1).files, b"intake")
    return dataclasses.replace(exam, subject=_patient_id(exam))


def _patient_id(exam):
    return inspect(exam.instances[0].data).patient_id


@pytest.fixture
def scope(db):
    """The scope of jobs; services are called as if a door had opened it."""
    with center_scope(ALL_CENTERS):
        yield


@pytest.fixture
def opened(scope, principal_riverside, coded):
    """An open delivery of Riverside."""
    return delivery_open(principal=principal_riverside, manifest=coded.manifest())


@pytest.fixture
def completed(opened, principal_riverside, coded):
    """A delivery whose instances are all stored."""
    instances_store(principal=principal_riverside, delivery_id=opened.pk, instances=coded.files)
    opened.refresh_from_db()
    return opened


@pytest.fixture
def accepted(completed):
    """An accepted delivery."""
    return delivery_accept(delivery=completed)


@pytest.fixture
def stored_bytes(tmp_path):
    """`stored_bytes()`: every byte under the registry's folder, by file."""
    return lambda: {
        path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "objects" in path.parts
    }
