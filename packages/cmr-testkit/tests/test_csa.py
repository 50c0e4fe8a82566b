"""The CSA header has the vendor's binary layout: an independent reader finds the elements again."""

import struct

import pytest
from measuring import read_all

from cmr_testkit.csa import csa_header
from cmr_testkit.samples import sample_headers


def read_csa(data):
    """Read a header as nibabel does; version 1 has no opening and counts the first element's items on top."""
    old = data[:4] != b"SV10"
    at = 0 if old else 8
    count, check = struct.unpack_from("<II", data, at)
    assert check in (77, 205)
    at, found, extra = at + 8, {}, None
    for _ in range(count):
        name, multiplicity, _, _, items, check = struct.unpack_from("<64si4siii", data, at)
        assert check in (77, 205)
        extra = (items if old else 0) if extra is None else extra
        at, values = at + 84, []
        for _ in range(items):
            first, length, check, _ = struct.unpack_from("<4i", data, at)
            assert check in (77, 205)
            assert first - extra == length
            values.append(data[at + 16 : at + 16 + length].rstrip(b"\0").decode("latin-1"))
            at += 16 + length + (-length % 4)
        found[name.rstrip(b"\0").decode()] = values[:multiplicity]
    return found


@pytest.mark.parametrize("version", [1, 2])
def test_what_is_written_is_read_again(version):
    values = {"ImagePositionPatient": ["1.5", "-2.25", "3"], "Empty": [], "PatientName": ["A^B"]}

    assert read_csa(csa_header([(name, "LO", v) for name, v in values.items()], version)) == values


def test_an_old_scanner_writes_the_old_layout():
    _, image = next(iter(sample_headers("siemens-csa1")))
    block = image.private_block(0x0029, "SIEMENS CSA HEADER")

    assert not block[0x10].value.startswith(b"SV10")
    assert read_csa(block[0x20].value)["PatientName"] == [str(image.PatientName)]


def test_the_series_header_holds_the_protocol_with_the_name(cmr_exam):
    exam = cmr_exam()
    block = read_all(exam)[0].private_block(0x0029, "SIEMENS CSA HEADER")
    elements = read_csa(block[0x20].value)

    assert elements["PatientName"] == [exam.patient_name]
    protocol = elements["MrPhoenixProtocol"][0]
    assert "### ASCCONV BEGIN ###" in protocol
    assert exam.patient_name in protocol


def test_the_image_header_repeats_the_geometry(cmr_exam):
    image = read_all(cmr_exam())[4]
    elements = read_csa(image.private_block(0x0029, "SIEMENS CSA HEADER")[0x10].value)

    assert [round(float(v), 2) for v in elements["ImagePositionPatient"]] == [
        round(float(v), 2) for v in image.ImagePositionPatient
    ]
