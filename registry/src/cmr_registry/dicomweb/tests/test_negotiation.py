"""Accept headers as the viewer, dicomweb-client, Orthanc and people write them."""

import pytest

from cmr_registry.dicomweb.errors import NotAcceptableRejected
from cmr_registry.dicomweb.negotiation import (
    DICOM,
    EXPLICIT_LITTLE_ENDIAN,
    OCTETS,
    Form,
    accepted,
    choose,
    choose_frames,
    choose_instances,
)

HTJ2K = "1.2.840.10008.1.2.4.201"


def test_it_reads_quoted_parameters_with_commas_and_semicolons():
    (first, second) = accepted('multipart/related; type="application/dicom"; note="a,b;c", text/plain;q=0.5')
    assert (first.media, first.parameters) == ("multipart/related", {"type": DICOM, "note": "a,b;c"})
    assert (second.media, second.quality) == ("text/plain", 0.5)


def test_it_sorts_by_quality_and_drops_what_is_refused():
    assert [found.media for found in accepted("a/a;q=0.1, b/b;q=0, c/c")] == ["c/c", "a/a"]


@pytest.mark.parametrize("header", ['text/html; x="', "a/a;q=high"])
def test_it_refuses_what_it_cannot_read(header):
    with pytest.raises(NotAcceptableRejected):
        accepted(header)


def test_an_absent_header_accepts_the_first_on_offer():
    assert choose(accepted(""), ("image/png", "image/jpeg")) == "image/png"


def test_it_chooses_the_range_of_best_quality():
    assert choose(accepted("image/png;q=0.2, image/jpeg"), ("image/png", "image/jpeg")) == "image/jpeg"
    assert choose(accepted("image/*"), ("image/png", "image/jpeg")) == "image/png"


def test_it_refuses_where_nothing_fits():
    with pytest.raises(NotAcceptableRejected):
        choose(accepted("text/html"), ("image/png",))


@pytest.mark.parametrize(
    ("header", "syntax"),
    [
        ('multipart/related; type="application/dicom"', EXPLICIT_LITTLE_ENDIAN),
        ('multipart/related; type="application/dicom"; transfer-syntax=*', ""),
        (f"multipart/related; type=application/dicom; transfer-syntax={HTJ2K}", HTJ2K),
        ("*/*", EXPLICIT_LITTLE_ENDIAN),
    ],
)
def test_instances_go_in_the_asked_transfer_syntax(header, syntax):
    assert choose_instances(accepted(header), single=False) == (Form(DICOM, True, syntax),)


def test_one_instance_may_go_without_multipart_and_a_series_may_not():
    assert choose_instances(accepted(DICOM), single=True) == (Form(DICOM, False, EXPLICIT_LITTLE_ENDIAN),)
    with pytest.raises(NotAcceptableRejected):
        choose_instances(accepted(DICOM), single=False)


@pytest.mark.parametrize(
    ("header", "stored", "form"),
    [
        ("", EXPLICIT_LITTLE_ENDIAN, Form(OCTETS, True)),
        (
            "multipart/related; type=application/octet-stream; transfer-syntax=*",
            EXPLICIT_LITTLE_ENDIAN,
            Form(OCTETS, True),
        ),
        (
            "multipart/related; type=application/octet-stream; transfer-syntax=*",
            HTJ2K,
            Form("image/jphc", True, ""),
        ),
        ("multipart/related; type=application/octet-stream", HTJ2K, Form(OCTETS, True)),
        (f"multipart/related; type=image/jphc; transfer-syntax={HTJ2K}", HTJ2K, Form("image/jphc", True, "")),
        ("multipart/related; type=image/jphc", HTJ2K, Form("image/jphc", True, "")),
        ("multipart/related; type=image/jls, */*;q=0.1", HTJ2K, Form(OCTETS, True)),
        ("*/*", HTJ2K, Form(OCTETS, True)),
        ("application/octet-stream", EXPLICIT_LITTLE_ENDIAN, Form(OCTETS, False)),
    ],
)
def test_frames_go_compressed_only_to_whoever_takes_them_so(header, stored, form):
    assert choose_frames(accepted(header), stored=stored, single=True) == form


@pytest.mark.parametrize("header", ["text/html", "image/png", "multipart/related; type=image/jls"])
def test_frames_are_refused_in_forms_that_are_not_on_offer(header):
    with pytest.raises(NotAcceptableRejected):
        choose_frames(accepted(header), stored=EXPLICIT_LITTLE_ENDIAN, single=True)
