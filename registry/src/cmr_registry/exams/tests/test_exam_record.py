import dataclasses
import datetime

import pytest
from django.utils import timezone

from cmr_exchange.manifest import Contents, DeliveryManifest, MissingCode, ReportValue, ValueSource
from cmr_registry.exams.errors import SubjectMismatchError, SupersededError
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.exams.selectors import exam_find, exam_list, exam_values
from cmr_registry.exams.services import exam_record, values_problems
from cmr_registry.lib.scope import center_scope
from cmr_registry.subjects.services import subject_ensure

pytestmark = pytest.mark.django_db
CSV = ValueSource.REPORT_CSV
REPORT = {
    "lv_edv_ml": ReportValue(CSV, 148.2),
    "lv_mass_g": ReportValue(CSV, missing=MissingCode.NOT_REPORTED),
    "indication_primary": ReportValue(ValueSource.REPORT_HL7, "2"),
}


def statement(**changes):
    facts = {
        "exchange_version": 1,
        "center": "riverside",
        "subject": "S" * 17,
        "exam": "E" * 17,
        "version": 1,
        "contents": Contents.REPORT_ONLY,
        "day": 4,
        "exam_year": 2020,
        "profile": "p-1",
        "profile_digest": "a" * 64,
        "dictionary_version": "1.0",
        "key_id": "k-1",
        "software": "tests",
        "values": REPORT,
    }
    return DeliveryManifest(**(facts | changes))


@pytest.fixture
def subject(all_centers, riverside):
    return subject_ensure(center=riverside, pseudonym="S" * 17, actor="job:x")


@pytest.fixture
def record(subject):
    def do(manifest, **options):
        return exam_record(
            subject=options.pop("subject", subject),
            manifest=manifest,
            imaging_study=None,
            at=timezone.now(),
            actor="job:x",
            **options,
        )

    return do


def current(form):
    return CaseReport.objects.get(form=form, is_current=True)


def form_of(item):
    return next(report.form for report in CaseReport.objects.all() if item in report.document)


def test_each_form_is_one_document(record):
    exam = record(statement())
    assert exam.has_report
    assert current(form_of("lv_edv_ml")).document == {
        "lv_edv_ml": {"value": 148.2, "source": "report_csv"},
        "lv_mass_g": {"missing": "not_reported", "source": "report_csv"},
    }
    assert form_of("indication_primary") != form_of("lv_edv_ml")


def test_a_changed_form_is_a_new_row_and_an_unchanged_one_is_not(record):
    record(statement())
    record(statement(version=2, values=REPORT | {"lv_edv_ml": ReportValue(CSV, 150.0)}))
    form = form_of("lv_edv_ml")
    assert list(
        CaseReport.objects.filter(form=form).order_by("version").values_list("version", "is_current")
    ) == [
        (1, False),
        (2, True),
    ]
    assert CaseReport.objects.filter(form=form_of("indication_primary")).count() == 1


def test_a_form_that_is_no_longer_stated_becomes_empty(record):
    record(statement())
    form = form_of("indication_primary")
    exam = record(statement(version=2, values={"lv_edv_ml": REPORT["lv_edv_ml"]}))
    assert current(form).document == {}
    assert form not in [shown.form for shown in exam_values(exam)]


def test_images_alone_leave_the_report_as_it_stands(record):
    record(statement())
    exam = record(statement(version=2, contents=Contents.IMAGES_ONLY, values={}))
    assert (exam.version, exam.has_report) == (2, True)


def test_images_alone_add_what_their_headers_tell_and_touch_nothing_else(record):
    exam = record(statement())
    told = {
        "lv_edv_ml": ReportValue(ValueSource.DICOM, 11.0),
        "scanner_vendor": ReportValue(ValueSource.DICOM, "1"),
    }
    exam = record(statement(version=2, contents=Contents.IMAGES_ONLY, values=told))
    values = {value.item: value for form in exam_values(exam) for value in form.values}
    assert values["lv_edv_ml"].text.startswith("148.2")
    assert values["scanner_vendor"].text == "Siemens"


def test_an_exam_whose_images_came_first_has_values_and_no_report(record):
    told = {"scanner_vendor": ReportValue(ValueSource.DICOM, "1")}
    exam = record(statement(contents=Contents.IMAGES_ONLY, values=told))
    again = record(statement(version=2, contents=Contents.IMAGES_ONLY, values={}))
    assert not exam.has_report
    assert not again.has_report
    assert CaseReport.objects.get(is_current=True).document["scanner_vendor"]["value"] == "1"


