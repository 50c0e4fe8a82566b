"""STOW-RS bodies arrive in any cut and never fill the memory."""

import pytest

from cmr_registry.dicomweb.errors import MalformedRejected, MediaTypeRejected
from cmr_registry.dicomweb.parts import KEPT_HEAD, PartReader

TYPE = 'multipart/related; type="application/dicom"; boundary=cut'
LIMIT = 1 << 20


def dicom(payload=b"", preamble=b"\0" * 128):
    return preamble + b"DICM" + payload


def body(*parts, header=b"Content-Type: application/dicom\r\n"):
    framed = b"".join(b"--cut\r\n" + header + b"\r\n" + part + b"\r\n" for part in parts)
    return framed + b"--cut--\r\n"


def read(data, step, content_type=TYPE, limit=LIMIT):
    reader = PartReader(content_type, limit)
    parts = [part for at in range(0, len(data), step) for part in reader.feed(data[at : at + step])]
    return parts + reader.close()


@pytest.mark.parametrize("step", [1, 2, 3, 7, 64, 10_000])
def test_it_reads_the_same_parts_whatever_the_cut_of_the_stream(step):
    first, second = dicom(b"one\r\n--cu\r\n--cut-not\r\n"), dicom(bytes(range(256)) * 3)
    assert [bytes(part.data) for part in read(body(first, second), step)] == [first, second]


def test_it_hands_out_a_part_as_soon_as_it_is_whole():
    reader = PartReader(TYPE, LIMIT)
    whole = body(dicom(b"a"), dicom(b"b"))
    assert len(reader.feed(whole[: whole.rindex(b"b\r\n--cut--")])) == 1


def test_a_body_without_multipart_is_one_part():
    parts = read(dicom(b"alone"), 5, "application/dicom; transfer-syntax=1.2.840.10008.1.2.1")
    assert [bytes(part.data) for part in parts] == [dicom(b"alone")]


def test_it_keeps_only_the_head_of_what_cannot_be_dicom():
    (part,) = read(body(b"0" * 500_000), 4096)
    assert (len(part.data), part.size, part.too_large) == (KEPT_HEAD, 500_000, False)


def test_it_keeps_nothing_of_a_part_over_the_limit():
    big, small = read(body(dicom(b"x" * LIMIT), dicom(b"y")), 4096)
    assert (big.too_large, len(big.data), big.size) == (True, 0, LIMIT + 132)
    assert (small.too_large, bytes(small.data)) == (False, dicom(b"y"))


def test_the_headers_of_a_part_are_not_believed():
    (part,) = read(body(dicom(b"x"), header=b"Content-Type: application/pdf\r\nX-Y: z\r\n"), 99)
    assert bytes(part.data) == dicom(b"x")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/dicom+json",
        'multipart/related; type="application/dicom+xml"; boundary=cut',
        "multipart/form-data; boundary=cut",
    ],
)
def test_it_refuses_other_media_types(content_type):
    with pytest.raises(MediaTypeRejected):
        PartReader(content_type, LIMIT)


@pytest.mark.parametrize("content_type", ["multipart/related", f"multipart/related; boundary={'x' * 71}"])
def test_it_refuses_multipart_without_a_usable_boundary(content_type):
    with pytest.raises(MalformedRejected):
        PartReader(content_type, LIMIT)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no boundary at all",
        body(dicom())[:-6],
        b"--cut\r\nContent-Type: application/dicom",
        b"--cut\r\n" + b"X: y\r\n" * 50 + b"\r\n",
        b"--cut\r\nX: " + b"y" * 100_000,
        b"--cut\r\nbad header\x00: y\r\n\r\n",
    ],
)
def test_it_refuses_a_broken_frame(data):
    with pytest.raises(MalformedRejected):
        read(data, 64)


def test_leading_line_ends_are_passed_over():
    assert len(read(b"\r\n" + body(dicom()), 3)) == 1
