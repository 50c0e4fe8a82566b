"""Reports, follow-up and snapshots through the services of the rooms below."""

from django.utils import timezone

from cmr_dictionary import load
from cmr_exchange.followup import FollowUpDocument, VitalStatus
from cmr_exchange.manifest import Contents, DeliveryManifest, ReportValue, ValueSource
from cmr_exchange.versions import EXCHANGE_VERSION
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.services import snapshot_request
from cmr_registry.cohorts.tasks import work_once
from cmr_registry.config.principal import principal_of_job
from cmr_registry.exams.services import exam_record
from cmr_registry.followup.services import followup_record
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.subjects.services import subject_ensure

BY = principal_of_job("tests")
REPORT = {
    "sex": "F",
    "age_at_exam_years": 61.0,
    "lv_edv_ml": 150.0,
    "lv_esv_ml": 60.0,
    "lge_performed": True,
}
QUERY = {
    "version": 1,
    "index": "any",
    "steps": [{"label": "a volume is known", "include": True, "where": {"item": "lv_edv_ml", "op": "known"}}],
    "min_follow_up_days": None,
}
ALIVE = {"source": "chart", "from_day": 0, "through_day": 900, "last_alive_day": 900}
DEAD = {
    "source": "ndi",
    "from_day": -10,
    "through_day": 2000,
    "death_day": 400,
    "death_precision": "day",
    "cause": "unknown",
}
DMF = {
    "source": "dmf",
    "from_day": -1000,
    "through_day": 2000,
    "death_day": 500,
    "death_precision": "day",
    "cause": "unknown",
}


def values_of(report):
    """Report values as a manifest carries them."""
    return {name: ReportValue(ValueSource.REPORT_CSV, value) for name, value in report.items()}


def pseudonym(letter, number):
    """A name of the form that hospitals give."""
    return (letter + "".join("ABCDEFGHIJ"[int(digit)] for digit in str(number))).ljust(17, "Z")


def exam(center, person, *, number=0, day=0, year=2012, values=None):
    """One accepted exam with a report."""
    manifest = DeliveryManifest(
        exchange_version=EXCHANGE_VERSION,
        center=center.code,
        subject=pseudonym("S", person),
        exam=pseudonym("E", 100 * person + number),
        version=1,
        contents=Contents.REPORT_ONLY,
        day=day,
        exam_year=year,
        profile="p",
        profile_digest="0" * 64,
        dictionary_version=load().version,
        key_id="k",
        software="test 1",
        values=values_of(values or REPORT),
    )
    with center_scope(ALL_CENTERS):
        subject = subject_ensure(center=center, pseudonym=manifest.subject, actor="job:tests")
        return exam_record(
            subject=subject, manifest=manifest, imaging_study=None, at=timezone.now(), actor="job:tests"
        )


def connector_of(center):
    """The connector of a center."""
    return Principal(actor="key:tests", center_roles={center.pk: frozenset({Role.CONNECTOR})})


def follow_up(center, person, *statuses):
    """What is known of a person."""
    document = FollowUpDocument(
        exchange_version=EXCHANGE_VERSION,
        center=center.code,
        subject=pseudonym("S", person),
        version=1,
        dictionary_version=load().version,
        software="test 1",
        vital_status=tuple(VitalStatus.from_document(row, "vital_status") for row in statuses),
    )
    with center_scope(ALL_CENTERS):
        return followup_record(principal=connector_of(center), document=document)


def filled(center, first, n):
    """`n` people of a center with a report and follow-up; the first of them was examined twice."""
    for person in range(first, first + n):
        exam(center, person, day=-3 if person == first else 0)
        follow_up(center, person, DEAD if person % 3 == 0 else ALIVE)
    exam(center, first, number=1, day=731, year=2014, values=REPORT | {"age_at_exam_years": 63.0})


def snapshot_built():
    """A snapshot of everything, built by the worker."""
    requested = snapshot_request(by=BY)
    assert work_once()
    return Snapshot.objects.get(pk=requested.pk)
