import dataclasses

import pytest

from cmr_exchange.facts import AcquisitionFacts
from cmr_exchange.manifest import Contents, ReportValue, ValueSource
from cmr_registry.audit.models import AuditEvent
from cmr_registry.intake.errors import DeliveryRejected
from cmr_registry.intake.models import Delivery
from cmr_registry.intake.services import delivery_open
from cmr_registry.lib.storage import storage

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NAME = "FNORDVEXIL ZEBULONIA 1944-08-17"


def with_facts(manifest, **facts):
    first, *rest = manifest.series
    return dataclasses.replace(
        manifest, series=(dataclasses.replace(first, facts=AcquisitionFacts(**facts)), *rest)
    )


def with_value(coded, value):
    values = {"lv_edv_ml": ReportValue(ValueSource.DESK, value)}
    return coded.manifest(values=values, contents=Contents.IMAGES_AND_REPORT)


def refused(principal, manifest):
    with pytest.raises(DeliveryRejected) as why:
        delivery_open(principal=principal, manifest=manifest)
    assert not Delivery.objects.exists()
    assert list(storage().names("manifests/")) == []
    assert AuditEvent.objects.filter(action="delivery.open", outcome="denied").count() == 1
    return why.value.reason.code


@pytest.mark.parametrize("facts", [{"sequence_name": NAME}, {"manufacturer": "Fnordvexil"}])
def test_a_name_among_the_facts_of_a_series_is_refused(scope, principal_riverside, coded, facts):
    assert refused(principal_riverside, with_facts(coded.manifest(), **facts)) == "identifying_value"


@pytest.mark.parametrize("software", [NAME, "Fnordvexil", "<b>1</b>"])
def test_a_name_in_place_of_the_software_is_refused(scope, principal_riverside, coded, software):
    assert refused(principal_riverside, coded.manifest(software=software)) == "identifying_value"


@pytest.mark.parametrize("value", [NAME, "1944-08-17", "4217712", ["normal", "Zebulonia"]])
def test_free_text_in_place_of_a_value_is_refused(scope, principal_riverside, coded, value):
    assert refused(principal_riverside, with_value(coded, value)) == "value_rejected"


def test_a_code_that_the_dictionary_does_not_know_is_a_problem_of_the_delivery(
    scope, principal_riverside, coded
):
    delivery = delivery_open(principal=principal_riverside, manifest=with_value(coded, "newer_code"))
    assert [problem["code"] for problem in delivery.problems] == ["value_rejected"]


def test_facts_of_technique_pass(scope, principal_riverside, coded):
    facts = {"sequence_name": "*tfi2d1_12", "manufacturer": "siemens", "venc_cm_s": 150.0}
    delivery = delivery_open(principal=principal_riverside, manifest=with_facts(coded.manifest(), **facts))
    assert delivery.problems == []
