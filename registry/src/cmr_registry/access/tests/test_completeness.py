from cmr_registry.access.application_form import SECTIONS, FieldKind
from cmr_registry.access.completeness import changes_of, data_needs_of, lacks_of
from cmr_registry.access.tests.factories import ANSWERS


def test_a_full_application_lacks_nothing():
    assert lacks_of(ANSWERS, has_certificate=True) == []


def test_an_empty_one_lacks_every_required_answer_in_the_order_of_the_form():
    lacks = lacks_of({}, has_certificate=False)
    required = [
        (section.letter, question.name)
        for section in SECTIONS
        for question in section.questions
        if question.required
    ]
    assert set(required) <= {(lack.section.letter, lack.question.name) for lack in lacks}
    assert [lack.section.letter for lack in lacks] == sorted(lack.section.letter for lack in lacks)


def test_without_a_certificate_it_is_incomplete():
    (lack,) = lacks_of(ANSWERS, has_certificate=False)
    assert lack.question.kind is FieldKind.CERTIFICATE
    assert "certificate" in lack.sentence


def test_whoever_wants_images_says_which_and_why():
    answers = {**ANSWERS, "C": {**ANSWERS["C"], "images": True, "kinds": [], "images_why": ""}}
    assert [lack.question.name for lack in lacks_of(answers, has_certificate=True)] == ["kinds", "images_why"]


def test_whoever_wants_to_download_says_why():
    answers = {**ANSWERS, "F": {**ANSWERS["F"], "where": "download", "where_why": ""}}
    (lack,) = lacks_of(answers, has_certificate=True)
    assert lack.question.name == "where_why"


def test_a_promise_that_is_not_ticked_is_missing():
    answers = {**ANSWERS, "I": {**ANSWERS["I"], "no_linkage": False}}
    (lack,) = lacks_of(answers, has_certificate=True)
    assert lack.sentence == "Please confirm this."


def test_data_needs_are_what_projects_keep():
    assert data_needs_of(ANSWERS) == {
        "images": True,
        "kinds": ["cine", "lge"],
        "items": ["lv_ef_pct", "sex"],
        "follow_up": True,
        "download": True,
    }
    none = {**ANSWERS, "C": {**ANSWERS["C"], "images": False}}
    assert data_needs_of(none)["kinds"] == []


def test_changes_name_the_questions_and_an_empty_answer_equals_none():
    after = {**ANSWERS, "D": {**ANSWERS["D"], "power": "more"}, "A": {**ANSWERS["A"], "overlap": ""}}
    assert changes_of(ANSWERS, after) == {("D", "power")}
    assert changes_of(ANSWERS, ANSWERS) == frozenset()
