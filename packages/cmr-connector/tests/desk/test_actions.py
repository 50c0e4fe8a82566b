"""What a person may do to an exam, and the line that each act leaves."""

import pytest

from cmr_connector.desk.acts import WORDS, Act
from cmr_connector.intake import Source
from cmr_connector.states import DeliveryState, ExamState


def test_a_held_exam_is_released_only_by_a_person_who_says_to_have_looked(
    person, no_heart, workplace, registry, deliver, desk
):
    page = f"/exams/{no_heart.id}/release"
    assert page in person.get(f"/exams/{no_heart.id}").text
    assert "images of a head must never leave" in person.get(page).text
    assert person.post(page).status_code == 400
    assert workplace.store.exams.get(no_heart.id).state is ExamState.HELD
    assert person.post(page, {"checked": "yes"}).status_code == 303
    deliver(workplace)
    assert workplace.store.exams.get(no_heart.id).state is ExamState.DELIVERED
    [act] = desk.acts.listed(Act.RELEASED)
    assert (act.account, act.subject, act.exam) == ("jane.doe", no_heart.pseudonym, str(no_heart.id))


def test_an_exam_that_is_not_held_cannot_be_released(person, delivered):
    assert person.get(f"/exams/{delivered.id}/release").status_code == 303
    answer = person.post(f"/exams/{delivered.id}/release", {"checked": "yes"})
    assert answer.status_code == 409
    assert "moved on" in answer.text


def test_an_exam_held_for_another_reason_cannot_be_released(person, workplace, cmr_exam, deliver, no_patient):
    row = no_patient
    assert "release" not in person.get(f"/exams/{row.id}").text
    assert person.post(f"/exams/{row.id}/release", {"checked": "yes"}).status_code == 409


def test_a_queued_exam_is_tried_at_once_when_a_person_asks(
    person, workplace, cmr_exam, deliver, registry, desk
):
    exam = cmr_exam()
    workplace.intake.take(exam.root / exam.files[0], Source.SCP)
    registry.fail_next = 1
    deliver(workplace, rounds=2)
    [row] = workplace.store.exams.listed()
    assert row.state is ExamState.QUEUED
    assert 'action="/retry"' in person.get(f"/exams/{row.id}").text
    assert person.post("/retry", {"exam": str(row.id)}).headers["location"] == f"/exams/{row.id}"
    deliver(workplace)
    assert workplace.store.exams.get(row.id).state is ExamState.DELIVERED
    assert [act.act for act in desk.acts.listed(Act.RETRIED)] == [Act.RETRIED]


def test_a_retry_never_leads_to_another_host(person):
    assert person.post("/retry", {"exam": "//evil.example"}).headers["location"] == "/"


def test_an_exam_whose_version_was_refused_is_sent_again(person, delivered, workplace, deliver, registry):
    refuse_newest(workplace, delivered)
    shown = person.get(f"/exams/{delivered.id}").text
    assert f"/exams/{delivered.id}/send-again" in shown
    assert person.post(f"/exams/{delivered.id}/send-again").status_code == 303
    assert workplace.store.exams.get(delivered.id).state is ExamState.ARRIVING
    assert person.post(f"/exams/{delivered.id}/send-again").status_code == 409


def refuse_newest(workplace, exam):
    """As the sender leaves an exam whose manifest the registry refused."""
    store = workplace.store
    store.exams.wake(exam.id)
    store.exams.settle(exam.id)
    store.exams.claim_settled()
    store.exams.move(exam.id, ExamState.HELD, "value_rejected")
    assert store.outbox.of_exam(exam.id)[0].state is DeliveryState.ACCEPTED


def test_every_act_has_its_words():
    assert set(WORDS) == set(Act)


@pytest.mark.parametrize("path", ["/exams/77/release", "/exams/77/send-again"])
def test_an_act_on_an_exam_that_does_not_exist_is_refused(person, path):
    assert person.post(path, {"checked": "yes"}).status_code == 404
