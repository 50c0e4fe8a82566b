"""From the ledger to the delivery manifest: days from the origin, facts per series, values of the report."""

import dataclasses
import datetime
from collections import defaultdict
from dataclasses import dataclass
from importlib.metadata import version as version_of
from typing import Any

from cmr_connector.crosswalk import Crosswalk
from cmr_connector.exams import Dating
from cmr_connector.rows import ExamRow, InstanceRow
from cmr_connector.source_header import plausible_date
from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_exchange.facts import AcquisitionFacts
from cmr_exchange.manifest import (
    Contents,
    DeliveryManifest,
    InstanceEntry,
    ReportValue,
    SeriesEntry,
    ValueSource,
)
from cmr_exchange.versions import EXCHANGE_VERSION

_NO_REPORT = frozenset({ValueSource.DICOM.value, ValueSource.CENTER_PROFILE.value})
"""Sources that say something of every exam, reported or not."""
SOFTWARE = f"cmr-connector {version_of('cmr-connector')}"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who states the manifest: center, key generation, profile and dictionary in force."""

    center: str
    key_id: str
    profile: str
    profile_digest: str
    dictionary_version: str


def settle_dating(crosswalk: Crosswalk, subject: str, study_date: str) -> Dating:
    """Day and exam year of an exam that is delivered for the first time.

    The first exam of a subject is day 0, readable date or not; later ones count from it and have no day where
    one of the two dates cannot be read (contract: time). Call inside the transaction that queues the exam.
    """
    date = plausible_date(study_date, datetime.datetime.now(datetime.UTC).date())
    year = date.year if date else None
    origin = crosswalk.origin(subject)
    if origin is None:
        crosswalk.origin_put(subject, date)
        return Dating(0, year)
    if date is None or origin.date is None:
        return Dating(None, year)
    return Dating((date - origin.date).days, year)


def series_entries(rows: list[InstanceRow]) -> tuple[SeriesEntry, ...]:
    """Series and instances in an order that does not depend on the order of arrival."""
    by_series: dict[str, list[InstanceRow]] = defaultdict(list)
    for row in rows:
        by_series[str(row.out_series_uid)].append(row)
    return tuple(
        SeriesEntry(
            name,
            tuple(
                InstanceEntry(str(row.out_sop_uid), str(row.out_sha256), int(row.out_size or 0))
                for row in sorted(members, key=lambda row: str(row.out_sop_uid))
            ),
            agreed_facts([AcquisitionFacts.from_document(row.facts) for row in members]),
        )
        for name, members in sorted(by_series.items())
    )


def agreed_facts(facts: list[AcquisitionFacts]) -> AcquisitionFacts:
    """The facts of a series: what all instances that know it agree on; otherwise unknown, never guessed."""
    agreed: dict[str, Any] = {}
    for item in dataclasses.fields(AcquisitionFacts):
        known = {value for fact in facts if (value := getattr(fact, item.name)) is not None}
        agreed[item.name] = known.pop() if len(known) == 1 else None
    return AcquisitionFacts(**agreed)


def build_manifest(
    issuer: Issuer,
    exam: ExamRow,
    dating: Dating,
    rows: list[InstanceRow],
    values: dict[str, Any],
    *,
    was_reported: bool = False,
) -> DeliveryManifest:
    """The next version of an exam as a full statement.

    Args:
        issuer: who states it.
        exam: the exam, with its subject settled.
        dating: its day and year.
        rows: every instance that is or was ready to leave.
        values: value documents by dictionary item.
        was_reported: whether the version before stated a report; then an empty one is stated too.
    """
    reported = was_reported or any(document["source"] not in _NO_REPORT for document in values.values())
    return DeliveryManifest(
        exchange_version=EXCHANGE_VERSION,
        center=issuer.center,
        subject=str(exam.subject),
        exam=exam.pseudonym,
        version=exam.version + 1,
        contents=Contents.IMAGES_AND_REPORT if reported else Contents.IMAGES_ONLY,
        day=dating.day,
        exam_year=dating.exam_year,
        profile=issuer.profile,
        profile_digest=issuer.profile_digest,
        dictionary_version=issuer.dictionary_version,
        key_id=issuer.key_id,
        software=SOFTWARE,
        study_instance_uid=rows[0].out_study_uid,
        values={name: ReportValue.from_document(document, name) for name, document in sorted(values.items())},
        series=series_entries(rows),
    )


def content_digest(manifest: DeliveryManifest) -> str:
    """Hash of what a manifest says, whatever its version number and the version of this software."""
    document = manifest.to_document()
    for name in ("version", "software"):
        del document[name]
    return sha256_hex(canonical_json(document))
