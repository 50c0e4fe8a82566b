"""The cohort language: what can be said, what is refused with a sentence, and how a question reads."""

import functools
import json

import pytest

from cmr_registry.cohorts.conditions import ItemIs, Op
from cmr_registry.cohorts.query import CohortQuery, QueryError
from cmr_registry.cohorts.templates_of_studies import STUDY_TEMPLATES, study_template

EF = {"item": "lv_ef_pct", "op": ">=", "value": 55}
NESTED = functools.reduce(lambda inner, _: {"not": inner}, range(9), EF)


def asked(where, **more):
    return {"version": 1, "steps": [{"where": where}], **more}


def read(where, **more):
    return CohortQuery.from_document(asked(where, **more))


def refusal(document):
    with pytest.raises(QueryError) as caught:
        CohortQuery.from_document(document)
    return caught.value.where, caught.value.sentence


def test_a_question_reads_as_a_sentence():
    query = CohortQuery.from_document(
        {
            "version": 1,
            "index": "first",
            "steps": [
                {
                    "label": "normal",
                    "where": {"all": [EF, {"item": "wm_rest_all_normal", "op": "=", "value": True}]},
                },
                {"where": {"event": "aortic_valve_replacement", "through": 30}, "include": False},
            ],
            "min_follow_up_days": 365,
        }
    )
    assert query.sentence() == (
        "First exam of each person in which LV ejection fraction is at least 55 % and Wall motion at rest normal in"
        " all 17 segments is yes; without exams in which aortic valve replacement recorded until day 30 from the exam;"
        " died or watched for at least 365 days"
    )
    assert query.items() == {"lv_ef_pct", "wm_rest_all_normal"}


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ({"not": EF}, "it is known that not (LV ejection fraction is at least 55 %)"),
        ({"item": "sex", "op": "!=", "value": "M"}, "Sex (as recorded in the source) is known and not Male"),
        ({"item": "sex", "op": "missing"}, "Sex (as recorded in the source) is missing"),
        (
            {"item": "sex", "op": "missing", "value": ["unknown", "withheld"]},
            "Sex (as recorded in the source) is missing (unknown or withheld)",
        ),
        ({"exam": "age", "op": "between", "value": [18, 40]}, "age at the exam is from 18 years to 40 years"),
        ({"exam": "number", "op": "in", "value": [2, 1]}, "number of the exam among the person's is 1 or 2"),
        ({"exam": "has_images", "op": "=", "value": False}, "the exam has no images"),
        ({"series": "cine", "at_least": 2, "view": "sax"}, "at least 2 series of Cine (Short axis)"),
        ({"event": "pci", "happened": False}, "no pci recorded at any time"),
        ({"event": "death", "from": 0, "through": 365}, "death from day 0 through day 365 from the exam"),
        ({"event": "visit", "from": 10}, "visit recorded from day 10 from the exam on"),
        ({"center_in": ["b", "a"]}, "center is a or b"),
        ({"any": [EF, {"series": "cine"}]}, "(LV ejection fraction is at least 55 % or at least 1 series of Cine)"),
    ],
)  # fmt: skip
def test_conditions_read_as_words(where, sentence):
    assert read(where).sentence() == f"First exam of each person in which {sentence}"


def test_one_question_has_one_digest_however_it_was_typed():
    one = read({"item": "lge_present", "op": "in", "value": ["1", 2, "1"]}, index="first")
    other = read({"op": "in", "value": [2, 1], "item": "lge_present"}, min_follow_up_days=None)
    assert one == other
    assert one.digest() == other.digest()
    assert one.digest() != read({"item": "lge_present", "op": "in", "value": ["1"]}).digest()
    assert read({**EF, "value": 55.0}).digest() == read(EF).digest()
    assert CohortQuery.from_document(json.loads(json.dumps(one.to_document()))) == one


def test_values_are_brought_into_the_form_of_their_item():
    assert read({"item": "lge_performed", "op": "=", "value": 1}).steps[0].where == ItemIs(
        "lge_performed", Op.EQUAL, (True,)
    )
    assert read({"item": "lge_present", "op": "=", "value": 1}).steps[0].where.values == ("1",)


def test_naming_centers_is_noticed_wherever_it_stands():
    assert read({"any": [EF, {"not": {"center_in": ["riverside"]}}]}).names_centers()
    assert not read(EF).names_centers()


