"""Deliveries for tests of every room above: a coded exam travels through the real services until it is accepted."""

import hashlib
import itertools

from cmr_deid.engine import Engine
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_dictionary import load
from cmr_exchange.manifest import (
    Contents,
    DeliveryManifest,
    InstanceEntry,
    MissingCode,
    ReportValue,
    SeriesEntry,
    ValueSource,
)
from cmr_exchange.versions import EXCHANGE_VERSION
from cmr_registry.intake.acceptance import delivery_accept
from cmr_registry.intake.services import delivery_open, instances_store
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

VALUES = {
    "indication_primary": ReportValue(ValueSource.REPORT_CSV, "2"),
    "pretest_diagnosis": ReportValue(ValueSource.REPORT_CSV, "3"),
    "final_diagnosis": ReportValue(ValueSource.REPORT_HL7, "2"),
    "lv_edv_ml": ReportValue(ValueSource.REPORT_CSV, 148.2),
    "lv_esv_ml": ReportValue(ValueSource.REPORT_CSV, 61.0),
    "lv_mass_g": ReportValue(ValueSource.REPORT_CSV, missing=MissingCode.NOT_REPORTED),
    "native_t1_ms": ReportValue(ValueSource.REPORT_CSV, missing=MissingCode.NOT_ACQUIRED),
}


def coded(files, seed=b"pages", **options):
    """De-identify files with the key of one hospital."""
    engine = Engine(Identities(new_key(hashlib.sha256(seed).digest())), **options)
    return [engine.deidentify(path.read_bytes()) for path in files]


def manifest_of(center, instances, *, values=None, version=1, day=0, year=2019):
    """The manifest of one exam that a connector would send."""
    by_series = itertools.groupby(
        sorted(instances, key=lambda one: one.series_instance_uid), key=lambda one: one.series_instance_uid
    )
    series = []
    for uid, group in by_series:
        rows = list(group)
        entries = [
            InstanceEntry(one.sop_instance_uid, hashlib.sha256(one.data).hexdigest(), len(one.data))
            for one in rows
        ]
        series.append(SeriesEntry(uid, tuple(entries), rows[0].facts))
    return DeliveryManifest(
        exchange_version=EXCHANGE_VERSION,
        center=center.code,
        subject=instances[0].subject,
        exam=instances[0].exam,
        version=version,
        contents=Contents.IMAGES_AND_REPORT if values else Contents.IMAGES_ONLY,
        day=day,
        exam_year=year,
        profile="cmr-profile-1",
        profile_digest="0" * 64,
        dictionary_version=load().version,
        key_id="key-1",
        software="cmr-connector 0.1.0",
        study_instance_uid=instances[0].study_instance_uid,
        values=values or {},
        series=tuple(series),
    )


def deliver(principal, center, instances, **stated):
    """Deliver an exam and accept it; returns the settled delivery."""
    with center_scope(ALL_CENTERS):
        delivery = delivery_open(principal=principal, manifest=manifest_of(center, instances, **stated))
        data = [one.data for one in instances]
        for start in range(0, len(data), 100):
            instances_store(principal=principal, delivery_id=delivery.pk, instances=data[start : start + 100])
        delivery.refresh_from_db()
        return delivery_accept(delivery=delivery)
