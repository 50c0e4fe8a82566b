"""Texts that name equipment: what vendors write stays, persons' names and dates go, on both looks."""

import pytest

from cmr_deid import equipment
from cmr_deid.equipment import clean_equipment, is_mixed
from cmr_deid.verify import terms
from cmr_deid.verify.values import value_finding

MANUFACTURER, MODEL, SOFTWARE, COIL, STACK = 0x00080070, 0x00081090, 0x00181020, 0x00181250, 0x00209056
RESCALE, NUCLEUS, PVC, FRAMING, VERSION = (
    *(0x00281054, 0x00180085, 0x00181085),
    *(0x00181064, 0x00080103),
)
WRITTEN_BY_VENDORS = [
    *((MANUFACTURER, t) for t in ("SIEMENS", "Siemens Healthineers", "Siemens HealthCare GmbH", "UIH")),
    *((MANUFACTURER, t) for t in ("GE MEDICAL SYSTEMS", "G.E. Medical Systems", "Philips Medical Systems")),
    *((MANUFACTURER, t) for t in ("TOSHIBA_MEC", "CANON_MEC", "FUJIFILM Corporation", "Philips Healthcare")),
    *((MODEL, t) for t in ("MAGNETOM Vida Fit", "Avanto_fit", "Aera", "Skyra_fit", "TrioTim", "Prisma_fit")),
    *((MODEL, t) for t in ("SIGNA HDx", "Signa HDxt", "DISCOVERY MR450", "Optima MR360", "GENESIS_SIGNA")),
    *((MODEL, t) for t in ("Achieva dStream", "Ingenia Elition X", "MRT50H1", "uMR 790", "Free.Max")),
    *((SOFTWARE, t) for t in ("syngo MR XA50", "syngo MR E11", "syngo MR B17", "syngo MR 2004V 4VB11D")),
    *((SOFTWARE, t) for t in ("14", "LX", "MR Software release:14.0_M4_0629.a", "5.1.7", "5.1.7.2")),
    *((SOFTWARE, t) for t in ("MR Software release:HD16.0_V02_1131.a", "V3.51*P25", "DV25.1_R02_1649.a")),
    *((COIL, t) for t in ("Spine_32_RS", "8CARDIAC", "HeadNeck_20_TCS", "Body", "SENSE-Cardiac", "Q-BODY")),
    *((COIL, t) for t in ("8US TORSOPA", "BO1-3;SP1-4", "H41", "PA Matrix", "MULTI COIL", "BodyMatrix_6")),
    *((STACK, t) for t in ("1", "12", "Stack_1", "")),
    *((RESCALE, t) for t in ("US", "HU", "OD REL", "normalized", "ms", "cm/s", "")),
    *((NUCLEUS, t) for t in ("1H", "H1", "H", "13C", "129Xe")),
    *((PVC, "YES"), (FRAMING, "FORW"), (VERSION, "01"), (VERSION, "2026C")),
]
PERSONS = [
    (SOFTWARE, "syngo MR E11 operator Smithson", "syngo MR E11"),
    (SOFTWARE, "syngo MR 17AUG1944", "syngo MR"),
    (SOFTWARE, "syngo MR 17.8.44", "syngo MR"),
    (SOFTWARE, "syngo 555-0199", "syngo"),
    (SOFTWARE, "MR42177", ""),
    (SOFTWARE, "Lee Kim", ""),
    (COIL, "Smithson coil", "coil"),
    (COIL, "Coil Müller", "Coil"),
    (COIL, "BodySmithson", ""),
    *((COIL, f"Coil {text} 32", "Coil") for text in ("a@clinic.org", "20190115", "Smith^J", "123456")),
    *((COIL, f"Coil {text} 32", "Coil") for text in ("2019-01-15", "15.01.2019", "17-AUG-44", "Kim")),
    (COIL, "Coil 555 0199", "Coil 555"),
    (COIL, "Extremity Coil Body", "Extremity Coil"),
    (MANUFACTURER, "Jane Smithson", ""),
    (MODEL, "Aera of Dr. Smithson", "Aera"),
    (STACK, "Smithson", ""),
    (RESCALE, "Smithson", "US"),
    (NUCLEUS, "Smithson", ""),
    (PVC, "Smithson", ""),
    (FRAMING, "Smithson", ""),
    (VERSION, "19440817", ""),
    (VERSION, "17.8.44", ""),
]


@pytest.mark.parametrize(("tag", "text"), WRITTEN_BY_VENDORS)
def test_what_vendors_write_stays_and_passes(tag, text):
    assert clean_equipment(tag, text, 64, frozenset()) == text
    assert value_finding(tag, "LO", text.encode()) is None


