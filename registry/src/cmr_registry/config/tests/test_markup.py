"""The markup of every page: nothing inline, nothing from elsewhere, everything named (R51)."""

from html.parser import HTMLParser

import pytest
from django.urls import reverse

from cmr_registry.archive.models import Series
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

pytestmark = pytest.mark.django_db

LOCAL = ("/", "#", "?", "mailto:")
OPEN_TO_ALL = ["/", "/accounts/login/", "/accounts/password/reset/", "/nothing/here/"]
SIGNED_IN = ["/accounts/logout/", "/accounts/password/change/"]


class Markup(HTMLParser):
    """Notes what a strict policy would block, and what a screen reader would miss."""

    def __init__(self):
        super().__init__()
        self.faults = []
        self.ids = []
        self.headings = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        inline = [name for name in values if name == "style" or name.startswith("on")]
        if inline or tag == "style" or (tag == "script" and not values.get("src")):
            self.faults.append(f"inline: {tag} {inline}")
        for name in ("src", "href", "action"):
            if name in values and not (values[name] or "/").startswith(LOCAL):
                self.faults.append(f"elsewhere: {tag} {values[name]}")
        if tag == "img" and "alt" not in values:
            self.faults.append("img without alt")
        if tag == "th" and "scope" not in values:
            self.faults.append("th without scope")
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        self.ids += [values["id"]] if "id" in values else []


def faults_of(html):
    markup = Markup()
    markup.feed(html)
    faults = list(markup.faults)
    faults += [f"id twice: {name}" for name in set(markup.ids) if markup.ids.count(name) > 1]
    if markup.headings.count(1) != 1:
        faults.append(f"{markup.headings.count(1)} main headings")
    faults += [
        f"heading {below} under {above}"
        for above, below in zip([0, *markup.headings], markup.headings, strict=False)
        if below > above + 1
    ]
    return faults


def check(client, path):
    answer = client.get(path)
    html = answer.content.decode()
    assert faults_of(html) == [], path
    assert '<html lang="en' in html
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    return answer


def test_the_scan_finds_what_it_looks_for():
    bad = '<h1>a</h1><h3 id="x" style="a">b</h3><p id="x" onclick="b"></p><script>c</script>'
    bad += '<style></style><img src="https://elsewhere.example/a.png"><th></th>'
    assert len(faults_of(bad)) == 9


@pytest.mark.parametrize("path", OPEN_TO_ALL)
def test_pages_for_everybody(client, path):
    check(client, path)


@pytest.mark.parametrize("path", SIGNED_IN)
def test_pages_of_the_account(client, signed_in, coordinator_riverside, path):
    assert check(signed_in(client, coordinator_riverside), path).status_code == 200


def test_pages_of_a_coordinator(client, signed_in, coordinator_riverside, exam_riverside, exam_delivery):
    browser = signed_in(client, coordinator_riverside)
    with center_scope(ALL_CENTERS):
        series = Series.objects.get(study=exam_riverside.imaging_study_id, view="4ch")
    paths = [
        "/centers/",
        "/centers/upload/",
        reverse("exams:list"),
        reverse("exams:detail", args=[exam_riverside.pk]),
        reverse("exams:cine", args=[exam_riverside.pk, series.pk]),
        reverse("intake:deliveries"),
        reverse("intake:delivery", args=[exam_delivery.pk]),
    ]
    assert [check(browser, path).status_code for path in paths] == [200] * len(paths)


def test_a_form_with_errors_names_each_part_once(client, signed_in, coordinator_riverside):
    answer = signed_in(client, coordinator_riverside).post("/centers/upload/", {"center": "none"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count('class="errorlist"') == 2
    assert faults_of(html) == []
    assert html.count("id_archive_error") == 2, "the list, and the field that points to it"


def test_pages_of_the_steward_and_the_refusal_of_others(client, signed_in, steward, outsider, exam_delivery):
    assert check(signed_in(client, steward), "/steward/").status_code == 200
    assert check(signed_in(client, outsider), "/steward/").status_code == 403
    assert check(client, "/home/").status_code == 200


def test_the_page_of_a_fault_needs_nothing_that_may_be_broken(client, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("cmr_registry.public.views.centers_by_standing", broken)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
    assert faults_of(answer.content.decode()) == []
