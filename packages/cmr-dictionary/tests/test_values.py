import contextlib
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_dictionary import ItemKind, RejectReason, ValueRejected, display, load, parse_value
from cmr_dictionary.checks import Severity, check_values, is_rejected
from cmr_dictionary.values import range_words, unit_words

MOMENT = dataclasses.replace(load().items["birth_date"], name="sampled_at", kind=ItemKind.DATETIME)
ITEMS = {**load().items, "sampled_at": MOMENT}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("lv_edv_ml", "154.5", 154.5),
        ("lv_edv_ml", " 154 ", 154.0),
        ("lv_gls_pct", "-18.2", -18.2),
        ("sax_n_slices", "12", 12),
        ("sax_n_slices", "12.0", 12),
        ("optout", "yes", 1),
        ("optout", "N", 0),
        ("rhythm", "2", "2"),
        ("rhythm", "atrial fibrillation/flutter", "2"),
        ("sex", "f", "F"),
        ("race", "1;3", ["1", "3"]),
        ("race", "White | Asian", ["1", "3"]),
        ("race", "1~1", ["1"]),
        ("t1_scheme", "MOLLI 5(3)3", "MOLLI 5(3)3"),
        ("birth_date", "19500219", "1950-02-19"),
        ("birth_date", "1950-02-19", "1950-02-19"),
        ("exam_time", "0930", "09:30:00"),
        ("exam_time", "09:30:15", "09:30:15"),
        ("sampled_at", "20200101 0930", "2020-01-01T09:30:00"),
        ("sampled_at", "2020-01-01T09:30:15", "2020-01-01T09:30:15"),
    ],
)
def test_texts_become_typed_values(name, text, value):
    parsed = parse_value(ITEMS[name], text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("lv_edv_ml", "", RejectReason.LENGTH),
        ("lv_edv_ml", "9" * 300, RejectReason.LENGTH),
        ("lv_edv_ml", "154,5", RejectReason.TYPE),
        ("lv_edv_ml", "154 ml", RejectReason.TYPE),
        ("lv_edv_ml", "nan", RejectReason.TYPE),
        ("lv_edv_ml", "1e2", RejectReason.TYPE),
        ("lv_edv_ml", "0.5", RejectReason.RANGE),
        ("lv_edv_ml", "901", RejectReason.RANGE),
        ("sax_n_slices", "12.5", RejectReason.TYPE),
        ("rhythm", "77", RejectReason.SELECTION),
        ("race", "1;77", RejectReason.SELECTION),
        ("optout", "maybe", RejectReason.SELECTION),
        ("birth_date", "19.02.1950", RejectReason.TYPE),
        ("birth_date", "1950-02-31", RejectReason.TYPE),
        ("exam_time", "25:00", RejectReason.TYPE),
        ("exam_time", "noon", RejectReason.TYPE),
        ("sampled_at", "2020-01-01", RejectReason.TYPE),
        ("sampled_at", "2020-13-01 09:30", RejectReason.TYPE),
    ],
)
def test_it_refuses_what_cannot_be_read_and_keeps_the_value_to_itself(name, text, reason):
    with pytest.raises(ValueRejected) as caught:
        parse_value(ITEMS[name], text)
    assert caught.value.reason == reason
    assert caught.value.code == reason.value
    assert len(text) < 3 or text not in str(caught.value)


@given(text=st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    for item in list(ITEMS.values())[::9]:
        with contextlib.suppress(ValueRejected):
            assert parse_value(item, text) is not None


@given(data=st.data())
def test_what_is_parsed_within_limits_passes_the_checks(data):
    item = data.draw(
        st.sampled_from([i for i in ITEMS.values() if i.kind == ItemKind.NUMBER and i.hard_min is not None])
    )
    number = data.draw(st.floats(item.hard_min, item.hard_max))
    value = (
        parse_value(item, f"{number:.4f}") if item.hard_min <= round(number, 4) <= item.hard_max else number
    )
    assert not is_rejected(check_values({item.name: value}))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("lv_edv_ml", 154.5, "154.5 mL"),
        ("lv_edvi_ml_m2", 80, "80 mL/m²"),
        ("bsa_mosteller_m2", 1.9, "1.9 m²"),
        ("sbp_mmhg", 120, "120 mmHg"),
        ("heart_rate_bpm", 72, "72 bpm"),
        ("lv_ef_pct", 55.3, "55.3 %"),
        ("lge_pct_lv", 4, "4 % LV mass"),
        ("n_images", 1_234_567, "1234567"),
        ("rhythm", "1", "Sinus"),
        ("rhythm", "77", "77"),
        ("race", ["1", "3"], "White, Asian"),
        ("optout", 1, "Yes"),
        ("optout", "0", "No"),
        ("optout", "odd", "odd"),
        ("t1_scheme", "MOLLI 5(3)3", "MOLLI 5(3)3"),
    ],
)
def test_values_are_shown_with_label_and_unit(name, value, shown):
    assert display(ITEMS[name], value) == shown