@pytest.mark.parametrize(("tag", "text", "expected"), PERSONS)
def test_what_may_name_a_person_goes_and_is_stopped(tag, text, expected):
    longest = 16 if tag in (COIL, STACK, NUCLEUS) else 64
    cleaned = clean_equipment(tag, text, longest, frozenset())
    assert cleaned == expected
    assert clean_equipment(tag, cleaned, longest, frozenset()) == cleaned
    assert value_finding(tag, "LO", cleaned.encode()) is None
    if cleaned != "Extremity Coil":
        assert value_finding(tag, "LO", text.encode("latin-1")) is not None


def test_a_word_of_the_patients_own_name_goes_though_it_names_a_scanner():
    assert clean_equipment(MODEL, "MAGNETOM Vida", 64, frozenset(("vida",))) == "MAGNETOM"


def test_a_position_reference_is_emptied_and_stopped(out_of):
    assert out_of(PositionReferenceIndicator="Smithson").PositionReferenceIndicator == ""
    assert value_finding(0x00201040, "LO", b"Smithson") == "identifying_attribute"


def test_a_manufacturer_without_a_known_word_is_emptied(out_of):
    assert out_of(Manufacturer="Jane Smithson").Manufacturer == ""


@pytest.mark.parametrize("text", [b"sax 17.8.44", b"sax 17aug1944", b"lge 3 mar 21", b"cine 1-2-99"])
def test_a_short_date_in_a_description_is_stopped(text):
    assert value_finding(0x0008103E, "LO", text) == "identifying_value"


def test_every_equipment_word_that_the_engine_keeps_passes_the_second_look():
    unknown = [w for w in equipment.WORDS if len(w) > 1 and w not in terms.EQUIPMENT]
    assert unknown == []


@pytest.mark.parametrize("token", ["Q0X8Z1K9", "Q0X8Z1K9W0", "A1B2C3", "AB12CD34EF"])
def test_letters_and_digits_in_turn_are_a_number_of_somebody(token):
    assert is_mixed(token)
    assert clean_equipment(0x00181250, f"Body {token}", 16, frozenset()) == "Body"


@pytest.mark.parametrize("token", ["8CARDIAC", "BO1", "SP2", "V02", "1131", "N8CARDIAC", "Q1X8"])
def test_a_name_of_a_coil_with_a_number_is_none(token):
    assert not is_mixed(token)


def test_many_words_of_equipment_without_a_blank_are_stopped():
    assert value_finding(0x00081090, "LO", b"matrixmatrixmatrix") is None
    assert value_finding(0x00081090, "LO", b"matrixmatrixmatrixmatrix") == "identifying_value"


@pytest.mark.parametrize(
    "text",
    ["MRN-12-34-56", "123-45-6789", "+49 30 450 50", "10:45", "14 2023", "943 476", "(555)", "2023", "1953"],
)
def test_numbers_that_are_no_version_go(text):
    cleaned = clean_equipment(MODEL, f"Aera {text}", 64, frozenset())
    assert cleaned.split()[0] == "Aera"
    assert not any(part in cleaned for part in text.replace("+", "").split() if len(part) > 2)
    assert clean_equipment(MODEL, cleaned, 64, frozenset()) == cleaned


def test_short_numbers_of_a_version_stay():
    assert clean_equipment(SOFTWARE, "24 10 LX", 64, frozenset()) == "24 10 LX"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("MAR 12, 61", ""), ("12 Main Street", "Main"), ("M 63", ""), ("63 M", ""), ("J. S.", "")),
        *(("Mr. Long", ""), ("Mr Long", ""), ("Coil 12 Miller", "Coil"), ("syngo 12, 61", "syngo")),
        *(("M Smith 63", ""), ("S.M.", ""), ("Smith 14.0 syngo", "syngo")),
    ],
)
def test_no_scrap_of_a_name_date_or_address_stays(text, expected):
    cleaned = clean_equipment(SOFTWARE, text, 64, frozenset())
    assert cleaned == expected
    assert clean_equipment(SOFTWARE, cleaned, 64, frozenset()) == cleaned


@pytest.mark.parametrize(
    "text", ["3 T Skyra", "Magnetom 1.5 T", "Ingenia Elition X", "G.E. Medical Systems", "syngo MR 14"]
)
def test_a_letter_or_number_of_a_scanner_stays(text):
    assert clean_equipment(MODEL, text, 64, frozenset()) == text


def test_only_the_beginning_of_an_endless_text_of_equipment_is_looked_at():
    assert clean_equipment(SOFTWARE, " " * 119 + "syngo MR release", 256, frozenset()) == "syngo MR"
