"""What a reading means: known of the patient, technical, or a question."""

import pytest

from cmr_deid.pixels.verdict import Meaning, is_technical, meaning_of, resembles, spellings

KNOWN = spellings("Marchetti^Lucia^^Dr", "5775312", "19571103", "A-4711", "20240327")


@pytest.mark.parametrize(
    "text",
    [
        *("R", "L", "RPH", "A", "+", "10 cm", "10cm", "10.cm", "SAT", "SA", "W 350 L 200", "W350L200P"),
        *("Seg 1/4", "TI 300", "TI:300", "TIB00", "TE 1.2 ms", "BO1", "B01", "SP2", "SL 8.0 mm", "VENC 150"),
        *("IM 12/25", "cine", "PSIR", "S12", "TI1200ms", "3T", "FA 50"),
    ],
)
def test_what_consoles_write_is_technical(text):
    assert is_technical(text)
    assert meaning_of(text, KNOWN) is Meaning.TECHNICAL


@pytest.mark.parametrize(
    "text",
    [
        *(
            "LISA",
            "RALF",
            "PHIL",
            "Novak",
            "12.03.1987",
            "12-03-87",
            "1987",
            "123456",
            "W12345",
            "TI 12345",
            "",
        ),
        *("  ", "Acc 4711", "27-Mar-2024", "王小明", "R.L. Sorel", "HFS"),
    ],
)
def test_what_might_name_somebody_is_not_technical(text):
    assert not is_technical(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Marchetti, Lucia",
            "MARCHETTI",
            "Marchett",
            "Narchetti",
            "ID:5775312",
            "57753I2",
            "born 03.11.1957",
        ),
        *("11/03/57", "ACC A4711", "A 4711", "1957-11-03", "27.03.2024", "xxLuciaxx"),
    ],
)
def test_what_is_known_of_the_patient_is_recognized_with_errors_of_reading(text):
    assert meaning_of(text, KNOWN) is Meaning.IDENTIFIES


@pytest.mark.parametrize("text", ["Marker", "57", "11 57", "Lukas", "cine sax"])
def test_what_only_begins_alike_is_not_recognized(text):
    assert meaning_of(text, KNOWN) is not Meaning.IDENTIFIES


def test_short_names_count_as_whole_words_only():
    assert resembles("Dr. Ali", "Ali")
    assert not resembles("Alias", "Ali")
    assert not resembles("x", "x")


def test_spellings_of_unknown_dates_and_empty_values_are_none():
    assert spellings("", "", "unknown", "", "") == []
    assert "571103" not in KNOWN
    assert {"19571103", "03111957", "11031957", "031157", "110357"} <= set(KNOWN)
