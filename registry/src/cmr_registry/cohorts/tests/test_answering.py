"""Questions of people: what they are told, what is refused, and what is remembered of it."""

import json
import uuid

import pytest

from cmr_registry.accounts.models import Account
from cmr_registry.audit.models import AuditEvent
from cmr_registry.cohorts import answering
from cmr_registry.cohorts.answering import RESEARCH_BREAKDOWN_NAMES, cohort_answer, safe_univariate
from cmr_registry.cohorts.answers import Outcome
from cmr_registry.cohorts.disclosure import Kind
from cmr_registry.cohorts.errors import QueryError
from cmr_registry.cohorts.models import AnsweredQuestion, ShownSet
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.selecting import cohort_select
from cmr_registry.cohorts.tests.factories import item, question
from cmr_registry.config.principal import principal_of_account
from cmr_registry.projects.tests.factories import approved

EVERYTHING = RESEARCH_BREAKDOWN_NAMES
AGE = "age_at_exam_years"


def query_of(*conditions, **more):
    return CohortQuery.from_document(question(*conditions, **more))


def ask(account, *conditions, breakdown=(), project=None, **more):
    return cohort_answer(
        principal=principal_of_account(account),
        query=query_of(*conditions, **more),
        breakdown=breakdown,
        project=project,
    )


def persons_of(snapshot, *conditions, **more):
    return cohort_select(query_of(*conditions, **more), snapshot).n_subjects


@pytest.fixture
def colleague(db):
    return Account.objects.create(
        email="colleague@example.org", display_name="Colleague", institution="  hillcrest   UNIVERSITY "
    )


@pytest.fixture
def stranger(db):
    return Account.objects.create(
        email="stranger@example.org", display_name="Stranger", institution="Elsewhere"
    )


@pytest.fixture
def few_apart(snapshot):
    """Two thresholds of age between which 1 to 10 persons lie."""
    counts = {age: persons_of(snapshot, item(AGE, ">=", age)) for age in range(40, 90)}
    return next((low, low + 1) for low in range(40, 89) if 1 <= counts[low] - counts[low + 1] <= 10)


@pytest.mark.parametrize("index", ["first", "last", "any"])
def test_every_table_can_be_asked_and_every_number_says_what_it_is(snapshot, researcher, index):
    answer = ask(researcher, item("sex", "=", "M"), breakdown=EVERYTHING, index=index)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.persons.kind is Kind.ROUNDED
    assert len(answer.tables) > 20
    document = json.loads(json.dumps(answer.to_document()))
    kinds = {cell["persons"]["kind"] for table in document["tables"] for cell in table["cells"]}
    assert kinds <= {"exact", "rounded", "hidden"}
    assert "rounded" in kinds


def test_the_printed_total_is_near_the_truth(snapshot, researcher):
    truth = persons_of(snapshot, item("sex", "=", "F"))
    answer = ask(researcher, item("sex", "=", "F"))
    assert abs(answer.persons.value - truth) < answer.base
    assert answer.persons.value % answer.base == 0


def test_two_wordings_of_one_question_are_answered_alike(snapshot, researcher, stranger):
    one = ask(researcher, item("sex", "=", "M"), breakdown=EVERYTHING)
    other = ask(researcher, {"not": item("sex", "!=", "M")}, breakdown=EVERYTHING)
    third = ask(stranger, {"any": [item("sex", "in", ["M"])]}, breakdown=EVERYTHING)
    assert one.persons == other.persons == third.persons
    assert one.tables == other.tables == third.tables


def test_a_question_that_differs_by_few_persons_is_refused(snapshot, researcher, few_apart):
    low, high = few_apart
    first = ask(researcher, item(AGE, ">=", low))
    second = ask(researcher, item(AGE, ">=", high), breakdown=EVERYTHING)
    assert first.outcome is Outcome.ANSWERED
    assert second.outcome is Outcome.REFUSED
    assert second.reason
    assert second.persons.kind is Kind.REFUSED
    assert {step.persons.kind for step in second.steps} == {Kind.REFUSED}
    assert not second.tables