def test_the_dictionary_has_the_last_word(record):
    values = REPORT | {"lv_edv_ml": ReportValue(CSV, -5.0), "made_up": ReportValue(CSV, 1)}
    assert {problem.item for problem in values_problems(values)} == {"lv_edv_ml", "made_up"}
    record(statement(values=values))
    stored = [item for report in CaseReport.objects.all() for item in report.document]
    assert sorted(stored) == ["indication_primary", "lv_mass_g"]


def test_an_unknown_item_is_a_problem_even_when_it_is_missing():
    values = {"made_up": ReportValue(CSV, missing=MissingCode.UNKNOWN)}
    assert [problem.item for problem in values_problems(values)] == ["made_up"]


def test_an_exam_never_changes_its_subject(record, riverside):
    record(statement())
    other = subject_ensure(center=riverside, pseudonym="T" * 17, actor="job:x")
    with pytest.raises(SubjectMismatchError):
        record(statement(version=2), subject=other)


def test_an_older_version_never_replaces_a_newer_one(record):
    record(statement(version=3))
    with pytest.raises(SupersededError):
        record(statement(version=2))


def test_a_manifest_that_the_registry_made_states_nothing_of_a_known_exam(record):
    record(statement(version=2))
    made = statement(
        version=2, contents=Contents.IMAGES_ONLY, values={}, day=None, exam_year=None, key_id="none"
    )
    exam = record(made, is_stated=False)
    assert (exam.day, exam.exam_year, exam.key_id) == (4, 2020, "k-1")


def test_values_are_shown_with_label_unit_source_and_the_word_for_what_is_missing(record):
    exam = record(statement())
    shown = {value.item: value for form in exam_values(exam) for value in form.values}
    assert shown["lv_edv_ml"].text == "148.2 mL"
    assert shown["lv_edv_ml"].source == "from the report (table)"
    assert (shown["lv_mass_g"].missing, shown["lv_mass_g"].text) == ("not_reported", "not reported")
    assert shown["indication_primary"].text not in ("2", "")


def test_the_list_is_newest_first_within_a_constant_number_of_queries(
    record, riverside, django_assert_num_queries
):
    for n in range(12):
        exam = record(statement(exam="E" * 15 + "AB"[n % 2] + "CDEFGHIJKLMN"[n]))
        Examination.objects.filter(pk=exam.pk).update(
            accepted_at=timezone.now() + datetime.timedelta(days=n), has_report=n % 3 == 0
        )
    with django_assert_num_queries(1):
        rows = list(exam_list()[:10])
        assert [row.subject.pseudonym for row in rows] == ["S" * 17] * 10
    assert [row.accepted_at for row in rows] == sorted((row.accepted_at for row in rows), reverse=True)
    assert exam_list(has_report=True).count() == 4
    assert exam_list(kind="cine").count() == 0


def test_another_centers_exam_is_not_found(record, lakeside):
    exam = record(statement())
    assert exam_find(exam.pk) == exam
    with center_scope({lakeside.pk}):
        assert exam_find(exam.pk) is None


def test_the_exams_of_a_withdrawn_subject_are_gone_at_once(record, subject):
    exam = record(statement())
    subject.withdrawn_at = timezone.now()
    subject.save()
    assert exam_find(exam.pk) is None


def test_the_statement_itself_is_left_alone(record):
    manifest = statement()
    before = dataclasses.replace(manifest)
    record(manifest)
    assert manifest == before


def test_values_of_an_earlier_dictionary_are_stored_in_the_words_of_the_present_one(record):
    values = {
        "hx_htn": ReportValue(CSV, "9"),
        "hx_dm": ReportValue(CSV, "1"),
        "race": ReportValue(CSV, ["1", "9"]),
        "sex": ReportValue(CSV, missing=MissingCode.WITHHELD),
    }
    record(statement(values=values, dictionary_version="1.0"))
    stored = {name: entry for report in CaseReport.objects.all() for name, entry in report.document.items()}
    assert stored["hx_htn"] == {"source": CSV.value, "missing": "unknown"}
    assert (stored["hx_dm"]["value"], stored["race"]["value"]) == (1, ["1"])
    assert stored["sex"]["missing"] == "withheld"


def test_what_an_earlier_dictionary_said_and_the_present_one_cannot_is_told(record):
    values = {"death_cause": ReportValue(CSV, "1"), "wm_abnormal_segments": ReportValue(CSV, ["1"])}
    assert {problem.item for problem in values_problems(values, "1.0")} == {
        "death_cause",
        "wm_abnormal_segments",
    }
    record(statement(values=values, dictionary_version="1.0"))
    assert not any(report.document for report in CaseReport.objects.all())


def test_a_version_that_is_newer_than_the_registry_is_read_as_the_present_one(record):
    assert values_problems(REPORT, "99.0") == ()
