"""Stored reports of an earlier dictionary are written in the words of the present one; nothing is lost in silence."""

import pytest
from django.core.management import call_command

from cmr_dictionary import load
from cmr_registry.audit.models import AuditEvent
from cmr_registry.exams.models import CaseReport
from cmr_registry.exams.versions import entered_here, with_desk_entries
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality.tests.query_factories import exam_made

pytestmark = pytest.mark.django_db
OLD = {
    "hx_htn": {"value": "9", "source": "report_csv"},
    "hx_dm": {"value": "1", "source": "report_csv"},
    "hx_copd": {"missing": "withheld", "source": "desk"},
}


@pytest.fixture
def exam(riverside):
    with center_scope(ALL_CENTERS):
        return exam_made(riverside)


@pytest.fixture
def old_report(exam):
    with center_scope(ALL_CENTERS):
        return CaseReport.objects.create(
            center_id=exam.center_id,
            examination=exam,
            form="history",
            version=1,
            document=OLD,
            dictionary_version="1.0",
            recorded_at=exam.accepted_at,
            recorded_by="job:tests",
        )


def current(exam):
    with center_scope(ALL_CENTERS):
        return CaseReport.objects.get(examination=exam, form="history", is_current=True)


def test_a_report_of_an_earlier_dictionary_gets_a_new_version(old_report, exam, capsys):
    call_command("upgradereports")
    report = current(exam)
    assert (report.version, report.dictionary_version) == (2, load().version)
    assert report.document == {
        "hx_htn": {"missing": "unknown", "source": "report_csv"},
        "hx_dm": {"value": 1, "source": "report_csv"},
        "hx_copd": {"missing": "withheld", "source": "desk"},
    }
    assert "1 written anew" in capsys.readouterr().out
    with center_scope(ALL_CENTERS):
        old_report.refresh_from_db()
        assert (old_report.document, old_report.is_current) == (OLD, False)
        event = AuditEvent.objects.get(action="case_report.upgrade")
    assert event.detail == {"forms_changed": ["history"], "items_lost": []}


def test_a_second_run_writes_nothing(old_report, exam, capsys):
    call_command("upgradereports")
    call_command("upgradereports")
    assert current(exam).version == 2
    assert "0 written anew" in capsys.readouterr().out


def test_what_cannot_be_kept_is_told(old_report, exam, capsys):
    with center_scope(ALL_CENTERS):
        old = OLD | {"wm_abnormal_segments": {"value": ["1"], "source": "desk"}}
        CaseReport.objects.filter(pk=old_report.pk).update(document=old)
    call_command("upgradereports")
    assert "wm_abnormal_segments: 1 values could not be kept" in capsys.readouterr().out
    assert "wm_abnormal_segments" not in current(exam).document


def test_a_report_that_reads_the_same_stays_as_it_is(old_report, exam, capsys):
    with center_scope(ALL_CENTERS):
        CaseReport.objects.filter(pk=old_report.pk).update(document={"hx_dm": {"value": 1, "source": "desk"}})
    call_command("upgradereports")
    assert current(exam).version == 1
    assert "0 written anew" in capsys.readouterr().out


@pytest.mark.parametrize("brought_by", ["account:4d3c1c1e-0000-4000-8000-000000000000", "job:tables"])
def test_what_was_brought_here_is_no_statement_of_the_hospital_after_an_upgrade(old_report, exam, brought_by):
    with center_scope(ALL_CENTERS):
        document = {"hx_dm": {"value": "1", "source": "desk"}, "hx_copd": OLD["hx_copd"]}
        CaseReport.objects.filter(pk=old_report.pk).update(recorded_by=brought_by, document=document)
    call_command("upgradereports")
    report = current(exam)
    with center_scope(ALL_CENTERS):
        kept = with_desk_entries(report, {})
    assert kept == {
        "hx_copd": {"missing": "withheld", "source": "desk"},
        "hx_dm": {"value": 1, "source": "desk"},
    }


def test_what_the_hospital_stated_stays_its_statement_after_an_upgrade(old_report, exam):
    call_command("upgradereports")
    report = current(exam)
    with center_scope(ALL_CENTERS):
        assert entered_here(report) == frozenset()