def test_the_refused_question_does_not_stand_in_the_way_of_the_first(snapshot, researcher, few_apart):
    low, high = few_apart
    first = ask(researcher, item(AGE, ">=", low))
    ask(researcher, item(AGE, ">=", high))
    assert ask(researcher, item(AGE, ">=", low)) == first


def test_a_colleague_of_the_institution_counts_as_told(snapshot, researcher, colleague, stranger, few_apart):
    low, high = few_apart
    ask(researcher, item(AGE, ">=", low))
    assert ask(colleague, item(AGE, ">=", high)).outcome is Outcome.REFUSED
    assert ask(stranger, item(AGE, ">=", high)).outcome is Outcome.ANSWERED


def test_people_of_a_center_without_an_institution_count_as_one(
    snapshot, coordinator_riverside, center_pi, coordinator_lakeside, few_apart
):
    low, high = few_apart
    ask(coordinator_riverside, item(AGE, ">=", low))
    assert ask(center_pi, item(AGE, ">=", high)).outcome is Outcome.REFUSED
    assert ask(coordinator_lakeside, item(AGE, ">=", high)).outcome is Outcome.ANSWERED


def test_members_of_a_project_count_as_told(snapshot, researcher, stranger, few_apart):
    low, high = few_apart
    project = uuid.uuid4()
    ask(researcher, item(AGE, ">=", low), project=project)
    assert ask(stranger, item(AGE, ">=", high), project=project).outcome is Outcome.REFUSED


def test_members_of_a_project_count_as_told_whoever_asks_for_what(snapshot, researcher, stranger, few_apart):
    low, high = few_apart
    approved(researcher, members=[stranger])
    ask(researcher, item(AGE, ">=", low))
    assert ask(stranger, item(AGE, ">=", high)).outcome is Outcome.REFUSED


@pytest.mark.parametrize("typed", ["Hillcrest Univ.", "the  Hillcrest university", "HILLCREST-UNIVERSITY"])
def test_another_spelling_of_the_institution_helps_nobody(snapshot, researcher, stranger, few_apart, typed):
    low, high = few_apart
    stranger.institution = typed
    stranger.save()
    ask(researcher, item(AGE, ">=", low))
    assert ask(stranger, item(AGE, ">=", high)).outcome is Outcome.REFUSED


def test_who_types_the_name_of_a_center_counts_as_its_people_do(
    snapshot, coordinator_riverside, stranger, few_apart
):
    low, high = few_apart
    stranger.institution = "Riverside Heart Hosp."
    stranger.save()
    ask(coordinator_riverside, item(AGE, ">=", low))
    assert ask(stranger, item(AGE, ">=", high)).outcome is Outcome.REFUSED


def test_what_the_public_was_told_everybody_was_told(snapshot, researcher, few_apart):
    low, high = few_apart
    cohort_answer(principal=answering.PUBLIC, query=query_of(item(AGE, ">=", low)))
    assert ask(researcher, item(AGE, ">=", high)).outcome is Outcome.REFUSED


def test_a_chain_of_questions_never_tells_two_sets_that_differ_by_few(snapshot, researcher):
    told = []
    for age in range(40, 80):
        answer = ask(researcher, item(AGE, ">=", age))
        if answer.outcome is Outcome.ANSWERED and answer.persons.kind is Kind.ROUNDED:
            told.append(persons_of(snapshot, item(AGE, ">=", age)))
    gaps = {abs(one - other) for one in told for other in told}
    assert len(told) > 5
    assert not gaps & set(range(1, 11))


def test_a_step_close_to_an_earlier_answer_is_hidden(snapshot, researcher, few_apart):
    low, high = few_apart
    ask(researcher, item(AGE, ">=", low))
    answer = ask(researcher, item(AGE, ">=", high), item("sex", "=", "M"))
    assert answer.outcome is Outcome.ANSWERED
    assert answer.steps[1].persons.kind is Kind.HIDDEN
    assert answer.persons.kind is Kind.ROUNDED


def test_a_total_close_to_an_earlier_cell_is_refused(snapshot, researcher, few_apart):
    low, high = few_apart
    ask(researcher, item(AGE, ">=", low), breakdown=("sex",))
    outcomes = {ask(researcher, item(AGE, ">=", high), item("sex", "=", sex)).outcome for sex in "MF"}
    assert Outcome.REFUSED in outcomes


