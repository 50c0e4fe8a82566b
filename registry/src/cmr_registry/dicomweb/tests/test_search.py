"""QIDO-RS on an accepted exam."""

import pytest
from pydicom.dataset import Dataset

from cmr_registry.dicomweb.tests.conftest import coded_exam

pytestmark = pytest.mark.django_db

STUDY, SERIES, INSTANCE, MODALITY = "0020000D", "0020000E", "00080018", "00080060"


def first(entry, tag):
    return entry[tag]["Value"][0]


def test_a_study_is_found_with_its_counts(riverside_client, study, coded):
    answer = riverside_client.get("/dicom-web/studies")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/dicom+json")
    (found,) = answer.json()
    assert first(found, STUDY) == coded.study
    assert first(found, "00201206") == len(coded.series())
    assert first(found, "00201208") == len(coded.instances)
    assert found["00080061"]["Value"] == ["MR"]
    assert first(found, "00100020") == study.subject.pseudonym
    assert first(found, "00081190") == f"http://localhost/dicom-web/studies/{coded.study}"


def test_an_unaccepted_delivery_is_invisible(riverside_client, coded):
    riverside_client.store(*coded.files)
    assert riverside_client.get("/dicom-web/studies").json() == []
    assert riverside_client.get(f"/dicom-web/studies/{coded.study}/series").status_code == 404


def test_answers_are_valid_dicom_json(riverside_client, study):
    for path in ("studies", "series", f"studies/{study.study_instance_uid}/instances"):
        for entry in riverside_client.get(f"/dicom-web/{path}").json():
            assert Dataset.from_json(entry).StudyInstanceUID == study.study_instance_uid


def test_studies_are_matched_by_their_required_attributes(riverside_client, study):
    uid, date, pseudonym = study.study_instance_uid, study.study_date, study.subject.pseudonym
    for key, wanted, found in (
        ("StudyDate", date, 1),
        ("StudyDate", f"19000101-{date}", 1),
        ("StudyDate", f"{date}-", 1),
        ("StudyDate", "-19000101", 0),
        ("PatientID", pseudonym, 1),
        ("PatientID", f"{pseudonym[:4]}*", 1),
        ("PatientID", "Z*Z*Z", 0),
        ("PatientName", f"*{pseudonym}*", 1),
        ("StudyInstanceUID", uid, 1),
        ("StudyInstanceUID", f"1.2.3,{uid}", 1),
        ("StudyInstanceUID", "1.2.3", 0),
        ("0020000D", uid, 1),
        ("ModalitiesInStudy", "MR", 1),
        ("ModalitiesInStudy", "CT", 0),
        ("AccessionNumber", "77", 0),
    ):
        assert len(riverside_client.get("/dicom-web/studies", **{key: wanted}).json()) == found, (key, wanted)


def test_series_of_a_study_are_listed_with_their_counts(riverside_client, study, coded):
    found = riverside_client.get(f"/dicom-web/studies/{coded.study}/series").json()
    counts = {first(entry, SERIES): first(entry, "00201209") for entry in found}
    assert counts == {uid: len(members) for uid, members in coded.series().items()}
    assert {first(entry, MODALITY) for entry in found} == {"MR"}


def test_series_are_matched_across_studies_and_within_one(riverside_client, study, coded):
    uid = next(iter(coded.series()))
    for path in ("/dicom-web/series", f"/dicom-web/studies/{coded.study}/series"):
        assert len(riverside_client.get(path).json()) == len(coded.series())
        assert len(riverside_client.get(path, SeriesInstanceUID=uid).json()) == 1
        assert riverside_client.get(path, Modality="CT").json() == []
    assert riverside_client.get("/dicom-web/series", StudyInstanceUID="1.2").json() == []
    assert len(riverside_client.get("/dicom-web/series", PatientID=study.subject.pseudonym).json()) > 1


def test_instances_of_a_study_and_of_a_series(riverside_client, study, coded):
    all_of_them = riverside_client.get(f"/dicom-web/studies/{coded.study}/instances").json()
    assert sorted(first(entry, INSTANCE) for entry in all_of_them) == sorted(coded.instances)
    uid, members = next(iter(coded.series().items()))
    path = f"/dicom-web/studies/{coded.study}/series/{uid}/instances"
    assert len(riverside_client.get(path).json()) == len(members)
    one = riverside_client.get(path, SOPInstanceUID=members[0].sop_instance_uid).json()
    assert first(one[0], "00081190").endswith(f"/instances/{members[0].sop_instance_uid}")
    assert one[0]["00280010"]["Value"][0] > 0


def test_more_fields_come_when_they_are_asked_for(riverside_client, study, coded):
    path = f"/dicom-web/studies/{coded.study}/instances"
    assert "00200037" not in riverside_client.get(path).json()[0]
    assert "00200037" in riverside_client.get(path, includefield="ImageOrientationPatient").json()[0]
    assert "00200037" in riverside_client.get(path, includefield="all").json()[0]


def test_pages_add_up_to_the_whole_and_the_first_says_that_more_follows(riverside_client, study, coded):
    path = f"/dicom-web/studies/{coded.study}/instances"
    pages = [
        riverside_client.get(path, limit=10, offset=offset)
        for offset in range(0, len(coded.instances) + 10, 10)
    ]
    names = [first(entry, INSTANCE) for page in pages for entry in page.json()]
    assert sorted(names) == sorted(coded.instances)
    assert "additional results" in pages[0].headers["warning"]
    assert "warning" not in pages[-1].headers


def test_fuzzy_matching_is_answered_with_a_warning(riverside_client, study):
    answer = riverside_client.get("/dicom-web/studies", fuzzymatching="true", PatientName="x*")
    assert (answer.status_code, answer.json()) == (200, [])
    assert "fuzzymatching" in answer.headers["warning"]


def test_a_bad_query_is_refused_without_its_words(riverside_client):
    answer = riverside_client.get("/dicom-web/studies", PatientNickname="Bobby")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert "Bobby" not in answer.text
    assert "Nickname" not in answer.text


def test_the_number_of_queries_does_not_grow_with_the_rows(
    riverside_client, study, coded, accept_all, cmr_exam, django_assert_max_num_queries
):
    other = coded_exam(cmr_exam(vendor="ge", size="tiny", seed=2).files)
    riverside_client.store(*other.files)
    accept_all()
    with django_assert_max_num_queries(3):
        assert len(riverside_client.get("/dicom-web/studies").json()) == 2
    with django_assert_max_num_queries(4):
        assert len(riverside_client.get(f"/dicom-web/studies/{coded.study}/series").json()) == len(
            coded.series()
        )
