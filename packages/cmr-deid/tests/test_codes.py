"""Code strings and coded concepts: defined terms stay, names go, on both looks."""

import pytest

from cmr_deid import codes
from cmr_deid.codes import CODING_SCHEMES, clean_codes, clean_meaning, is_public_code
from cmr_deid.verify import inspect, terms
from cmr_deid.verify.values import code_finding, value_finding

IMAGE_TYPE = 0x00080008
LAWFUL = [
    "ORIGINAL\\PRIMARY\\M\\RETRO\\NORM\\DIS2D\\FM1_3\\FIL\\MFSPLIT",
    "ORIGINAL\\PRIMARY\\M\\PSIR\\NORM\\DIS2D",
    "DERIVED\\PRIMARY\\T1\\NONE",
    "DERIVED\\PRIMARY\\M\\T1 MAP\\MOCO",
    "DERIVED\\SECONDARY\\MPR\\CSA MPR\\\\CSAPARALLEL\\M\\ND\\NORM",
    "ORIGINAL\\PRIMARY\\M_FFE\\M\\FFE",
    "ORIGINAL\\PRIMARY\\PHASE MAP\\P\\PCA",
    "ORIGINAL\\PRIMARY\\VELOCITY\\MAG\\PHASE",
    "DERIVED\\SECONDARY\\PROJECTION IMAGE",
    "FAST_GEMS\\CG\\SEQ_GEMS",
    "NPW\\VB_GEMS\\EDR_GEMS\\PFF",
    "SAT2\\FS",
    "SS\\SP\\SK",
    "MONOCHROME2",
    "PALETTE COLOR",
    "IEC_WHOLE_BODY",
    "PER_NERVE_STIM",
    "SLICE_AND_FREQ",
    "REVERSE_LINEAR",
    "STATIC FIELD",
    "ISO_10918_1",
    "00",
    "7050",
    "",
]
NAMES = [
    "SMITHSON",
    "JANE_SMITHSON",
    "LEE KIM",
    "17AUG1944",
    "17.8.44",
    "555-0199",
    "4217712",
    "MR42177",
    "X" * 17,
]


@pytest.mark.parametrize("value", LAWFUL)
def test_defined_terms_stay_and_pass(value):
    assert clean_codes(value) == value
    assert value_finding(IMAGE_TYPE, "CS", value.encode()) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_name_among_code_strings_goes_and_is_stopped(name):
    assert clean_codes(f"ORIGINAL\\PRIMARY\\M\\{name}\\NORM") == "ORIGINAL\\PRIMARY\\M\\NORM"
    assert value_finding(IMAGE_TYPE, "CS", b"ORIGINAL\\PRIMARY\\M\\" + name.encode()) == "identifying_value"
    assert clean_codes(name) == ""


def test_a_code_string_of_type_2_is_emptied_and_of_type_3_removed(out_of):
    after = out_of(ScanOptions="SMITHSON", MRAcquisitionType="SMITHSON", BeatRejectionFlag="SMITHSON")
    assert after.ScanOptions == after.MRAcquisitionType == ""
    assert "BeatRejectionFlag" not in after


def test_every_term_and_meaning_that_the_engine_keeps_passes_the_second_look():
    kept = [term.encode() for term in codes.TERMS if clean_codes(term)]
    assert len(kept) > 400
    assert [term for term in kept if value_finding(IMAGE_TYPE, "CS", term) is not None] == []
    meanings = [word.encode() for word in codes.MEANINGS if clean_meaning(word)]
    assert [word for word in meanings if code_finding(b"113100", b"DCM", word) is not None] == []
    assert {scheme.encode() for scheme in CODING_SCHEMES} == set(terms.CODES)