def test_small_questions_are_hidden_whatever_the_number(snapshot, researcher):
    empty = ask(researcher, item(AGE, ">=", 40), excluded=[item(AGE, ">=", 40)])
    assert empty.persons.kind is Kind.HIDDEN
    assert {cell.persons.kind for table in empty.tables for cell in table.cells} <= {Kind.HIDDEN}


def test_only_the_steward_names_centers(snapshot, researcher, steward):
    query = CohortQuery.from_document(question({"center_in": ["cohort-0"]}))
    with pytest.raises(QueryError):
        cohort_answer(principal=principal_of_account(researcher), query=query)
    answer = cohort_answer(principal=principal_of_account(steward), query=query, breakdown=("center",))
    assert answer.persons.kind is Kind.ROUNDED
    assert "cohort-0" in {cell.label for cell in answer.tables[0].cells}


def test_nobody_else_has_counts_by_center(snapshot, researcher):
    """Sizes of centers, even without names, tell beside a release which center stayed out of it."""
    with pytest.raises(QueryError):
        ask(researcher, breakdown=("center",))
    with pytest.raises(QueryError):
        safe_univariate("center")
    assert "cohort-" not in json.dumps(ask(researcher, breakdown=EVERYTHING).to_document())


def test_the_completeness_of_an_item_is_told_once(snapshot, researcher):
    answer = ask(researcher, breakdown=("sex", "known"))
    names = [table.name for table in answer.tables]
    assert "known:sex" not in names
    assert "known:lv_ef_pct" in names


def test_one_item_alone_can_be_asked_for(snapshot, researcher):
    answer = ask(researcher, breakdown=("known:lv_edv_ml",))
    assert [table.name for table in answer.tables] == ["known:lv_edv_ml"]


@pytest.mark.parametrize("name", ["nothing", "sex:x", "known:mrn", "known:*"])
def test_it_refuses_a_table_that_does_not_exist(snapshot, researcher, name):
    with pytest.raises(QueryError):
        ask(researcher, breakdown=(name,))


def test_a_failure_is_no_zero(snapshot, researcher, monkeypatch, capsys):
    def broken(*_, **__):
        raise RuntimeError("secret")

    monkeypatch.setattr(answering, "cohort_select", broken)
    answer = ask(researcher, item("sex", "=", "M"))
    assert answer.outcome is Outcome.FAILED
    assert answer.persons.kind is Kind.FAILED
    assert {step.persons.kind for step in answer.steps} == {Kind.FAILED}
    assert "secret" not in capsys.readouterr().err


def test_what_the_engine_refuses_is_told(snapshot, researcher, monkeypatch):
    def refusing(*_, **__):
        raise QueryError("not so")

    monkeypatch.setattr(answering, "cohort_select", refusing)
    with pytest.raises(QueryError):
        ask(researcher)


def test_without_a_snapshot_nothing_is_known(researcher):
    answer = ask(researcher)
    assert answer.outcome is Outcome.FAILED
    assert "snapshot" in answer.reason


def test_the_audit_trail_has_digests_and_counts_only(snapshot, researcher):
    ask(researcher, item("final_diagnosis", "known"), breakdown=("sex",))
    event = AuditEvent.objects.get(action="cohort.ask")
    assert event.detail.keys() == {"query", "snapshot", "outcome", "tables", "counts_shown"}
    assert "final_diagnosis" not in json.dumps(event.detail)


def test_the_same_answer_again_is_remembered_once(snapshot, researcher):
    ask(researcher, breakdown=("sex",))
    sets = ShownSet.objects.count()
    ask(researcher, breakdown=("sex",))
    assert AnsweredQuestion.objects.count() == 2
    assert ShownSet.objects.count() == sets > 0


def test_the_public_sees_safe_tables(snapshot):
    answer = safe_univariate("sex")
    assert [table.name for table in answer.tables] == ["sex"]
    assert answer.persons.kind is Kind.ROUNDED
