"""Many workers check at once, and exams change meanwhile: nothing is lost, nothing is checked in vain."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from cmr_exchange.queries import QueryAnswer
from cmr_registry.exams.changes import exam_changed
from cmr_registry.exams.models import Examination
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality import checking, query_checking
from cmr_registry.quality.checking import batch_check
from cmr_registry.quality.models import DataQuery, ExamCheck, Finding, QualityTally
from cmr_registry.quality.noting import exams_due
from cmr_registry.quality.query_services import Answer, query_answer
from cmr_registry.quality.tests.conftest import IMPOSSIBLE
from cmr_registry.quality.tests.factories import exam_make, report_write, said, work_all
from cmr_registry.quality.tests.query_factories import query_made

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(work):
    """`work()` in the scope of jobs, on a connection of its own."""

    def run():
        try:
            with center_scope(ALL_CENTERS):
                return work()
        finally:
            connection.close()

    return run


def check_all():
    n = 0
    while done := batch_check():
        n += done
    return n


def test_workers_share_the_exams_that_are_due(riverside, monkeypatch):
    monkeypatch.setattr(checking, "BATCH", 3)
    for _ in range(24):
        exam_make(riverside, IMPOSSIBLE)
    with ThreadPoolExecutor(4) as pool:
        done = [one.result() for one in [pool.submit(in_thread(check_all)) for _ in range(4)]]
    with center_scope(ALL_CENTERS):
        work_all()
        assert sum(done) == 24
        assert not ExamCheck.objects.filter(is_due=True).exists()
        assert QualityTally.objects.get().n_red == 24
        assert Finding.objects.filter(severity="reject").values("examination").distinct().count() == 24


def test_an_exam_that_changes_while_it_is_checked_is_checked_again(riverside, monkeypatch):
    exam = exam_make(riverside, IMPOSSIBLE)
    reading, changed = threading.Event(), threading.Event()
    write = checking.findings_write

    def slowly(*given):
        reading.set()
        changed.wait(0.5)
        write(*given)

    monkeypatch.setattr(checking, "findings_write", slowly)

    def change():
        reading.wait(10)
        with transaction.atomic():
            row = Examination.objects.select_for_update().get(pk=exam.pk)
            report_write(row, {"lv_edv_ml": said(150.0), "lv_esv_ml": said(60.0)}, version=2)
            exam_changed(row)
        changed.set()

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(in_thread(work)) for work in (batch_check, change)]
        assert both[0].result() == 1
        both[1].result()
    with center_scope(ALL_CENTERS):
        assert ExamCheck.objects.get(pk=exam.pk).is_due
        work_all()
        assert ExamCheck.objects.get(pk=exam.pk).n_errors == 0
        assert not Finding.objects.filter(severity="reject").exists()


def asked_about(exam):
    """The question that a check asked about an exam, whose value was corrected meanwhile: the exam is due again."""
    with center_scope(ALL_CENTERS):
        query = query_made(exam)
        Finding.objects.all().delete()
        exams_due([(exam.pk, exam.center_id)])
        return query


def test_a_correction_that_is_answered_while_its_exam_is_checked_closes_the_question(
    riverside, coordinator_riverside, principal_of, monkeypatch
):
    exam = exam_make(riverside, {})
    query, by = asked_about(exam), principal_of(coordinator_riverside)
    reading, answering = threading.Event(), threading.Event()
    write = checking.findings_write

    def slowly(*given):
        write(*given)
        reading.set()
        answering.wait(10)
        time.sleep(0.5)

    monkeypatch.setattr(checking, "findings_write", slowly)

    def answer():
        reading.wait(10)
        answering.set()
        query_answer(query=query, answer=Answer(QueryAnswer.VALUE_CORRECTED, 1), by=by)

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(in_thread(work)) for work in (batch_check, answer)]:
            one.result()
    with center_scope(ALL_CENTERS):
        work_all()
        assert DataQuery.objects.get().state == "closed"
        assert list(DataQuery.objects.get().entries.values_list("number", flat=True).order_by("number")) == [
            1,
            2,
            3,
        ]


def test_an_answer_that_comes_while_a_check_waits_for_the_queries_of_its_center_stays(
    riverside, coordinator_riverside, principal_of, monkeypatch
):
    exam = exam_make(riverside, {})
    query, by = asked_about(exam), principal_of(coordinator_riverside)
    plan, planned, answered = query_checking._plan, threading.Event(), threading.Event()

    def slowly(exams):
        found = plan(exams)
        planned.set()
        answered.wait(1)
        return found

    monkeypatch.setattr(query_checking, "_plan", slowly)

    def answer():
        planned.wait(10)
        query_answer(query=query, answer=Answer(QueryAnswer.NOT_AVAILABLE, 1), by=by)
        answered.set()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(in_thread(work)) for work in (batch_check, answer)]:
            one.result()
    with center_scope(ALL_CENTERS):
        found = DataQuery.objects.get()
        assert found.state == "closed"
        assert sorted(found.entries.values_list("step", flat=True)) == ["answered", "closed", "opened"]
