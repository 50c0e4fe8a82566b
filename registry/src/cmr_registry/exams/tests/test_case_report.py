"""Case-report values that a person enters: the service, what later deliveries leave of them, and the page."""

import pytest
from django.utils import timezone

from cmr_dictionary import load
from cmr_dictionary.case_report import BOTH, EMPTIED, Answer
from cmr_exchange.manifest import Contents, MissingCode, ReportValue, ValueSource
from cmr_registry.audit.models import AuditEvent
from cmr_registry.exams.entering import CHANGED_ITEM, CHANGED_MEANWHILE
from cmr_registry.exams.errors import CaseReportRejected
from cmr_registry.exams.models import CaseReport
from cmr_registry.exams.services import case_report_save, exam_record, values_problems
from cmr_registry.exams.tests.test_exam_record import CSV, REPORT, statement
from cmr_registry.subjects.services import subject_ensure

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject(all_centers, riverside):
    return subject_ensure(center=riverside, pseudonym="S" * 17, actor="job:x")


@pytest.fixture
def record(subject):
    def do(version=1, values=REPORT, **changes):
        manifest = statement(version=version, values=values, **changes)
        return exam_record(
            subject=subject, manifest=manifest, imaging_study=None, at=timezone.now(), actor="job:x"
        )

    return do


@pytest.fixture
def save(coordinator_riverside, principal_of):
    by = principal_of(coordinator_riverside)

    def do(exam, *, seen=None, **texts):
        answers = {
            name: text if isinstance(text, Answer) else Answer((text,) if text else ())
            for name, text in texts.items()
        }
        return case_report_save(exam=exam, answers=answers, by=by, seen=seen)

    return do


def stored(exam, form="lv"):
    return exam.case_reports.get(form=form, is_current=True).document


def missing(reason):
    return Answer(missing=reason)


def test_what_is_entered_becomes_a_new_version_with_source_desk(record, save, coordinator_riverside):
    exam = record()
    (report,) = save(exam, lv_esv_ml="60", lv_mass_g=missing("not_acquired"))
    assert report.version == 2
    assert report.recorded_by == f"account:{coordinator_riverside.pk}"
    assert stored(exam) == {
        "lv_edv_ml": {"value": 148.2, "source": "report_csv"},
        "lv_esv_ml": {"value": 60.0, "source": "desk"},
        "lv_mass_g": {"missing": "not_acquired", "source": "desk"},
    }
    assert list(stored(exam)) == [name for name in load().items if name in stored(exam)]


def test_one_event_is_left_that_holds_no_value(record, save):
    exam = record()
    save(exam, lv_esv_ml="60.5", iq_global="2")
    event = AuditEvent.objects.filter(action="case_report.save").get()
    assert event.detail == {"forms": {"lv": 2, "quality": 1}, "items_changed": 2}
    assert event.target == f"exam:{exam.pk}"


def test_the_same_answer_changes_nothing_and_keeps_its_source(record, save):
    exam = record()
    assert save(exam, lv_edv_ml="148.2", lv_mass_g=missing("not_reported")) == []
    assert CaseReport.objects.filter(examination=exam, form="lv").count() == 1
    assert not AuditEvent.objects.filter(action="case_report.save").exists()


def test_a_form_that_was_never_delivered_can_be_entered(record, save):
    exam = record(values={}, contents=Contents.REPORT_ONLY)
    assert not exam.has_report
    assert [one.version for one in save(exam, iq_global="2", seen={"quality": 0})] == [1]
    exam.refresh_from_db()
    assert exam.has_report


def test_an_own_entry_can_be_emptied_and_a_delivered_one_not(record, save):
    exam = record(values={"lv_edv_ml": ReportValue(CSV, 148.2)})
    save(exam, lv_esv_ml="60")
    save(exam, lv_esv_ml="")
    assert set(stored(exam)) == {"lv_edv_ml"}
    with pytest.raises(CaseReportRejected) as rejected:
        save(exam, lv_edv_ml="")
    assert rejected.value.problems == {"lv_edv_ml": EMPTIED}


