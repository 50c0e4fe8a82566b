"""Private science survives by creator, element, VR, number of values and form; nothing else private does (D2)."""

import io
import struct

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cmr_deid.safe_private import SAFE_PRIVATE, SafePrivate, fits
from cmr_deid.safe_private_rows import ALIASES
from cmr_deid.verify import inspect
from cmr_deid.verify.values import private_text_finding

EXAMPLES = {
    "acceleration": "p2",
    "aspect": "Bore Local",
    "axes": "+LPH",
    "codes": "ORIGINAL",
    "coils": "C:BO1,2;SP2-4",
    "csa_type": "IMAGE NUM 4",
    "csa_version": "1.0",
    "diffusion": "DIRECTIONAL",
    "distortion": "DIS2D",
    "encoding": "ROW",
    "flow": "No",
    "gradient": "Fast",
    "gradient_coil": "void",
    "history": "ChannelMixing:ND=true_CMM=1_CDM=1",
    "ice": "X_1_1_1_1_1_1_1_1_1_1_1_331",
    "matrix": "204p*256",
    "measured": "measured",
    "nucleus": "1H",
    "oversampling": "2D",
    "owner": "SIEMENS",
    "philips": "RETROSPECTIVE",
    "rescale": "normalized",
    "safety": "IEC",
    "side": "L",
    "times": "1.7",
    "transmit": "B",
    "words": "FIESTA",
    "yes": "YES",
}
NAMES = (
    "Fnordvexil",
    "Zebulonia^F",
    "19440817",
    "MRN-0042177",
    "Dr. Plyxquor",
    "p2 Fnordvexil",
    "FIESTA 4711987",
)
FAMILIES = {"SIEMENS": 75, "GEMS": 120, "Philips": 180}


def value_for(safe):
    if safe.form:
        return EXAMPLES[safe.form]
    number = {"DS": "1.5", "IS": "3", "FL": 1.5, "FD": 2.5}.get(safe.vr, 7)
    return [number] * safe.low if safe.low > 1 else number


def with_all_of(family):
    """An edit that writes every safe element of a family, and how many they are."""
    places = [
        (place, safe)
        for place, safe in SAFE_PRIVATE.items()
        if place[0].startswith(family) and safe.vr != "SQ" and place[0] not in ALIASES
    ]

    def edit(dataset):
        for (creator, group, number), safe in places:
            dataset.private_block(group, creator, create=True).add_new(number, safe.vr, value_for(safe))

    return edit, len(places)


@pytest.mark.parametrize("family", FAMILIES)
def test_all_private_science_of_a_vendor_survives_and_passes_the_second_look(engine, mr, family):
    edit, count = with_all_of(family)
    source = mr(edit=edit)
    result = engine.deidentify(source)
    out, before = pydicom.dcmread(io.BytesIO(result.data)), pydicom.dcmread(io.BytesIO(source))
    kept = [e for e in out if e.tag.is_private and not e.tag.is_private_creator]
    assert len(kept) == count >= FAMILIES[family]
    assert all(element == before[element.tag] for element in kept)
    assert {e.private_creator for e in kept} == {
        e.private_creator for e in before if e.tag.is_private and e.private_creator
    }
    assert inspect(result.data).findings == ()


@pytest.mark.parametrize("name", NAMES)
def test_no_private_text_off_its_form_survives(engine, mr, name):
    def edit(dataset):
        for (creator, group, number), safe in SAFE_PRIVATE.items():
            if safe.form and creator not in ALIASES:
                dataset.private_block(group, creator, create=True).add_new(number, safe.vr, name[:16])

    result = engine.deidentify(mr(edit=edit))
    out = pydicom.dcmread(io.BytesIO(result.data))
    assert [e.value for e in out if e.tag.is_private] == []
    assert name[:16].encode() not in result.data


@pytest.mark.parametrize("name", NAMES)
def test_the_second_look_refuses_the_same_texts(name):
    for (creator, group, number), safe in SAFE_PRIVATE.items():
        if safe.form:
            place = (creator.encode(), group, number)
            assert private_text_finding(place, name.encode()) == "identifying_value", place
            assert private_text_finding(place, EXAMPLES[safe.form].encode()) is None, place
            assert private_text_finding(place, b"") is None
    assert private_text_finding((b"OTHER", 0x0019, 0x01), b"ROW") == "identifying_value"


def item(*rows):
    dataset = Dataset()
    for creator, group, number, vr, value in rows:
        dataset.private_block(group, creator, create=True).add_new(number, vr, value)
    return dataset


PHILIPS = "Philips MR Imaging DD 001"