def test_a_sound_report_has_no_problem():
    values = {
        "lv_edv_ml": 154.5,
        "sax_n_slices": 12,
        "lv_ef_pct": 55.3,
        "rhythm": "1",
        "sex": "F",
        "race": ["1", "3"],
        "optout": 0,
        "t1_scheme": "MOLLI 5(3)3",
    }
    assert check_values(values) == ()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("lv_edv_ml", "154", RejectReason.TYPE),
        ("lv_edv_ml", True, RejectReason.TYPE),
        ("lv_edv_ml", float("nan"), RejectReason.TYPE),
        ("lv_edv_ml", None, RejectReason.TYPE),
        ("lv_edv_ml", 0.5, RejectReason.RANGE),
        ("sax_n_slices", 12.5, RejectReason.TYPE),
        ("rhythm", "77", RejectReason.SELECTION),
        ("rhythm", ["1"], RejectReason.TYPE),
        ("rhythm", True, RejectReason.TYPE),
        ("race", "1", RejectReason.TYPE),
        ("race", ["77"], RejectReason.SELECTION),
        ("race", ["1", "1"], RejectReason.SELECTION),
        ("race", [["1"]], RejectReason.TYPE),
        ("optout", "perhaps", RejectReason.SELECTION),
        ("optout", [1], RejectReason.SELECTION),
        ("t1_scheme", "seen by Dr. Smith", RejectReason.SELECTION),
        ("t1_scheme", "", RejectReason.LENGTH),
        ("t1_scheme", "M" * 65, RejectReason.LENGTH),
        ("t1_scheme", 5, RejectReason.TYPE),
        ("local_mrn", "123", RejectReason.NOT_TRANSFERABLE),
        ("exam_date", "2020-01-01", RejectReason.NOT_TRANSFERABLE),
        ("report_text", "fine", RejectReason.NOT_TRANSFERABLE),
        ("patient_name", "x", RejectReason.UNKNOWN_ITEM),
    ],
)
def test_it_rejects_values_that_may_not_cross(name, value, code):
    (problem,) = check_values({name: value})
    assert (problem.item, problem.code, problem.severity) == (name, code, Severity.REJECT)
    assert is_rejected((problem,))
    assert not isinstance(value, str) or len(value) < 3 or value not in problem.sentence


def test_an_unusual_value_is_questioned_and_not_rejected():
    problems = check_values({"lv_edv_ml": 400})
    assert [(p.code, p.severity) for p in problems] == [(RejectReason.UNUSUAL, Severity.WARN)]
    assert problems[0].sentence == "Values from 50 to 350 mL are usual; please confirm."
    assert not is_rejected(problems)


def test_a_name_that_cannot_be_an_item_is_not_repeated():
    assert [problem.item for problem in check_values({"Doe, John": 1})] == ["?"]


@pytest.mark.parametrize(
    ("low", "high", "words"), [(None, 5.0, "up to 5"), (1.0, None, "from 1"), (1.0, 5.0, "from 1 to 5")]
)
def test_a_range_is_said_in_words(low, high, words):
    item = dataclasses.replace(ITEMS["lv_edv_ml"], hard_min=low, hard_max=high)
    with pytest.raises(ValueRejected, match=f"A value {words} mL is expected"):
        parse_value(item, "0.5" if high is None else "99")


@pytest.mark.parametrize(
    ("name", "limits", "unit"),
    [
        ("lv_edv_ml", "from 1 to 900 mL", "mL"),
        ("lv_edvi_ml_m2", "", "mL/m²"),
        ("sex", "", ""),
        ("echo_offset_days", "from -3650 to 3650 days", "days"),
        ("exercise_mets", "from 1 to 30 METs", "METs"),
    ],
)
def test_limits_and_units_have_words(name, limits, unit):
    assert range_words(ITEMS[name]) == limits
    assert unit_words(ITEMS[name]) == unit
