"""The CSA header has the vendor's binary layout: an independent reader finds the elements again."""

import struct

from measuring import read_all

from cmr_testkit.csa import csa_header


def read_csa(data):
    """Read an SV10 header as nibabel does."""
    assert data[:8] == b"SV10\x04\x03\x02\x01"
    count, check = struct.unpack_from("<II", data, 8)
    assert check in (77, 205)
    at, found = 16, {}
    for _ in range(count):
        name, multiplicity, _, _, items, check = struct.unpack_from("<64si4siii", data, at)
        assert check in (77, 205)
        at, values = at + 84, []
        for _ in range(items):
            _, length, check, _ = struct.unpack_from("<4i", data, at)
            assert check in (77, 205)
            values.append(data[at + 16 : at + 16 + length].rstrip(b"\0").decode("latin-1"))
            at += 16 + length + (-length % 4)
        found[name.rstrip(b"\0").decode()] = values[:multiplicity]
    return found


def test_what_is_written_is_read_again():
    values = {"ImagePositionPatient": ["1.5", "-2.25", "3"], "Empty": [], "PatientName": ["A^B"]}

    assert read_csa(csa_header([(name, "LO", v) for name, v in values.items()])) == values


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