def test_an_exam_whose_only_entry_is_emptied_awaits_its_report_again(record, save):
    exam = record(values={})
    save(exam, lv_esv_ml="60")
    save(exam, lv_esv_ml="")
    exam.refresh_from_db()
    assert not exam.has_report


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        ({"lv_esv_ml": "sixty"}, {"lv_esv_ml"}),
        ({"lv_esv_ml": "5000", "lv_edv_ml": "x"}, {"lv_esv_ml", "lv_edv_ml"}),
        ({"lv_esv_ml": "200"}, {"lv_esv_ml", "lv_edv_ml"}),
        ({"lv_software": "by Dr. Smith"}, {"lv_software"}),
        ({"lv_mass_g": Answer(("90",), "unknown")}, {"lv_mass_g"}),
        ({"lv_mass_g": missing("because")}, {"lv_mass_g"}),
        ({"iq_artifacts": Answer(("1", "77"))}, {"iq_artifacts"}),
    ],
)
def test_one_refused_value_stores_nothing(record, save, answers, refused):
    exam = record()
    before = CaseReport.objects.count()
    with pytest.raises(CaseReportRejected) as rejected:
        save(exam, iq_global="1", lv_wt_max_mm="11", **answers)
    assert set(rejected.value.problems) == refused
    assert CaseReport.objects.count() == before


def test_a_value_and_a_reason_are_one_too_many(record, save):
    with pytest.raises(CaseReportRejected) as rejected:
        save(record(), lv_esv_ml=Answer(("60",), "unknown"))
    assert rejected.value.problems == {"lv_esv_ml": BOTH}


def test_computed_items_and_items_of_follow_up_are_not_entered(record, save):
    exam = record()
    assert save(exam, lv_ef_pct="60", fu_nyha="1") == []


def test_two_people_who_change_different_items_both_survive(record, save):
    exam = record()
    page = {"lv_edv_ml": "148.2", "lv_esv_ml": "", "lv_wt_max_mm": ""}
    save(exam, **page | {"lv_esv_ml": "60"}, seen={"lv": 1})
    save(exam, **page | {"lv_wt_max_mm": "11"}, seen={"lv": 1})
    values = {name: entry.get("value") for name, entry in stored(exam).items()}
    assert values == {"lv_edv_ml": 148.2, "lv_esv_ml": 60.0, "lv_wt_max_mm": 11.0, "lv_mass_g": None}


def test_two_people_who_change_the_same_item_differently_are_told(record, save):
    exam = record()
    save(exam, lv_esv_ml="60", seen={"lv": 1})
    with pytest.raises(CaseReportRejected) as rejected:
        save(exam, lv_esv_ml="61", lv_wt_max_mm="11", seen={"lv": 1})
    assert rejected.value.problems == {"": CHANGED_MEANWHILE, "lv_esv_ml": CHANGED_ITEM}
    assert "lv_wt_max_mm" not in stored(exam)
    assert save(exam, lv_esv_ml="60", seen={"lv": 1}) == [], "the same again is no conflict"


def test_an_answer_of_one_page_is_checked_against_what_another_stored_meanwhile(record, save):
    exam = record(values={})
    save(exam, lv_edv_ml="100", seen={"lv": 0})
    with pytest.raises(CaseReportRejected) as rejected:
        save(exam, lv_esv_ml="120", seen={"lv": 0})
    assert set(rejected.value.problems) == {"lv_edv_ml", "lv_esv_ml"}


@pytest.mark.parametrize("seen", [{}, {"lv": 7}, {"lv": -1}])
def test_a_page_that_never_was_stores_nothing(record, save, seen):
    exam = record()
    with pytest.raises(CaseReportRejected) as rejected:
        save(exam, lv_esv_ml="61", seen=seen)
    assert rejected.value.problems == {"": CHANGED_MEANWHILE}


def test_entered_values_are_as_coarse_as_delivered_ones(record, save):
    exam = record()
    save(exam, height_cm="171.37")
    save(exam, age_at_exam_years="97", race=Answer(("1", "3")), sex="U")
    assert stored(exam, "vitals_labs")["height_cm"]["value"] == 171.5
    assert stored(exam, "subject") == {
        "age_at_exam_years": {"value": 90.0, "source": "desk"},
        "sex": {"missing": "unknown", "source": "desk"},
        "race": {"value": ["1", "3"], "source": "desk"},
    }


