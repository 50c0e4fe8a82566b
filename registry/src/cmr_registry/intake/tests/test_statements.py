"""How many SQL statements a report without images costs, so that no read creeps in twice."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cmr_exchange.manifest import DeliveryManifest
from cmr_registry.exams.models import CaseReport
from cmr_registry.intake.acceptance import delivery_accept
from cmr_registry.intake.services import delivery_open
from cmr_registry.intake.states import DeliveryState
from cmr_testkit.cohort import make_cohort
from cmr_testkit.cohort.writing import write_cohort

pytestmark = pytest.mark.django_db

MOST_FOR_A_NEW_SUBJECT = 37
MOST_FOR_A_KNOWN_SUBJECT = 32


@pytest.fixture
def reports(tmp_path):
    """Full reports of one person's exams each, as connectors state them without images."""
    write_cohort(make_cohort(30, seed=2), tmp_path)
    lines = (tmp_path / "manifests.jsonl").read_text().splitlines()
    return [DeliveryManifest.from_document(json.loads(line) | {"center": "riverside"}) for line in lines]


def statements_of(principal, manifest):
    """Statements of opening and accepting; locks, which only PostgreSQL takes, are not counted."""
    with CaptureQueriesContext(connection) as captured:
        delivery = delivery_accept(delivery=delivery_open(principal=principal, manifest=manifest))
    assert delivery.state == DeliveryState.ACCEPTED
    return [one["sql"] for one in captured.captured_queries if "pg_advisory_xact_lock" not in one["sql"]]


def test_an_exam_without_images_costs_few_statements(scope, principal_riverside, reports):
    statements_of(principal_riverside, reports[0])
    second = statements_of(principal_riverside, reports[1])
    assert CaseReport.objects.filter(examination__pseudonym=reports[1].exam).count() > 8
    assert sum('INSERT INTO "exams_casereport"' in one for one in second) == 1
    assert len(second) <= MOST_FOR_A_NEW_SUBJECT


def test_a_second_exam_of_a_person_costs_fewer(scope, principal_riverside, reports):
    persons = [one.subject for one in reports]
    again = next(n for n, one in enumerate(reports) if one.subject in persons[:n])
    for one in reports[:again]:
        if one.subject == reports[again].subject:
            statements_of(principal_riverside, one)
    assert len(statements_of(principal_riverside, reports[again])) <= MOST_FOR_A_KNOWN_SUBJECT


def test_a_new_version_replaces_all_its_forms_at_once(scope, principal_riverside, reports):
    first = reports[0]
    statements_of(principal_riverside, first)
    document = first.to_document() | {"version": 2, "values": {}}
    statements = statements_of(principal_riverside, DeliveryManifest.from_document(document))
    assert sum("exams_casereport" in one for one in statements) == 3, "one read, one update, one insert"
    assert len(statements) <= MOST_FOR_A_KNOWN_SUBJECT + 2
