"""The page that takes the ZIP of an already de-identified exam."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cmr_registry.accounts.roles import Role
from cmr_registry.centers.models import ParticipationAgreement
from cmr_registry.centers.services import membership_add
from cmr_registry.intake.acceptance import delivery_accept
from cmr_registry.intake.models import Delivery, RefusedInstance
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

pytestmark = pytest.mark.django_db
ADDRESS = "/centers/upload/"


@pytest.fixture
def coordinator(client, signed_in, coordinator_riverside):
    return signed_in(client, coordinator_riverside)


def zipped(*files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(files):
            archive.writestr(f"Jane Doe/{number}.dcm", data)
    return SimpleUploadedFile("Jane Doe.zip", buffer.getvalue(), "application/zip")


def upload(client, center, *files):
    return client.post(ADDRESS, {"center": str(center.pk), "archive": zipped(*files)})


def deliveries():
    with center_scope(ALL_CENTERS):
        return list(Delivery.objects.all())


def test_a_coded_exam_is_stored_closed_and_can_be_accepted(coordinator, riverside, exam_instances):
    answer = upload(coordinator, riverside, *(one.data for one in exam_instances))
    page = answer.content.decode()
    assert f"<strong>{len(exam_instances)}</strong> images stored, <strong>0</strong> files refused" in page
    (delivery,) = deliveries()
    assert (delivery.via, delivery.state, delivery.n_stored) == ("page", "complete", len(exam_instances))
    assert reverse("intake:delivery", args=[delivery.pk]) in page
    with center_scope(ALL_CENTERS):
        assert delivery_accept(delivery=delivery).state == "accepted"


def test_uploading_again_changes_nothing(coordinator, riverside, exam_instances):
    files = [one.data for one in exam_instances]
    upload(coordinator, riverside, *files)
    with center_scope(ALL_CENTERS):
        delivery_accept(delivery=deliveries()[0])
    page = upload(coordinator, riverside, *files).content.decode()
    assert "Everything in this archive was stored before." in page
    assert len(deliveries()) == 1


def test_good_files_go_through_beside_bad_ones_and_each_reason_is_told(
    coordinator, riverside, exam_instances, cmr_exam, tmp_path
):
    identified = cmr_exam(vendor="siemens", size="tiny", seed=1).files[0].read_bytes()
    page = upload(coordinator, riverside, exam_instances[0].data, b"text", identified, b"").content.decode()
    assert "<strong>1</strong> image stored, <strong>3</strong> files refused" in page
    assert "The file is empty." in page
    assert "Place in the archive: 4" in page
    assert "The file is not a DICOM image." in page
    assert "Hospital IT: Send it through the Registry Connector." in page
    assert "Jane Doe" not in page
    with center_scope(ALL_CENTERS):
        assert RefusedInstance.objects.count() == 3
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert identified[-512:] not in stored


def test_what_is_no_zip_is_told_at_the_field(coordinator, riverside):
    archive = SimpleUploadedFile("a.zip", b"not an archive")
    answer = coordinator.post(ADDRESS, {"center": str(riverside.pk), "archive": archive})
    assert answer.status_code == 422
    assert b"This file is not a ZIP archive" in answer.content
    assert deliveries() == []


def test_a_form_without_a_file_is_told(coordinator, riverside):
    answer = coordinator.post(ADDRESS, {"center": str(riverside.pk)})
    assert answer.status_code == 422
    assert b"This field is required" in answer.content


def test_a_center_of_others_is_no_choice(coordinator, lakeside, exam_instances):
    answer = upload(coordinator, lakeside, exam_instances[0].data)
    assert answer.status_code == 422
    assert deliveries() == []


def test_who_works_at_two_centers_chooses(
    coordinator, coordinator_riverside, riverside, lakeside, principal_of, exam_instances
):
    membership_add(
        center=lakeside,
        account=coordinator_riverside,
        role=Role.DATA_MANAGER,
        by=principal_of(coordinator_riverside),
    )
    page = coordinator.get(ADDRESS).content.decode()
    assert riverside.name in page
    assert lakeside.name in page
    upload(coordinator, lakeside, exam_instances[0].data)
    assert [delivery.center_id for delivery in deliveries()] == [lakeside.pk]


def test_without_an_agreement_nothing_is_taken(coordinator, riverside, exam_instances):
    ParticipationAgreement.objects.all().delete()
    page = upload(coordinator, riverside, exam_instances[0].data).content.decode()
    assert "Nothing was taken" in page
    assert "participation agreement does not cover uploads" in page
    assert deliveries() == []


def test_who_may_only_look_may_not_upload(client, signed_in, center_pi, riverside, exam_instances):
    browser = signed_in(client, center_pi)
    assert browser.get(ADDRESS).status_code == 403
    assert upload(browser, riverside, exam_instances[0].data).status_code == 403
    assert b"/centers/upload/" not in browser.get("/centers/").content


def test_a_form_from_elsewhere_is_refused(signed_in, coordinator_riverside, riverside, exam_instances):
    strict = signed_in(Client(enforce_csrf_checks=True), coordinator_riverside)
    answer = upload(strict, riverside, exam_instances[0].data)
    assert answer.status_code == 403
    assert b"The form had expired" in answer.content
    assert deliveries() == []
