import csv
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_deid.descriptors import clean_words, shortened

TECHNIQUE = [
    "cine_trufi_retro",
    "*tfi2d1_10",
    "SAX FIESTA",
    "fl2d1_v150in",
    "T1_map_MOLLI_5(3)3",
    "LGE PSIR sax TI 280",
    "2-chamber trufi",
    "perf 3 SA rest_MOCO",
    "qflow venc 150 aorta",
    "cine_tf2d25_retro_iPAT_SAX",
    "Flow_through_plane_v120_asc",
    "3-Plane Loc",
    "MRI CARDIAC W WO CONTRAST",
    "T2*_4echo",
    "T2 map",
    "DelayedEnh 10min",
]


def test_every_word_of_the_rules_of_recognition_stays(shared_data):
    rules = shared_data("deid").parents[1] / "reference" / "series_rules.csv"
    if not rules.exists():
        pytest.skip("the rules of series recognition are not on this machine")
    with rules.open() as file:
        regexes = " ".join(re.sub(r"\\[bdws]|\(\?[<!=:]+", " ", row["regex"]) for row in csv.DictReader(file))
    parts_of_groups = {"thr", "ough", "tru"}
    words = set(re.findall(r"[a-z][a-z0-9]{2,}", regexes)) - parts_of_groups
    assert len(words) > 100
    assert [word for word in sorted(words) if clean_words(word) != word] == []


@pytest.mark.parametrize("text", TECHNIQUE)
def test_words_of_technique_stay_as_they_are(text):
    assert clean_words(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Smith John cine 4CH 1955", "cine 4CH"),
        ("Heart^Rose 12/05/1980 sax", "Heart sax"),
        ("March 17 cine", "cine"),
        ("cine 555 123 4567", "cine"),
        ("cine 555 123 456 sax", "cine sax"),
        ("CineSAX_SMITH", "CineSAX"),
        ("McDonaldCine", "Cine"),
        ("Dr. Hand 4CH LGE", "4CH LGE"),
        ("ANONYMIZED", ""),
        ("42", ""),
        ("cine 17.03.2021", "cine"),
        ("Müller sax", "sax"),
        ("sax|cine", "sax cine"),
        ("Käthe cine", "cine"),
        ("Ka\u0308the ²³ cine", "cine"),
        ("Ivanova2d1", ""),
        ("", ""),
    ],
)
def test_everything_else_goes(before, after):
    assert clean_words(before) == after


@given(st.text(alphabet=string.printable + "äöüßñ漢", max_size=60))
def test_cleaning_twice_changes_nothing_and_answers_ascii(text):
    once = clean_words(text)
    assert once.isascii()
    assert len(once) <= 64
    assert clean_words(once) == once


NAMES = [
    *("Fnordvexil", "Schmidt", "Garcia", "Nguyen", "Kowalski", "Yamamoto", "Obrien", "Andersson", "Ferrari"),
    *("Dubois", "Okafor", "Petrov", "Haddad", "Silva", "Novak", "Johnson", "Williams", "Papadopoulos"),
]


@given(
    st.sampled_from(TECHNIQUE),
    st.sampled_from(NAMES),
    st.sampled_from(["{0} {1}", "{1}_{0}", "{1}{0}", "{0}-{1}"]),
)
def test_no_name_survives_beside_technique(technique, name, layout):
    assert name.lower() not in clean_words(layout.format(technique, name)).lower()


def test_a_long_text_is_cut_between_words():
    cleaned = clean_words("cine retro " * 20)
    assert len(cleaned) <= 64
    assert set(cleaned.split()) == {"cine", "retro"}
    assert shortened("trufi_retro_localizer", 16) == "trufi_retro"
    assert shortened("trufi", 16) == "trufi"