def test_scale_factors_of_an_enhanced_philips_frame_survive_exactly(engine, mr, nested):
    slope, intercept = 0.0123456789, -2047.5
    inner = item((PHILIPS, 0x2005, 0x0E, "FL", slope), (PHILIPS, 0x2005, 0x0D, "FL", intercept))
    inner.InstanceCreationDate = "20210304"
    inner.PatientName = "Fnordvexil^Zebulonia"
    frame = item(("Philips MR Imaging DD 005", 0x2005, 0x0F, "SQ", Sequence([inner])))
    result = engine.deidentify(
        mr(SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1", PerFrameFunctionalGroupsSequence=Sequence([frame]))
    )
    out = pydicom.dcmread(io.BytesIO(result.data))
    kept = (
        out.PerFrameFunctionalGroupsSequence[0]
        .private_block(0x2005, "Philips MR Imaging DD 005")[0x0F]
        .value[0]
    )
    block = kept.private_block(0x2005, PHILIPS)
    assert struct.pack("<f", block[0x0E].value) == struct.pack("<f", slope)
    assert block[0x0D].value == intercept
    assert [e.keyword for e in kept if not e.tag.is_private] == []
    assert inspect(result.data).findings == ()
    paths = {change.path for change in result.changes}
    assert any("(2005,100F) / (2005,100E)" in path for path in paths)


def test_private_items_without_anything_safe_go(engine, mr):
    sds = "SIEMENS MR SDS 01"
    names = item((sds, 0x0021, 0x2B, "ST", "1;HFS;84;;M;0;2;97"))
    result = engine.deidentify(
        mr(edit=lambda d: d.private_block(0x0021, sds, create=True).add_new(0xFE, "SQ", [names]))
    )
    assert not [e for e in pydicom.dcmread(io.BytesIO(result.data)) if e.tag.is_private]


def test_a_safe_sequence_that_holds_no_items_goes(engine, mr):
    sds = "SIEMENS MR SDS 01"
    edit = lambda d: d.private_block(0x0021, sds, create=True).add_new(0xFE, "LO", "Fnordvexil")  # noqa: E731
    assert b"Fnordvexil" not in engine.deidentify(mr(edit=edit)).data


def test_older_philips_creators_in_capitals_are_the_same(engine, mr):
    creator = "PHILIPS MR IMAGING DD 001"
    result = engine.deidentify(
        mr(edit=lambda d: d.private_block(0x2005, creator, create=True).add_new(0x0E, "FL", 2.5))
    )
    out = pydicom.dcmread(io.BytesIO(result.data))
    assert out.private_block(0x2005, creator)[0x0E].value == 2.5
    assert inspect(result.data).findings == ()


@pytest.mark.parametrize(
    ("safe", "vr", "value", "expected"),
    [
        (SafePrivate("SH", 1, 1, "matrix"), "LO", b"204p*256", True),
        (SafePrivate("SH", 1, 1, "matrix"), "UN", b"204p*256", True),
        (SafePrivate("SH", 1, 1, "matrix"), "OB", b"204p*256", False),
        (SafePrivate("SH", 1, 1, "matrix"), "SH", b"", True),
        (SafePrivate("SH", 1, 1, "matrix"), "SH", b"204p*256\\64*64", False),
        (SafePrivate("CS", 1, 64, "codes"), "CS", b"ORIGINAL\\PRIMARY", True),
        (SafePrivate("LO", 1, 64, "history"), "LO", b"CC:SoS\\CC:Fnordvexil", False),
        (SafePrivate("DS", 1, 64), "DS", b"1.5" + b"\\1.5" * 300, False),
        (SafePrivate("DS", 1, 64), "DS", b"12345678", False),
        (SafePrivate("DS", 1, 64), "DS", b"1e999", False),
        (SafePrivate("FD", 1, 1), "FD", struct.pack("<d", float("inf")), False),
        (SafePrivate("FD", 1, 1), "FD", struct.pack("<d", float("nan")), False),
    ],
)
def test_a_value_fits_or_goes(safe, vr, value, expected):
    assert fits(safe, vr, value) is expected


def test_a_standard_attribute_inside_a_private_sequence_is_found_by_the_second_look(mr, engine, raw_element):
    inner = raw_element(0x00180050, "DS", b"8 ")
    sequence = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner
    private = raw_element(0x00210010, "LO", b"SIEMENS MR SDS 01 ") + raw_element(
        0x002110FE, "SQ", sequence, long=True
    )
    data = engine.deidentify(mr()).data
    at = data.find(raw_element(0x00280002, "US", b"\1\0"))
    findings = inspect(data[:at] + private + data[at:]).findings
    assert ("private_attribute", "(0021,10FE)/(0018,0050)") in {(f.reason_code, f.path) for f in findings}


def test_a_private_value_longer_than_any_technique_is_found_by_the_second_look(mr, engine, raw_element):
    long = raw_element(0x00210010, "LO", b"SIEMENS MR SDI 02 ") + raw_element(0x00211004, "DS", b"1.5 " * 150)
    data = engine.deidentify(mr()).data
    at = data.find(raw_element(0x00280002, "US", b"\1\0"))
    findings = inspect(data[:at] + long + data[at:]).findings
    assert ("private_attribute", "(0021,1004)") in {(f.reason_code, f.path) for f in findings}
