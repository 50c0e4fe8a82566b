"""Exams are checked when they change: what is stored, what is counted, and that no crash or repetition matters."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cmr_registry.exams.changes import exam_changed
from cmr_registry.intake.models import Delivery
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality import checking
from cmr_registry.quality.checking import batch_check
from cmr_registry.quality.judging import REFUSED_RULE
from cmr_registry.quality.models import ExamCheck, Finding, QualityTally, Recheck
from cmr_registry.quality.statuses import counted_items
from cmr_registry.quality.tests.factories import (
    QUARTER,
    exam_make,
    missing,
    report_write,
    said,
    whole_entries,
    work_all,
)
from cmr_registry.quality.words import Color
from cmr_registry.subjects.services import subject_withdraw
from cmr_registry.subjects.tasks import work_once as withdrawal_work

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
IMPOSSIBLE = {"lv_edv_ml": said(100.0), "lv_esv_ml": said(140.0)}


@pytest.fixture(autouse=True)
def everybody():
    with center_scope(ALL_CENTERS):
        yield


def check_of(exam):
    return ExamCheck.objects.get(pk=exam.pk)


def letter_of(exam, item):
    return check_of(exam).statuses[counted_items().index(item)]


def test_an_accepted_delivery_is_checked_by_the_job(exam_riverside):
    assert check_of(exam_riverside).is_due
    work_all()
    check = check_of(exam_riverside)
    assert not check.is_due
    assert check.color == Color.YELLOW
    assert (letter_of(exam_riverside, "lv_edv_ml"), letter_of(exam_riverside, "lv_mass_g")) == ("K", "R")
    assert letter_of(exam_riverside, "rv_edv_ml") == "X"
    assert check.n_by_source == {"report_csv": 4, "report_hl7": 1}
    tally = QualityTally.objects.get()
    assert (tally.n_exams, tally.n_yellow, tally.n_known) == (1, 1, check.n_known)


def test_an_exam_with_every_minimum_item_is_green_and_one_with_an_error_red(riverside):
    answered = exam_make(riverside, whole_entries())
    wrong = exam_make(riverside, IMPOSSIBLE)
    work_all()
    assert check_of(answered).color == Color.GREEN
    assert check_of(answered).n_errors == 0
    assert check_of(wrong).color == Color.RED
    finding = Finding.objects.filter(examination=wrong, severity="reject").first()
    assert finding.rule
    assert finding.quarter == QUARTER
    assert "140" not in finding.sentence


def test_an_exam_that_changed_is_checked_again_and_its_finding_goes(riverside):
    exam = exam_make(riverside, IMPOSSIBLE)
    work_all()
    assert check_of(exam).color == Color.RED
    report_write(exam, {**IMPOSSIBLE, "lv_esv_ml": said(45.0, "desk")}, version=2)
    exam_changed(exam)
    assert check_of(exam).is_due
    work_all()
    assert check_of(exam).color == Color.YELLOW
    assert check_of(exam).n_by_source == {"desk": 1, "report_csv": 1}
    assert not Finding.objects.filter(examination=exam, severity="reject").exists()
    assert QualityTally.objects.get().n_red == 0


def test_a_finding_that_is_found_again_stays_the_same_row(riverside):
    exam = exam_make(riverside, IMPOSSIBLE)
    work_all()
    before = set(Finding.objects.values_list("pk", flat=True))
    report_write(exam, {**IMPOSSIBLE, "lv_mass_g": said(90.0)}, version=2)
    ExamCheck.objects.update(is_due=True)
    work_all()
    assert before & set(Finding.objects.values_list("pk", flat=True)) == before


def test_a_batch_needs_as_many_queries_for_many_exams_as_for_few(riverside):
    def queries_for(n):
        for _ in range(n):
            exam_make(riverside, IMPOSSIBLE)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert batch_check() == n
        return len(captured)

    assert queries_for(2) == queries_for(12)


def test_a_batch_that_dies_leaves_its_exams_due_and_repeating_it_changes_nothing(riverside, monkeypatch):
    exam = exam_make(riverside, IMPOSSIBLE)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(checking, "findings_write", die)
        with pytest.raises(KeyboardInterrupt):
            batch_check()
    assert check_of(exam).is_due
    assert check_of(exam).color == ""
    work_all()
    found = list(Finding.objects.values_list("item", "rule"))
    ExamCheck.objects.update(is_due=True)
    work_all()
    assert list(Finding.objects.values_list("item", "rule")) == found


def test_a_value_that_was_refused_on_arrival_is_an_error_until_somebody_states_it(exam_riverside):
    problem = {"code": "value_rejected", "item": "rv_edv_ml", "detail": "A number is expected."}
    Delivery.objects.update(problems=[problem])
    work_all()
    finding = Finding.objects.get(rule=REFUSED_RULE)
    assert (finding.item, finding.severity) == ("rv_edv_ml", "reject")
    assert letter_of(exam_riverside, "rv_edv_ml") == "E"
    report_write(exam_riverside, {"rv_edv_ml": said(150.0, "desk")}, version=2)
    ExamCheck.objects.update(is_due=True)
    work_all()
    assert not Finding.objects.filter(rule=REFUSED_RULE).exists()


def test_another_exam_of_the_subject_makes_an_exam_due(riverside):
    first = exam_make(riverside, whole_entries())
    work_all()
    from_same = exam_make(riverside, whole_entries(), subject=first.subject, day=100, is_due=False)
    exam_changed(from_same)
    assert check_of(first).is_due
    assert check_of(from_same).is_due


def test_a_withdrawn_subject_is_counted_no_more(riverside, principal_of, steward):
    exam = exam_make(riverside, IMPOSSIBLE)
    exam_make(riverside, whole_entries())
    work_all()
    subject_withdraw(subject=exam.subject, by=principal_of(steward), scope="subject")
    assert not Finding.objects.filter(examination=exam.pk).exists()
    while withdrawal_work():
        pass
    work_all()
    tally = QualityTally.objects.get()
    assert (tally.n_exams, tally.n_red) == (1, 0)
    assert not ExamCheck.everything.filter(pk=exam.pk).exists()


def test_a_new_dictionary_has_every_exam_checked_anew_once(riverside, monkeypatch):
    exams = [exam_make(riverside, {"lv_mass_g": missing("unknown")}, is_due=False) for _ in range(5)]
    monkeypatch.setattr("cmr_registry.quality.rechecking.BATCH", 2)
    work_all()
    assert Recheck.objects.get().n_marked == 5
    assert all(letter_of(exam, "lv_mass_g") == "U" for exam in exams)
    monkeypatch.setattr("cmr_registry.quality.rechecking.judging_digest", lambda: "f" * 64)
    cache.clear()
    work_all()
    assert Recheck.objects.get(digest="f" * 64).n_marked == 5
