"""What people write on the registry is refused where it may name a patient, and taken where it speaks of data."""

import pytest

from cmr_registry.lib.free_text import ADDRESS, CONTROL, DATE, LONGEST, NAME, NUMBER, TOO_LONG, text_refusal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The end-systolic volume was typed as the stroke volume.",
        "Native T1 is 1950 ms in the blood pool. Please check.",
        "LGE was read by SSFP and MOLLI; see segment 7, about 12.5 % of the wall.",
        "EDV 148.2 ml, ESV 60.5 ml: the ejection fraction should be 59 %.",
        "The Siemens scanner writes no field strength here.",
        "Value is right: severe scar, day 412.",
        "Please look again\nIt is the same exam as before.",
        "No contrast agent was given.",
    ],
)
def test_a_text_about_data_is_taken(text):
    assert text_refusal(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x" * (LONGEST + 1), TOO_LONG),
        ("one\u202etwo", CONTROL),
        ("bell\x07", CONTROL),
        ("see mail of jane@hospital.example", ADDRESS),
        ("open https://pacs.local/1", ADDRESS),
        ("lives at 12 Maple Street", ADDRESS),
        ("number 4711234", NUMBER),
        ("call 555-0199", NUMBER),
        ("id 12 345 678", NUMBER),
        ("the exam of 2019-05-14", DATE),
        ("the exam of 14.5.2019", DATE),
        ("scanned 5/14/19", DATE),
        ("on 14 May", DATE),
        ("on May 14th, 3 pm: 14th of may", DATE),
        ("am 3. Oktober", DATE),
        ("le 2 février", DATE),
        ("in October", DATE),
        ("scanned in 2019", DATE),
        ("born in spring", DATE),
        ("a 67-year-old", DATE),
        ("67 years", DATE),
        ("DOE^JANE", NAME),
        ("Mrs. Doe was here", NAME),
        ("ask dr house", NAME),
        ("patient Smith moved", NAME),
        ("the value of Smith is right", NAME),
        ("Jane Doe", NAME),
        ("Doe, Jane", NAME),
        ("It is J. Smith", NAME),
        ("read by MÜLLERSON", NAME),
        ("her name is jane", NAME),
    ],
)
def test_a_text_that_may_name_a_patient_is_refused_with_a_sentence(text, why):
    assert text_refusal(text) == why
    assert text[:9] not in why
