"""The exam list and the page of an exam."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmr_registry.archive.models import Series
from cmr_registry.audit.models import AuditEvent
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.subjects.models import Subject

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client, signed_in, coordinator_riverside):
    return signed_in(client, coordinator_riverside)


def more_exams(center, like, count):
    """Exams without images beside a real one."""
    with center_scope(ALL_CENTERS):
        for number in range(count):
            subject = Subject.objects.create(center=center, pseudonym=f"SUBJECT{number:010d}")
            Examination.objects.create(
                center=center,
                subject=subject,
                pseudonym=f"EXAM{number:013d}",
                version=1,
                deid_profile=like.deid_profile,
                key_id=like.key_id,
                accepted_at=like.accepted_at,
            )


def a_series(exam):
    with center_scope(ALL_CENTERS):
        return Series.objects.filter(study=exam.imaging_study_id, kind="cine", view="sax").first()


def test_the_list_shows_each_exam_with_kinds_images_and_report(coordinator, exam_riverside):
    page = coordinator.get(reverse("exams:list")).content.decode()
    assert exam_riverside.pseudonym[:8] in page
    assert f'title="{exam_riverside.pseudonym}"' in page
    assert "with report" in page
    assert '<span class="tag">Cine</span>' in page
    assert '<span class="tag">LGE</span>' in page
    assert f">{exam_riverside.imaging_study.n_instances}</td>" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("report=with", True),
        ("report=without", False),
        ("kind=cine", True),
        ("kind=flow4d", False),
        ("kind=nonsense&report=nonsense", True),
    ],
)
def test_a_filter_narrows_the_list_and_nonsense_is_left_out(coordinator, exam_riverside, query, shown):
    page = coordinator.get(f"{reverse('exams:list')}?{query}").content.decode()
    assert (exam_riverside.pseudonym in page) is shown


def test_htmx_gets_the_rows_alone(coordinator, exam_riverside):
    answer = coordinator.get(reverse("exams:list"), headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert exam_riverside.pseudonym.encode() in answer.content
    assert "HX-Request" in answer["Vary"]


def test_an_empty_list_says_when_exams_will_come(coordinator):
    assert b"As soon as the registry has accepted" in coordinator.get(reverse("exams:list")).content


def test_the_list_is_paged_and_asks_the_database_as_often_for_many_as_for_few(
    coordinator, riverside, exam_riverside
):
    coordinator.get(reverse("exams:list"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        coordinator.get(reverse("exams:list"))
    more_exams(riverside, exam_riverside, 30)
    with CaptureQueriesContext(connection) as many:
        first = coordinator.get(reverse("exams:list")).content.decode()
    second = coordinator.get(f"{reverse('exams:list')}?page=2&kind=").content.decode()
    assert len(many) == len(few)
    assert first.count("<tr>") == 26
    assert second.count("<tr>") == 7
    assert 'rel="next"' in first
    assert 'rel="next"' not in second
    assert "?page=1" in second


def test_the_page_shows_question_before_and_answer_after(coordinator, exam_riverside):
    page = coordinator.get(reverse("exams:detail", args=[exam_riverside.pk])).content.decode()
    before, after = page.index("Before the exam"), page.index("After the exam")
    assert before < page.index("Suspected or known CAD/ischemia") < after
    assert after < page.index("Ischemic cardiomyopathy/infarct")


def test_a_missing_value_is_told_with_its_reason(coordinator, exam_riverside):
    page = coordinator.get(reverse("exams:detail", args=[exam_riverside.pk])).content.decode()
    assert "missing: not reported" in page
    assert "missing: not acquired" in page
    assert "148.2 mL" in page
    assert f'href="{reverse("public:dictionary_item", args=["lv_edv_ml"])}"' in page


def test_the_page_leads_to_the_receipt_and_to_the_cine_view(coordinator, exam_riverside, exam_delivery):
    page = coordinator.get(reverse("exams:detail", args=[exam_riverside.pk])).content.decode()
    assert reverse("intake:receipt", args=[exam_delivery.pk]) in page
    assert f"/exams/{exam_riverside.pk}/cine/" in page


@pytest.mark.parametrize("prepared", [True, False])
def test_a_link_to_the_viewer_stands_only_where_there_is_one(
    coordinator, exam_riverside, settings, tmp_path, prepared
):
    settings.VIEWER_DIR = tmp_path / "viewer"
    if prepared:
        settings.VIEWER_DIR.mkdir()
        (settings.VIEWER_DIR / "index.html").touch()
    page = coordinator.get(reverse("exams:detail", args=[exam_riverside.pk])).content.decode()
    assert ("/viewer/" in page) is prepared


def test_what_a_center_sends_is_escaped(coordinator, exam_riverside):
    hostile = "<script>alert(1)</script>"
    with center_scope(ALL_CENTERS):
        Series.objects.update(description=hostile)
        report = CaseReport.objects.get(form="lv")
        report.document = {"lv_note": {"value": hostile, "source": hostile}, hostile: {"missing": hostile}}
        report.save()
    page = coordinator.get(reverse("exams:detail", args=[exam_riverside.pk])).content.decode()
    assert hostile not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_thumbnail_is_a_picture_that_only_the_browser_may_keep(coordinator, exam_riverside):
    answer = coordinator.get(
        reverse("exams:thumbnail", args=[exam_riverside.pk, a_series(exam_riverside).pk])
    )
    assert answer.content.startswith(b"\x89PNG")
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("name", "extra"), [("thumbnail", []), ("cine_description", []), ("cine_sheet", [0])]
)
def test_what_a_browser_keeps_it_asks_about_and_learns_nothing_after_sign_out(
    coordinator, exam_riverside, name, extra
):
    path = reverse(f"exams:{name}", args=[exam_riverside.pk, a_series(exam_riverside).pk, *extra])
    first = coordinator.get(path)
    assert first.status_code == 200
    assert (first["Cache-Control"], "Cookie" in first["Vary"]) == ("private, no-cache", True)
    held = {"If-None-Match": first["ETag"]}
    again = coordinator.get(path, headers=held)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert coordinator.get(path, headers={"If-None-Match": '"other"'}).content == first.content
    coordinator.logout()
    assert coordinator.get(path, headers=held).status_code == 302


def test_every_position_has_a_tag_of_its_own(coordinator, exam_riverside):
    series = a_series(exam_riverside).pk
    tags = {
        coordinator.get(reverse("exams:cine_sheet", args=[exam_riverside.pk, series, position]))["ETag"]
        for position in range(2)
    }
    assert len(tags) == 2


def test_another_centers_exam_and_none_at_all_get_the_same_answer(
    client, signed_in, coordinator_lakeside, exam_riverside
):
    lakeside = signed_in(client, coordinator_lakeside)
    series = a_series(exam_riverside).pk
    for name, extra in [
        ("detail", []),
        ("thumbnail", [series]),
        ("cine", [series]),
        ("cine_description", [series]),
        ("cine_sheet", [series, 0]),
    ]:
        foreign = lakeside.get(reverse(f"exams:{name}", args=[exam_riverside.pk, *extra]))
        absent = lakeside.get(reverse(f"exams:{name}", args=[uuid.uuid4(), *extra]))
        assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content)
        assert foreign.status_code == 404
    assert exam_riverside.pseudonym.encode() not in lakeside.get(reverse("exams:list")).content


def test_a_series_of_another_exam_is_absent(coordinator, exam_riverside):
    assert coordinator.get(reverse("exams:cine", args=[exam_riverside.pk, uuid.uuid4()])).status_code == 404


def test_nobody_is_asked_to_sign_in_and_an_outsider_is_refused(client, signed_in, outsider):
    assert client.get(reverse("exams:list")).headers["Location"].startswith("/accounts/login/")
    refused = signed_in(client, outsider).get(reverse("exams:list"))
    assert refused.status_code == 403
    assert b"Your roles do not let you see the center" in refused.content


def test_looking_at_an_exam_leaves_one_view_event(coordinator, coordinator_riverside, exam_riverside):
    views = AuditEvent.objects.filter(action="study.view", chain=str(exam_riverside.center_id))
    coordinator.get(reverse("exams:list"))
    assert not views.exists()
    series = a_series(exam_riverside).pk
    coordinator.get(reverse("exams:detail", args=[exam_riverside.pk]))
    coordinator.get(reverse("exams:thumbnail", args=[exam_riverside.pk, series]))
    coordinator.get(reverse("exams:cine_sheet", args=[exam_riverside.pk, series, 0]))
    assert views.get().actor == f"account:{coordinator_riverside.pk}"


def test_a_look_that_was_refused_leaves_no_view_event(
    client, signed_in, coordinator_lakeside, exam_riverside
):
    signed_in(client, coordinator_lakeside).get(reverse("exams:detail", args=[exam_riverside.pk]))
    assert not AuditEvent.objects.filter(action="study.view").exists()
