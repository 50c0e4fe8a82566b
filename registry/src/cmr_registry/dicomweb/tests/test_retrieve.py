"""WADO-RS on an accepted exam: the bytes that came in go out."""

import io

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset

from cmr_registry.archive import viewing
from cmr_registry.audit.models import AuditEvent
from cmr_registry.dicomweb.tests.conftest import multipart_of

pytestmark = pytest.mark.django_db

DICOM = 'multipart/related; type="application/dicom"'
OCTETS = 'multipart/related; type="application/octet-stream"'
ANY = "; transfer-syntax=*"


@pytest.fixture
def one(study, coded):
    """The first instance."""
    return next(iter(coded.instances.values()))


@pytest.fixture
def address(one):
    """`address(level)`: of the first instance, its series or its study."""
    study = f"/dicom-web/studies/{one.study_instance_uid}"
    series = f"{study}/series/{one.series_instance_uid}"
    return {"study": study, "series": series, "instance": f"{series}/instances/{one.sop_instance_uid}"}


def test_a_study_comes_back_byte_for_byte(riverside_client, address, coded):
    answer = riverside_client.get(address["study"], DICOM + ANY)
    parts = multipart_of(answer)
    assert answer.status_code == 200
    assert sorted(body for _, body in parts) == sorted(coded.files)
    assert all(kind.startswith("application/dicom; transfer-syntax=1.2.840.") for kind, _ in parts)


def test_a_series_holds_its_instances_and_no_other(riverside_client, address, one, coded):
    parts = multipart_of(riverside_client.get(address["series"], DICOM + ANY))
    assert sorted(body for _, body in parts) == sorted(
        member.data for member in coded.series()[one.series_instance_uid]
    )


def test_an_instance_comes_alone_or_as_multipart(riverside_client, address, one):
    assert multipart_of(riverside_client.get(address["instance"], DICOM))[0][1] == one.data
    alone = riverside_client.get(address["instance"], "application/dicom")
    assert alone.headers["content-type"].startswith("application/dicom")
    assert alone.content == one.data


def test_metadata_are_the_headers_with_an_address_for_the_pixels(riverside_client, address, one, coded):
    for level in ("instance", "series", "study"):
        assert riverside_client.get(address[level] + "/metadata").status_code == 200
    (entry,) = riverside_client.get(address["instance"] + "/metadata").json()
    uri = entry.pop("7FE00010")["BulkDataURI"]
    source = dcmread(io.BytesIO(one.data))
    found = Dataset.from_json(entry)
    assert found.SOPInstanceUID == one.sop_instance_uid
    assert (found.Rows, found.ImagePositionPatient) == (source.Rows, source.ImagePositionPatient)
    assert "PixelData" not in found
    pixels = riverside_client.get(uri.removeprefix("http://localhost"), "application/octet-stream")
    assert pixels.content == source.PixelData
    series = riverside_client.get(address["series"] + "/metadata").json()
    assert len(series) == len(coded.series()[one.series_instance_uid])


def test_a_frame_is_the_pixel_data_of_the_source(riverside_client, address, one):
    source = dcmread(io.BytesIO(one.data)).PixelData
    for accept in (OCTETS, OCTETS + ANY, "*/*", ""):
        answer = riverside_client.get(address["instance"] + "/frames/1", accept)
        ((kind, body),) = multipart_of(answer)
        assert body == source
        assert kind == "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"
    assert (
        riverside_client.get(address["instance"] + "/frames/1", "application/octet-stream").content == source
    )


def test_frames_that_do_not_exist_are_not_answered(riverside_client, address):
    for frames, status in (("2", 404), ("0", 404), ("x", 400), ("1,", 400), ("1e3", 400), ("1,1", 400)):
        assert riverside_client.get(f"{address['instance']}/frames/{frames}").status_code == status, frames


def test_only_pixels_are_bulk_data(riverside_client, address):
    assert riverside_client.get(address["instance"] + "/bulkdata/00100010").status_code == 404


