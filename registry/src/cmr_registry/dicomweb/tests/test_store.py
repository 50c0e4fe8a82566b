"""STOW-RS: every instance is answered, whatever else the request holds."""

import random
from xml.etree import ElementTree

import pytest

from cmr_exchange.reasons import reason
from cmr_registry.audit.models import AuditEvent
from cmr_registry.dicomweb import stow
from cmr_registry.dicomweb.tests.conftest import STOW_TYPE, stow_body
from cmr_registry.intake.models import Delivery
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

pytestmark = pytest.mark.django_db

STORED, FAILED, OTHER = "00081199", "00081198", "0008119A"


def uids(answer, sequence):
    return [item["00081155"]["Value"][0] for item in answer.json().get(sequence, {}).get("Value", [])]


def codes(answer, sequence):
    items = answer.json().get(sequence, {}).get("Value", [])
    return [item["00000902"]["Value"][0].partition(":")[0] for item in items]


def test_every_stored_instance_is_named_with_its_address(riverside_client, coded):
    answer = riverside_client.store(*coded.files)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/dicom+json")
    assert sorted(uids(answer, STORED)) == sorted(coded.instances)
    assert answer.json()["00081190"]["Value"] == [f"http://localhost/dicom-web/studies/{coded.study}"]
    assert FAILED not in answer.json()


def test_a_single_instance_may_come_without_multipart(riverside_client, coded):
    data = coded.files[0]
    answer = riverside_client.request(
        "POST", "/dicom-web/studies", content=data, headers={"Content-Type": "application/dicom"}
    )
    assert (answer.status_code, len(uids(answer, STORED))) == (200, 1)


def test_sending_again_is_harmless(riverside_client, coded):
    first = riverside_client.store(*coded.files)
    assert riverside_client.store(*coded.files).json() == first.json()


def test_good_instances_go_through_beside_bad_ones(riverside_client, coded):
    first, second = coded.files[:2]
    answer = riverside_client.store(first, b"not an image", b"", second[:300], second)
    assert answer.status_code == 202
    assert len(uids(answer, STORED)) == 2
    assert sorted(codes(answer, OTHER) + codes(answer, FAILED)) == ["not_dicom", "truncated", "zero_length"]


def test_nothing_stored_is_409_and_every_reason_has_its_status(riverside_client):
    answer = riverside_client.store(b"text")
    assert answer.status_code == 409
    (item,) = answer.json()[OTHER]["Value"]
    assert item["00081197"]["Value"] == [reason("not_dicom").dicom_status]
    assert item["00000902"]["Value"] == [f"not_dicom: {reason('not_dicom').sentence}"]


def test_an_identified_exam_is_refused_instance_by_instance(riverside_client, cmr_exam, tmp_path):
    exam = cmr_exam(vendor="siemens", size="tiny", seed=1)
    files = [path.read_bytes() for path in exam.files[:3]]
    answer = riverside_client.store(*files)
    assert (answer.status_code, len(uids(answer, FAILED))) == (409, 3)
    secret = exam.patient_name.partition("^")[0].encode()
    assert secret in files[0]
    assert not any(secret in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert secret not in answer.content


def test_an_instance_of_another_study_than_the_address_says_fails(riverside_client, coded):
    answer = riverside_client.store(coded.files[0], study="1.2.3")
    assert (answer.status_code, codes(answer, OTHER)) == (409, ["other_study"])
    assert AuditEvent.objects.filter(outcome="denied", detail__reasons={"other_study": 1}).exists()


def test_the_study_of_the_address_takes_its_own(riverside_client, coded):
    assert riverside_client.store(coded.files[0], study=coded.study).status_code == 200


def test_an_instance_over_the_limit_fails_and_the_next_is_stored(riverside_client, coded, monkeypatch):
    monkeypatch.setattr(stow, "LARGEST_INSTANCE", max(map(len, coded.files[:2])))
    answer = riverside_client.store(coded.files[0] + b"\0" * 100_000, coded.files[1])
    assert (answer.status_code, codes(answer, OTHER)) == (202, ["too_large"])


def test_batches_are_stored_while_the_body_still_comes(riverside_client, coded, monkeypatch):
    monkeypatch.setattr(stow, "BATCH_INSTANCES", 2)
    assert len(uids(riverside_client.store(*coded.files[:5]), STORED)) == 5


def test_a_body_that_breaks_off_is_refused_with_a_sentence(riverside_client, coded):
    body = stow_body(coded.files[0])[:-10]
    answer = riverside_client.request(
        "POST", "/dicom-web/studies", content=body, headers={"Content-Type": STOW_TYPE}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert "closing boundary" in answer.json()["detail"]


def test_too_many_instances_are_refused(riverside_client, coded, monkeypatch):
    monkeypatch.setattr(stow, "MOST_INSTANCES", 2)
    assert riverside_client.store(*coded.files[:3]).status_code == 413


@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/related; type=application/dicom+json; boundary=x", ""]
)
def test_other_media_types_are_refused(riverside_client, kind):
    answer = riverside_client.request(
        "POST", "/dicom-web/studies", content=b"{}", headers={"Content-Type": kind}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type")


def test_the_answer_is_xml_where_xml_is_asked_for(riverside_client, coded):
    answer = riverside_client.store(coded.files[0], Accept="application/dicom+xml")
    assert answer.headers["content-type"] == "application/dicom+xml"
    root = ElementTree.fromstring(answer.content)
    assert root.find("DicomAttribute[@keyword='ReferencedSOPSequence']/Item") is not None


def test_an_answer_in_no_known_form_is_refused_before_the_body_is_read(riverside_client, coded):
    assert riverside_client.store(coded.files[0], Accept="text/html").status_code == 406
    with center_scope(ALL_CENTERS):
        assert not Delivery.objects.exists()


def test_a_delivery_of_another_center_is_absent(riverside_client, lakeside_client, coded):
    riverside_client.store(coded.files[0])
    with center_scope(ALL_CENTERS):
        delivery = str(Delivery.objects.get().pk)
    foreign = lakeside_client.store(coded.files[1], **{"CMR-Delivery": delivery})
    absent = lakeside_client.store(coded.files[1], **{"CMR-Delivery": "00000000-0000-4000-8000-000000000000"})
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert riverside_client.store(coded.files[1], **{"CMR-Delivery": delivery}).status_code == 200


def test_a_delivery_id_that_is_none_is_refused(riverside_client, coded):
    assert riverside_client.store(coded.files[0], **{"CMR-Delivery": "seven"}).status_code == 400


def test_a_mutated_upload_is_answered_and_never_fails_inside(riverside_client, coded):
    draw = random.Random(17)
    whole = stow_body(*coded.files[:2])
    for _ in range(60):
        body = bytearray(whole)
        for _ in range(draw.choice((1, 3, 40))):
            body[draw.randrange(draw.choice((200, len(body))))] = draw.randrange(256)
        if draw.random() < 0.3:
            del body[draw.randrange(len(body)) :]
        answer = riverside_client.request(
            "POST", "/dicom-web/studies", content=bytes(body), headers={"Content-Type": STOW_TYPE}
        )
        assert answer.status_code in (200, 202, 400, 409)
        failed = [
            *answer.json().get(FAILED, {}).get("Value", []),
            *answer.json().get(OTHER, {}).get("Value", []),
        ]
        assert all(item["00000902"]["Value"][0] for item in failed)
