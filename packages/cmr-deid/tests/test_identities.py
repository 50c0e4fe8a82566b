import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_deid.identities import (
    DATE_OFFSET_RANGE_DAYS,
    Identities,
    check_character,
    check_pseudonym,
)
from cmr_deid.keys import new_key
from cmr_exchange.reading import PSEUDONYM, UID

IDS = Identities(new_key(bytes(range(32))))
OTHER = Identities(new_key(bytes(range(1, 33))))
numbers = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
uids = st.from_regex(r"[1-2](\.(0|[1-9][0-9]{0,8})){2,6}", fullmatch=True)


@given(numbers, numbers)
def test_the_same_patient_has_the_same_pseudonym(issuer, patient_id):
    pseudonym = IDS.subject(issuer, patient_id)
    assert pseudonym == Identities(new_key(bytes(range(32)))).subject(f" {issuer}", f"{patient_id} \0")
    assert PSEUDONYM.fullmatch(pseudonym)
    assert check_pseudonym(pseudonym)


def test_ten_thousand_patients_have_ten_thousand_pseudonyms():
    assert len({IDS.subject("", str(n)) for n in range(10_000)}) == 10_000


def test_case_and_width_of_letters_do_not_make_another_patient():
    assert IDS.subject("Hosp", "ab1") == IDS.subject("HOSP", "AB1") == IDS.subject("hosp", "ＡＢ１")


def test_leading_zeros_and_issuers_make_another_patient():
    same_digits = {IDS.subject("", "123"), IDS.subject("", "0123"), IDS.subject("x", "123")}
    assert len(same_digits) == 3


def test_issuer_and_number_never_run_together():
    assert IDS.subject("ab", "c") != IDS.subject("a", "bc")
    assert IDS.subject("1:a|1", "b") != IDS.subject("1:a", "1|b")


def test_lone_surrogates_are_no_crash():
    assert check_pseudonym(IDS.subject("", "a\udce4"))
    assert IDS.uid("1.2\udce4").startswith("2.25.")


def test_another_key_makes_everything_another():
    assert IDS.subject("", "1") != OTHER.subject("", "1")
    assert IDS.exam("1.2") != OTHER.exam("1.2")
    assert IDS.uid("1.2") != OTHER.uid("1.2")
    assert IDS.device("1") != OTHER.device("1")
    assert IDS.seal(b"x") != OTHER.seal(b"x")


def test_subject_and_exam_of_the_same_text_differ():
    assert IDS.subject("", "1.2.3") != IDS.exam("1.2.3")


def test_every_single_wrong_letter_is_found():
    pseudonym = IDS.subject("", "42")
    for place in range(17):
        for letter in "ABCXYZ234567":
            wrong = pseudonym[:place] + letter + pseudonym[place + 1 :]
            assert check_pseudonym(wrong) == (wrong == pseudonym)


@pytest.mark.parametrize("text", ["", "ABC", "a" * 17, "A" * 16, "1" * 17, "A" * 18])
def test_a_text_of_another_form_is_no_pseudonym(text):
    assert not check_pseudonym(text)


def test_the_check_character_is_of_the_alphabet():
    assert check_character("A" * 16) == "A"


@given(st.sets(uids, min_size=2, max_size=6))
def test_uids_map_one_to_one(originals):
    mapped = {IDS.uid(uid) for uid in originals}
    assert len(mapped) == len(originals)
    assert all(UID.fullmatch(uid) and uid.startswith("2.25.") and len(uid) <= 44 for uid in mapped)
    assert not mapped & originals


def test_padding_does_not_make_another_uid():
    assert IDS.uid("1.2.3") == IDS.uid("1.2.3\0") == IDS.uid(" 1.2.3 ")


def test_uids_of_the_standard_stay():
    assert IDS.uid("1.2.840.10008.5.1.4.1.1.4\0") == "1.2.840.10008.5.1.4.1.1.4"
    for other in (
        "1.2.840.100089.1",
        "1.2.840.10008.0042177",
        "1.2.840.10008.\xca",
        "1.2.840.10008.",
        "1.2.840.10008",
    ):
        assert IDS.uid(other).startswith("2.25.")


@given(numbers, numbers)
def test_the_offset_is_a_whole_number_of_days_within_the_declared_range(issuer, patient_id):
    offset = IDS.date_offset_days(issuer, patient_id)
    assert DATE_OFFSET_RANGE_DAYS[0] <= offset <= DATE_OFFSET_RANGE_DAYS[1] < 0
    assert offset == IDS.date_offset_days(issuer, patient_id)


def test_patients_have_different_offsets():
    offsets = {IDS.date_offset_days("", str(n)) for n in range(500)}
    assert len(offsets) > 400
    assert min(offsets) < -3500
    assert max(offsets) > -150


def test_a_device_name_tells_no_serial_number():
    assert re.fullmatch(r"D[A-Z2-7]{15}", IDS.device("77441199"))
    assert IDS.device("77441199") == IDS.device(" 77441199\0")
    assert IDS.device("1") != IDS.device("2")


def test_identities_show_only_the_key_id():
    assert repr(IDS) == f"Identities(key_id='{IDS.key_id}')"