def test_one_frame_is_rendered_at_a_time(riverside_client, address):
    assert riverside_client.get(address["instance"] + "/frames/1,2/rendered").status_code == 404
    assert riverside_client.get(address["instance"] + "/frames/1/rendered").status_code == 200


def test_a_picture_shows_the_frame(riverside_client, address, one):
    source = dcmread(io.BytesIO(one.data))
    for accept, kind in (("image/png", "PNG"), ("image/jpeg", "JPEG"), ("", "PNG")):
        for path in ("/rendered", "/frames/1/rendered"):
            picture = Image.open(io.BytesIO(riverside_client.get(address["instance"] + path, accept).content))
            assert (picture.format, picture.size) == (kind, (source.Columns, source.Rows))
            assert np.asarray(picture.convert("L")).std() > 5


def test_a_picture_follows_the_asked_window_and_viewport(riverside_client, address):
    path = address["instance"] + "/rendered"
    black = Image.open(io.BytesIO(riverside_client.get(path, "image/png", window="60000,1,linear").content))
    assert np.asarray(black.convert("L")).max() == 0
    small = Image.open(io.BytesIO(riverside_client.get(path, "image/png", viewport="20,20").content))
    assert max(small.size) == 20


def test_a_picture_that_makes_no_sense_is_refused(riverside_client, address):
    for query in ({"window": "1"}, {"window": "1,0,linear"}, {"viewport": "9"}, {"viewport": "0,9"}):
        assert riverside_client.get(address["instance"] + "/rendered", **query).status_code == 400, query


def test_thumbnails_are_small_pictures(riverside_client, address):
    for level in ("study", "series", "instance"):
        answer = riverside_client.get(address[level] + "/thumbnail", "image/jpeg,*/*")
        assert max(Image.open(io.BytesIO(answer.content)).size) <= 256


def test_forms_that_are_not_on_offer_are_406(riverside_client, address):
    for level, tail, accept in (
        ("study", "", "text/html"),
        ("series", "", "application/dicom"),
        ("instance", "", DICOM + "; transfer-syntax=1.2.840.10008.1.2.4.201"),
        ("instance", "/metadata", "application/dicom+xml"),
        ("instance", "/frames/1", "image/jls"),
        ("instance", "/rendered", "image/gif"),
        ("instance", "", 'broken; "'),
    ):
        answer = riverside_client.get(address[level] + tail, accept)
        assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable"), (level, tail, accept)


def test_what_the_browser_holds_is_not_sent_again(riverside_client, address):
    for tail in ("", "/frames/1", "/metadata"):
        path = address["instance"] + tail
        first = riverside_client.request("GET", path)
        known = riverside_client.request("GET", path, headers={"If-None-Match": first.headers["etag"]})
        assert (known.status_code, known.content) == (304, b""), tail
        other = riverside_client.request("GET", path, headers={"If-None-Match": '"another"'})
        assert other.status_code == 200


def test_answers_are_kept_by_nobody_between(riverside_client, address):
    headers = riverside_client.get(address["instance"]).headers
    assert headers["cache-control"] == "private, no-cache"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"


def test_reading_images_leaves_one_view_event_in_a_quarter_of_an_hour(
    riverside_client, address, study, monkeypatch
):
    views = AuditEvent.objects.filter(
        action="study.view", target=f"study:{study.pk}", chain=str(study.center_id)
    )
    for tail in ("", "/metadata", "/frames/1", "/rendered"):
        riverside_client.get(address["instance"] + tail)
    assert views.count() == 1
    viewing._noted.clear()
    riverside_client.get(address["instance"])
    assert views.count() == 1, "another process looks at the chain"
    monkeypatch.setattr(viewing, "VIEW_SECONDS", 0)
    riverside_client.get(address["instance"])
    assert views.count() == 2


def test_searching_leaves_no_view_event(riverside_client, study):
    riverside_client.get("/dicom-web/studies")
    assert not AuditEvent.objects.filter(action="study.view").exists()