PUBLIC = [
    ("DCM", "113100", "Basic Application Confidentiality Profile"),
    ("DCM", "121322", "Source image for image processing operation"),
    ("SCT", "80891009", "Heart"),
    ("SCT", "102538003", "recumbent"),
    ("SRT", "T-32000", "Heart"),
    ("SRT", "R-10206", "headfirst"),
    ("UCUM", "ms", "millisecond"),
    ("UCUM", "cm/s", "cm/s"),
    ("UCUM", "[hnsf'U]", "Hounsfield Unit"),
    ("UCUM", "1", "no units"),
    ("LN", "25045-6", "25045-6"),
    ("RADLEX", "RID1385", "Heart"),
]
NOT_PUBLIC = [
    ("SCT", "SMITHSON"),
    ("SCT", "4217712"),
    ("DCM", "SMITHSON"),
    ("DCM", "20210304"),
    ("DCM", "42177"),
    ("UCUM", "Smithson"),
    ("UCUM", "a4217"),
    ("99CLINIC", "113100"),
    ("", "113100"),
]


@pytest.mark.parametrize(("scheme", "code", "meaning"), PUBLIC)
def test_a_public_code_stays_with_its_meaning(scheme, code, meaning):
    assert is_public_code(scheme, code)
    assert clean_meaning(meaning) in (meaning, "")
    assert code_finding(code.encode(), scheme.encode(), meaning.encode()) is None


@pytest.mark.parametrize(("scheme", "code"), NOT_PUBLIC)
def test_a_name_or_number_that_is_no_code_goes_and_is_stopped(scheme, code):
    assert not is_public_code(scheme, code)
    assert code_finding(code.encode(), scheme.encode(), b"Heart") == "identifying_value"


@pytest.mark.parametrize(
    "meaning", ["Heart of Smithson", "seen by Dr Lee", "Heart 17.8.44", "Heart 4217712", "Herz^"]
)
def test_a_meaning_of_unknown_words_becomes_the_code(engine, mr, nested, meaning):
    item = {"CodeValue": "80891009", "CodingSchemeDesignator": "SCT", "CodeMeaning": meaning}
    result = engine.deidentify(mr(AnatomicRegionSequence=nested(item)))
    assert meaning.encode() not in result.data
    assert result.data.count(b"80891009") == 2
    assert inspect(result.data).findings == ()
    if "Lee" not in meaning:
        assert code_finding(b"80891009", b"SCT", meaning.encode()) == "identifying_value"


def test_a_whole_code_is_kept(engine, mr, nested):
    item = {"CodeValue": "80891009", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Heart"}
    data = engine.deidentify(mr(AnatomicRegionSequence=nested(item))).data
    assert b"SCT " in data
    assert b"Heart " in data


@pytest.mark.parametrize(
    "item",
    [
        {"CodeMeaning": "Heart"},
        {"CodeValue": "80891009", "CodeMeaning": "Heart"},
        {"CodeValue": "SMITHSON", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Heart"},
    ],
)
def test_a_bare_or_false_code_is_removed_and_stopped(engine, mr, nested, item):
    source = mr(AnatomicRegionSequence=nested(item))
    assert "SMITHSON" not in repr(engine.deidentify(source).data)
    assert any(
        "(0008,2218)/" in f.path and f.reason_code == "identifying_value" for f in inspect(source).findings
    )


def test_a_code_at_the_top_is_stopped(mr):
    source = mr(CodeValue="113100", CodingSchemeDesignator="DCM", CodeMeaning="Heart")
    assert any(f.path == "(0008,0100)" for f in inspect(source).findings)


@pytest.mark.parametrize(
    "value", ["KIM", "Lee", "H12K34", "PAT_0042", "S-1024", "XK-2291-B", "b.1953", "1953"]
)
def test_names_of_three_letters_and_numbers_of_somebody_go_from_code_strings(value):
    assert clean_codes(value) == ""
    assert clean_codes(f"CG\\{value}") == "CG"


def test_a_name_of_the_patient_goes_from_code_strings_unless_it_is_a_defined_term(out_of):
    values = {"ImageType": ["ORIGINAL", "PRIMARY", "M", "SUN", "NORM"], "BeatRejectionFlag": "LONG"}
    assert list(out_of(**values).ImageType)[3:] == ["SUN", "NORM"]
    own = out_of(PatientName="Long^Sun^Norm", **values)
    assert list(own.ImageType) == ["ORIGINAL", "PRIMARY", "M", "NORM"]
    assert "BeatRejectionFlag" not in own