@pytest.mark.parametrize(
    ("where", "place", "sentence"),
    [
        ([], "steps[0].where", "A condition is an object."),
        ({}, "steps[0].where", "A condition has exactly one of all, any, not, item, exam, series, event, center_in."),
        ({"all": [EF], "any": [EF]}, "steps[0].where", "exactly one of"),
        ({"all": []}, "steps[0].where.all", "A list of 1 to 60 members"),
        ({"all": [EF, {"item": "nothing", "op": "known"}]}, "steps[0].where.all[1].item", "no such item"),
        ({"item": "local_mrn", "op": "known"}, "steps[0].where.item", "no such item"),
        ({"item": "center_id", "op": "=", "value": "1"}, "steps[0].where.item", "no such item"),
        ({"item": "center_accreditation", "op": "known"}, "steps[0].where.item", "no such item"),
        ({"item": "avr_type", "op": "known"}, "steps[0].where.item", "no such item"),
        ({"item": 7, "op": "known"}, "steps[0].where.item", "no such item"),
        ({"item": "lv_ef_pct"}, "steps[0].where", "Missing: op."),
        ({**EF, "unit": "%"}, "steps[0].where", "A field is unknown"),
        ({**EF, "op": "~"}, "steps[0].where.op", "Possible here"),
        ({"item": "sex", "op": "<", "value": "M"}, "steps[0].where.op", "Possible here: = != in known missing."),
        ({"item": "lge_performed", "op": "in", "value": [1]}, "steps[0].where.op", "Possible here: = != known"),
        ({"item": "sex", "op": "=", "value": "X"}, "steps[0].where.value", "A code of the item's list"),
        ({"item": "sex", "op": "=", "value": True}, "steps[0].where.value", "A code is expected."),
        ({"item": "lge_performed", "op": "=", "value": "yes"}, "steps[0].where.value", "Yes (true) or no (false)"),
        ({**EF, "value": "55"}, "steps[0].where.value", "A number is expected."),
        ({**EF, "value": True}, "steps[0].where.value", "A number is expected."),
        ({**EF, "value": float("nan")}, "steps[0].where.value", "of a sensible size"),
        ({**EF, "value": 1e12}, "steps[0].where.value", "of a sensible size"),
        ({"item": "lv_ef_pct", "op": ">="}, "steps[0].where", "Missing: value."),
        ({"item": "lv_ef_pct", "op": "known", "value": 1}, "steps[0].where.value", "takes no value"),
        ({**EF, "op": "between", "value": [60, 50]}, "steps[0].where.value", "The lower and the upper end"),
        ({**EF, "op": "between", "value": [50]}, "steps[0].where.value", "The lower and the upper end"),
        ({**EF, "op": "missing", "value": ["because"]}, "steps[0].where.value", "Missing codes are"),
        ({"exam": "weekday", "op": "=", "value": 1}, "steps[0].where.exam", "Of an exam may be asked"),
        ({"exam": "year", "op": "known"}, "steps[0].where.op", "Possible here"),
        ({"exam": "has_images", "op": ">", "value": 1}, "steps[0].where.op", "Possible here: =."),
        ({"series": "selfie"}, "steps[0].where.series", "No such kind of series."),
        ({"series": "lge", "at_least": 0}, "steps[0].where.at_least", "A whole number from 1 to 1000"),
        ({"series": "lge", "at_least": True}, "steps[0].where.at_least", "A whole number from 1 to 1000"),
        ({"series": "lge", "view": "above"}, "steps[0].where.view", "No such view."),
        ({"event": "wedding"}, "steps[0].where.event", "No such kind of event."),
        ({"event": "pci", "from": 9, "through": 3}, "steps[0].where", "The window ends before it begins."),
        ({"event": "pci", "happened": 1}, "steps[0].where.happened", "True or false"),
        ({"center_in": ["; drop table"]}, "steps[0].where.center_in", "Codes of centers"),
        (NESTED, "steps[0].where" + ".not" * 9, "Conditions nest at most 8 deep."),
    ],
)  # fmt: skip
def test_it_refuses_what_the_language_does_not_have(where, place, sentence):
    found = refusal(asked(where))
    assert found[0] == place
    assert sentence in found[1]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ("all exams", ""),
        ({"version": 2, "steps": []}, "version"),
        ({"version": True, "steps": []}, "version"),
        ({"version": 1}, ""),
        ({"version": 1, "steps": [], "limit": 5}, ""),
        ({"version": 1, "steps": {}}, "steps"),
        ({"version": 1, "steps": ["x"]}, "steps[0]"),
        ({"version": 1, "steps": [], "index": "best"}, "index"),
        ({"version": 1, "steps": [], "min_follow_up_days": 0}, "min_follow_up_days"),
        ({"version": 1, "steps": [{"where": EF, "include": 1}]}, "steps[0].include"),
        ({"version": 1, "steps": [{"where": EF, "label": "two\nlines"}]}, "steps[0].label"),
        ({"version": 1, "steps": [{"where": EF}] * 31}, "steps"),
        ({"version": 1, "steps": [{"where": {"all": [EF] * 50}}] * 5}, "steps"),
    ],
)
def test_it_refuses_what_is_no_question(document, place):
    assert refusal(document)[0] == place


def test_a_refusal_never_repeats_what_was_typed():
    with pytest.raises(QueryError) as caught:
        read({"item": "sex", "op": "=", "value": "Jane Doe"})
    assert "Jane" not in str(caught.value)


@pytest.mark.parametrize("template", STUDY_TEMPLATES, ids=lambda template: template.key)
def test_the_cohorts_of_the_five_projects_can_be_asked(template):
    query = template.query()
    assert query.steps
    assert query.sentence().startswith("First exam of each person in which ")
    assert study_template(template.key) is template
    assert "scmr.org" in template.source


def test_there_are_five_templates_and_no_other():
    assert len(STUDY_TEMPLATES) == 5
    assert study_template("nothing") is None


@pytest.mark.parametrize(
    ("where", "days", "landmark", "is_open"),
    [
        (EF, None, 0, False),
        (EF, 365, 365, False),
        ({"event": "pci", "through": 0}, None, 0, False),
        ({"not": {"event": "pci", "through": -1}}, None, 0, False),
        ({"all": [EF, {"event": "pci", "from": -9, "through": 90}]}, 30, 90, False),
        ({"not": {"event": "pci"}}, None, 0, True),
    ],
)
def test_it_says_until_when_it_looks_past_the_exam(where, days, landmark, is_open):
    document = {"version": 1, "steps": [{"where": where}], "min_follow_up_days": days}
    query = CohortQuery.from_document(document)
    assert (query.landmark_days(), query.has_open_window()) == (landmark, is_open)
