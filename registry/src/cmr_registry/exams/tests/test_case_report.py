"""Case-report values that a person enters: the service, what later deliveries leave of them, and the page."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from cmr_dictionary import entered_forms, load
from cmr_exchange.manifest import Contents, MissingCode, ReportValue, ValueSource
from cmr_registry.audit.models import AuditEvent
from cmr_registry.exams.entering import BOTH, CHANGED_MEANWHILE, EMPTIED, Answer
from cmr_registry.exams.errors import CaseReportRejected
from cmr_registry.exams.models import CaseReport
from cmr_registry.exams.services import case_report_save, exam_record, values_problems
from cmr_registry.exams.tests.test_exam_record import CSV, REPORT, statement
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
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

    def do(exam, form="lv", *, seen_version=None, **texts):
        answers = {
            name: text if isinstance(text, Answer) else Answer((text,) if text else ())
            for name, text in texts.items()
        }
        return case_report_save(exam=exam, form=form, answers=answers, by=by, seen_version=seen_version)

    return do


def stored(exam, form="lv"):
    return exam.case_reports.get(form=form, is_current=True).document


def missing(reason):
    return Answer(missing=reason)


def test_what_is_entered_becomes_a_new_version_with_source_desk(record, save, coordinator_riverside):
    exam = record()
    report = save(exam, lv_esv_ml="60", lv_mass_g=missing("not_acquired"))
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
    save(exam, lv_esv_ml="60.5")
    event = AuditEvent.objects.filter(action="case_report.save").get()
    assert event.detail == {"form": "lv", "version": 2, "items_changed": 1}
    assert event.target == f"exam:{exam.pk}"


def test_the_same_answer_changes_nothing_and_keeps_its_source(record, save):
    exam = record()
    assert save(exam, lv_edv_ml="148.2", lv_mass_g=missing("not_reported")) is None
    assert CaseReport.objects.filter(examination=exam, form="lv").count() == 1
    assert not AuditEvent.objects.filter(action="case_report.save").exists()


def test_a_form_that_was_never_delivered_can_be_entered(record, save):
    exam = record(values={}, contents=Contents.REPORT_ONLY)
    assert not exam.has_report
    assert save(exam, "quality", iq_global="2", seen_version=0).version == 1
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
    ("form", "answers", "refused"),
    [
        ("lv", {"lv_esv_ml": "sixty"}, {"lv_esv_ml"}),
        ("lv", {"lv_esv_ml": "5000", "lv_edv_ml": "x"}, {"lv_esv_ml", "lv_edv_ml"}),
        ("lv", {"lv_esv_ml": "200"}, {"lv_esv_ml", "lv_edv_ml"}),
        ("lv", {"lv_software": "by Dr. Smith"}, {"lv_software"}),
        ("lv", {"lv_mass_g": Answer(("90",), "unknown")}, {"lv_mass_g"}),
        ("lv", {"lv_mass_g": missing("because")}, {"lv_mass_g"}),
        ("quality", {"iq_artifacts": Answer(("1", "77"))}, {"iq_artifacts"}),
    ],
)
def test_one_refused_value_stores_nothing(record, save, form, answers, refused):
    exam = record()
    before = CaseReport.objects.count()
    with pytest.raises(CaseReportRejected) as rejected:
        save(exam, form, lv_wt_max_mm="11", **answers)
    assert set(rejected.value.problems) == refused
    assert CaseReport.objects.count() == before


def test_a_value_and_a_reason_are_one_too_many(record, save):
    with pytest.raises(CaseReportRejected) as rejected:
        save(record(), lv_esv_ml=Answer(("60",), "unknown"))
    assert rejected.value.problems == {"lv_esv_ml": BOTH}


def test_computed_items_and_items_of_other_forms_are_not_entered(record, save):
    exam = record()
    assert save(exam, lv_ef_pct="60", iq_global="1") is None


def test_a_form_that_changed_meanwhile_is_not_overwritten(record, save):
    exam = record()
    save(exam, lv_esv_ml="60", seen_version=1)
    with pytest.raises(CaseReportRejected) as rejected:
        save(exam, lv_esv_ml="61", seen_version=1)
    assert rejected.value.problems == {"": CHANGED_MEANWHILE}


def test_entered_values_are_as_coarse_as_delivered_ones(record, save):
    exam = record()
    save(exam, "vitals_labs", height_cm="171.37")
    save(exam, "subject", age_at_exam_years="97", race=Answer(("1", "3")), sex="U")
    assert stored(exam, "vitals_labs")["height_cm"]["value"] == 171.5
    assert stored(exam, "subject") == {
        "age_at_exam_years": {"value": 90.0, "source": "desk"},
        "sex": {"missing": "unknown", "source": "desk"},
        "race": {"value": ["1", "3"], "source": "desk"},
    }


def test_a_delivery_leaves_desk_entries_that_it_does_not_state(record, save):
    exam = record()
    save(exam, lv_esv_ml="60")
    save(exam, "quality", iq_global="2")
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


@pytest.fixture
def coordinator(client, signed_in, coordinator_riverside):
    return signed_in(client, coordinator_riverside)


def address(exam, form="lv"):
    return reverse("exams:case_report", args=[exam.pk, form])


def document_of(exam, form="lv"):
    with center_scope(ALL_CENTERS):
        return CaseReport.objects.get(examination=exam, form=form, is_current=True).document


def typed(page):
    """What the browser would send back of a page as it stands."""
    fields = re.findall(
        r'<input (?:class="[^"]*" |type="hidden" )?name="([^"]+)"[^>]*? value="([^"]*)"', page
    )
    chosen = re.findall(r'<select[^>]* name="([^"]+)".*?</select>', page, re.DOTALL)
    for name in chosen:
        select = re.search(rf'<select[^>]* name="{name}".*?</select>', page, re.DOTALL)[0]
        selected = re.search(r'value="([^"]*)" selected', select)
        fields.append((name, selected[1] if selected else ""))
    ticked = re.findall(r'type="checkbox" name="([^"]+)" value="([^"]+)" checked', page)
    data = {name: [value] for name, value in fields if name != "csrfmiddlewaretoken"}
    for name, value in ticked:
        data.setdefault(name, []).append(value)
    return data


@pytest.mark.parametrize("form", entered_forms())
def test_every_form_can_be_opened_and_saved_as_it_stands(coordinator, exam_riverside, form):
    page = coordinator.get(address(exam_riverside, form))
    assert page.status_code == 200
    with center_scope(ALL_CENTERS):
        before = CaseReport.objects.count()
    answer = coordinator.post(address(exam_riverside, form), typed(page.content.decode()), follow=True)
    assert "Nothing has changed." in answer.content.decode()
    with center_scope(ALL_CENTERS):
        assert CaseReport.objects.count() == before


def test_the_page_shows_label_unit_range_code_list_and_missing_code(coordinator, exam_riverside):
    page = coordinator.get(address(exam_riverside)).content.decode()
    assert 'value="148.2"' in page
    assert "Allowed: from 1 to 900 mL" in page
    assert 'value="not_reported" selected' in page
    assert "Stored from: report (table)" in page
    assert "58.8 %" in page
    assert "computed by the registry" in page
    assert page.count(">Hypokinetic</option>") == 34
    assert "Asked if “Wall motion at rest normal in all 17 segments” is not Yes." in page


def test_what_is_not_asked_now_says_so(coordinator, exam_riverside):
    page = coordinator.get(address(exam_riverside, "lge")).content.decode()
    assert "Not asked now. Asked if “LGE performed” is Yes." in page
    assert "is-not-asked" in page


def test_a_saved_form_is_a_new_version_and_the_exam_shows_it(coordinator, exam_riverside):
    data = typed(coordinator.get(address(exam_riverside)).content.decode())
    data |= {"v-lv_wt_max_mm": ["11"], "v-wm_rest_all_normal": ["1"], "v-lv_thrombus": ["missing:unknown"]}
    answer = coordinator.post(address(exam_riverside), data, follow=True)
    assert "Saved as version 2." in answer.content.decode()
    document = document_of(exam_riverside)
    assert document["lv_wt_max_mm"] == {"value": 11.0, "source": "desk"}
    assert document["wm_rest_all_normal"] == {"value": 1, "source": "desk"}
    assert document["lv_thrombus"] == {"missing": "unknown", "source": "desk"}
    page = coordinator.get(reverse("exams:detail", args=[exam_riverside.pk])).content.decode()
    assert "entered by a person" in page
    assert address(exam_riverside, "exam") in page


def test_a_list_is_ticked(coordinator, exam_riverside):
    data = typed(coordinator.get(address(exam_riverside, "history")).content.decode())
    coordinator.post(address(exam_riverside, "history"), data | {"v-meds": ["1", "9"]})
    assert document_of(exam_riverside, "history")["meds"] == {"value": ["1", "9"], "source": "desk"}
    page = coordinator.get(address(exam_riverside, "history")).content.decode()
    assert "2 ticked" in page
    assert typed(page)["v-meds"] == ["1", "9"]


def test_a_refused_form_keeps_what_was_typed_and_stores_nothing(coordinator, exam_riverside):
    data = typed(coordinator.get(address(exam_riverside)).content.decode())
    data |= {"v-lv_edv_ml": ["much"], "v-lv_wt_max_mm": ["11"]}
    answer = coordinator.post(address(exam_riverside), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was saved." in page
    assert 'href="#f-lv_edv_ml"' in page
    assert 'value="much"' in page
    assert 'value="11"' in page
    assert page.count('aria-invalid="true"') == 1
    assert "lv_wt_max_mm" not in document_of(exam_riverside)


def test_a_stale_page_keeps_what_was_typed(coordinator, exam_riverside):
    data = typed(coordinator.get(address(exam_riverside)).content.decode())
    coordinator.post(address(exam_riverside), data | {"v-lv_wt_max_mm": ["11"]})
    answer = coordinator.post(address(exam_riverside), data | {"v-lv_wt_max_mm": ["12"]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else changed this form meanwhile." in page
    assert 'value="12"' in page
    again = coordinator.post(address(exam_riverside), typed(page), follow=True).content.decode()
    assert "Saved as version 3." in again


def test_a_post_that_shows_no_page_is_refused(coordinator, exam_riverside):
    assert coordinator.post(address(exam_riverside), {}).status_code == 422
    assert document_of(exam_riverside)["lv_edv_ml"]["value"] == 148.2


def test_an_odd_value_is_stored_and_questioned(coordinator, exam_riverside):
    data = typed(coordinator.get(address(exam_riverside)).content.decode())
    answer = coordinator.post(address(exam_riverside), data | {"v-lv_ef_reported_pct": ["40"]}, follow=True)
    assert "Please look: Differs by more than 3 points from the volumes" in answer.content.decode()


@pytest.mark.parametrize("form", ["followup", "nothing"])
def test_a_form_that_is_none_of_an_exam_is_absent(coordinator, exam_riverside, form):
    assert coordinator.get(address(exam_riverside, form)).status_code == 404


def test_who_only_sees_exams_cannot_enter_values(client, signed_in, center_pi, exam_riverside):
    pi = signed_in(client, center_pi)
    assert pi.get(address(exam_riverside)).status_code == 403
    assert pi.post(address(exam_riverside), {}).status_code == 403
    assert (
        address(exam_riverside, "exam")
        not in pi.get(reverse("exams:detail", args=[exam_riverside.pk])).content.decode()
    )


def test_another_centers_exam_is_absent(client, signed_in, coordinator_lakeside, exam_riverside):
    other = signed_in(client, coordinator_lakeside)
    assert other.get(address(exam_riverside)).status_code == 404
    assert other.post(address(exam_riverside), {"seen_version": "1"}).status_code == 404