def test_a_delivery_leaves_desk_entries_that_it_does_not_state(record, save):
    exam = record()
    save(exam, lv_esv_ml="60")
    save(exam, iq_global="2")
    record(version=2, values={"lv_edv_ml": ReportValue(CSV, 150.0)})
    assert stored(exam) == {
        "lv_edv_ml": {"value": 150.0, "source": "report_csv"},
        "lv_esv_ml": {"value": 60.0, "source": "desk"},
    }
    assert stored(exam, "quality") == {"iq_global": {"value": "2", "source": "desk"}}
    assert stored(exam, "referral") == {}


def test_a_correction_survives_a_delivery_that_repeats_what_it_corrected(record, save):
    exam = record()
    save(exam, lv_edv_ml="140")
    record(version=2)
    assert stored(exam)["lv_edv_ml"] == {"value": 140.0, "source": "desk"}
    assert exam.case_reports.filter(form="lv").count() == 2


def test_a_delivery_that_states_the_item_anew_supersedes_the_desk(record, save):
    exam = record()
    save(exam, lv_edv_ml="140", lv_esv_ml="60")
    values = REPORT | {"lv_edv_ml": ReportValue(CSV, 139.0), "lv_esv_ml": ReportValue(CSV, 58.0)}
    record(version=2, values=values)
    assert stored(exam)["lv_edv_ml"] == {"value": 139.0, "source": "report_csv"}
    assert stored(exam)["lv_esv_ml"] == {"value": 58.0, "source": "report_csv"}


def test_a_value_typed_at_the_centers_desk_is_delivered_like_any_other(record, save):
    """Its source is `desk` too: what was entered here is told apart by who wrote the version."""
    exam = record(
        values={"lv_edv_ml": ReportValue(ValueSource.DESK, 150.0), "lv_esv_ml": ReportValue(CSV, 60.0)}
    )
    with pytest.raises(CaseReportRejected) as rejected:
        save(exam, lv_edv_ml="")
    assert rejected.value.problems == {"lv_edv_ml": EMPTIED}
    save(exam, lv_edv_ml="140", lv_wt_max_mm="11")
    record(version=2, values={"lv_edv_ml": ReportValue(ValueSource.DESK, 150.0)})
    assert stored(exam) == {
        "lv_edv_ml": {"value": 140.0, "source": "desk"},
        "lv_wt_max_mm": {"value": 11.0, "source": "desk"},
    }
    record(version=3, values={"lv_esv_ml": ReportValue(ValueSource.DESK, 61.0)})
    record(version=4, values={"lv_mass_g": ReportValue(CSV, 90.0)})
    assert set(stored(exam)) == {"lv_edv_ml", "lv_wt_max_mm", "lv_mass_g"}, "emptied there, gone here"


def test_old_codes_are_stored_as_the_present_dictionary_states_them(record):
    exam = record(
        values={
            "hx_htn": ReportValue(CSV, "9"),
            "hx_dm": ReportValue(CSV, "1"),
            "nyha": ReportValue(CSV, 2),
            "hx_af": ReportValue(CSV, missing=MissingCode.WITHHELD),
        }
    )
    assert stored(exam, "history") == {
        "hx_htn": {"missing": "unknown", "source": "report_csv"},
        "hx_dm": {"value": 1, "source": "report_csv"},
        "nyha": {"value": "2", "source": "report_csv"},
        "hx_af": {"missing": "withheld", "source": "report_csv"},
    }
    assert CaseReport.objects.get(form="history").dictionary_version == load().version


def test_volumes_that_cannot_be_are_stored_of_neither(record):
    values = {"lv_edv_ml": ReportValue(CSV, 100.0), "lv_esv_ml": ReportValue(ValueSource.DICOM, 120.0)}
    assert {problem.item for problem in values_problems(values)} == {"lv_edv_ml", "lv_esv_ml"}
    assert not record(values=values).has_report
