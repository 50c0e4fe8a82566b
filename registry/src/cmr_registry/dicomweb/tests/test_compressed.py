"""Compressed instances go out as they are stored to whoever takes them so, and native to everybody else."""

import io

import pytest
from pydicom import dcmread
from pydicom.uid import RLELossless

from cmr_registry.dicomweb import transcoding
from cmr_registry.dicomweb.tests.conftest import coded_exam, multipart_of
from cmr_registry.dicomweb.transcoding import can_be_decoded, to_explicit_little_endian

pytestmark = pytest.mark.django_db

DICOM = 'multipart/related; type="application/dicom"'
OCTETS = 'multipart/related; type="application/octet-stream"'


@pytest.fixture(scope="module")
def source(cmr_exam, tmp_path_factory):
    """One instance of a synthetic exam: as it was, and RLE-compressed by the scanner's PACS, then coded."""
    path = cmr_exam(vendor="siemens", size="tiny", seed=1).files[0]
    dataset = dcmread(path)
    pixels = dataset.PixelData
    dataset.compress(RLELossless, generate_instance_uid=False)
    compressed = tmp_path_factory.mktemp("rle") / "one.dcm"
    dataset.save_as(compressed, enforce_file_format=True)
    return pixels, next(iter(coded_exam([compressed]).instances.values()))


@pytest.fixture
def address(riverside_client, source, accept_all):
    """The address of the compressed instance, stored and accepted."""
    one = source[1]
    assert one.transfer_syntax_uid == RLELossless
    assert riverside_client.store(one.data).status_code == 200
    accept_all()
    path = (
        f"studies/{one.study_instance_uid}/series/{one.series_instance_uid}/instances/{one.sop_instance_uid}"
    )
    return f"/dicom-web/{path}"


def test_a_compressed_instance_goes_as_stored_or_as_explicit_little_endian(riverside_client, source, address):
    pixels, one = source
    for accept in (DICOM + "; transfer-syntax=*", f"{DICOM}; transfer-syntax={RLELossless}"):
        ((kind, body),) = multipart_of(riverside_client.get(address, accept))
        assert (kind, body) == (f"application/dicom; transfer-syntax={RLELossless}", one.data)
    ((kind, body),) = multipart_of(riverside_client.get(address, DICOM))
    assert kind == "application/dicom; transfer-syntax=1.2.840.10008.1.2.1"
    explicit = dcmread(io.BytesIO(body))
    assert explicit.PixelData == pixels
    assert explicit.SOPInstanceUID == one.sop_instance_uid


def test_compressed_frames_go_as_stored_or_native(riverside_client, source, address):
    ((kind, body),) = multipart_of(
        riverside_client.get(address + "/frames/1", OCTETS + "; transfer-syntax=*")
    )
    assert kind == f"image/dicom-rle; transfer-syntax={RLELossless}"
    assert len(body) < len(source[0])
    ((kind, body),) = multipart_of(riverside_client.get(address + "/frames/1", OCTETS))
    assert (kind, body) == ("application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1", source[0])
    assert (
        riverside_client.get(address + "/bulkdata/7FE00010", "application/octet-stream").content == source[0]
    )
    (entry,) = riverside_client.get(address + "/metadata").json()
    assert entry["7FE00010"]["vr"] == "OB"


def test_what_cannot_be_decoded_here_is_offered_as_stored_only(riverside_client, address, monkeypatch):
    monkeypatch.setattr("cmr_registry.dicomweb.wado.can_be_decoded", lambda syntax: False)
    for path in (address, address + "/frames/1"):
        assert riverside_client.get(path, "*/*").status_code == 406
    assert riverside_client.get(address, DICOM + "; transfer-syntax=*").status_code == 200


def test_implicit_little_endian_becomes_explicit(source):
    explicit = dcmread(io.BytesIO(to_explicit_little_endian(source[1].data, RLELossless)))
    out = io.BytesIO()
    explicit.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
    explicit.save_as(out, implicit_vr=True, little_endian=True, enforce_file_format=True)
    again = dcmread(io.BytesIO(to_explicit_little_endian(out.getvalue(), "1.2.840.10008.1.2")))
    assert again.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert again.PixelData == source[0]


def test_it_knows_what_it_can_decode():
    assert can_be_decoded(transcoding.EXPLICIT_LITTLE_ENDIAN)
    assert can_be_decoded(RLELossless)
    assert not can_be_decoded("1.2.3")
