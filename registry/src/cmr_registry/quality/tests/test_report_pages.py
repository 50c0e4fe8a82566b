"""Pages of data quality: colors, own shares beside unnamed centers, findings with ways to mend, files, counts."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmr_registry.audit.models import AuditEvent
from cmr_registry.quality.models import Census, ExamCheck, Finding, PeerTally, QualityTally
from cmr_registry.quality.services import MonthCount, census_record
from cmr_registry.quality.shares import Share, percent_text
from cmr_registry.quality.tests.conftest import IMPOSSIBLE
from cmr_registry.quality.tests.factories import NOW, QUARTER, exam_make, work_all

pytestmark = pytest.mark.django_db
HERE = f"/quality/?center=riverside&quarter={QUARTER}"


class Shares(HTMLParser):
    """Collects every percentage of a page, and those that carry what they are made of."""

    def __init__(self):
        super().__init__()
        self.loose, self.made, self._open = [], [], None

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if "data-num" in values:
            self._open = (int(values["data-num"]), int(values["data-den"]))

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, data):
        found = re.findall(r"\d[\d.,]*\s?%", data)
        if self._open and found:
            self.made.append((*self._open, data.strip()))
        else:
            self.loose += found


def stored_pairs():
    """Every numerator and denominator that the registry has stored."""
    pairs = set()
    for tally in QualityTally.objects.all():
        pairs |= {(tally.n_known, tally.n_obliged), (tally.n_answered, tally.n_obliged)}
        pairs |= {(getattr(tally, f"n_{color}"), tally.n_exams) for color in ("green", "yellow", "red")}
        pairs |= {(counts["n"], counts["of"]) for counts in tally.items.values()}
        total = sum(counts["values"] for counts in tally.sources.values())
        pairs |= {(counts["values"], total) for counts in tally.sources.values()}
    for check in ExamCheck.objects.all():
        pairs |= {(check.n_known, check.n_obliged), (check.n_answered, check.n_obliged)}
    for row in PeerTally.objects.all():
        pairs |= {(spread[part], 1000) for spread in row.peers.values() for part in ("q1", "median", "q3")}
        pairs |= {(counts["n"], counts["of"]) for counts in row.items.values()}
    return pairs | set(Census.objects.values_list("n_delivered", "n_hospital"))


@pytest.fixture
def reader(client, coordinator_riverside, signed_in):
    return signed_in(client, coordinator_riverside)


def text_of(answer):
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("&#x27;", "'")


def test_before_anything_is_checked_the_report_says_so(reader):
    assert "No exam has been checked yet" in text_of(reader.get("/quality/"))
    assert reader.get("/quality/report.csv").status_code == 200
    assert reader.get("/quality/report.pdf").content.startswith(b"%PDF")


@pytest.mark.usefixtures("everybody")
def test_a_green_quarter_is_compared_once_five_centers_are_complete(reader, green_riverside, peers):
    peers(3)
    text = text_of(reader.get(HERE))
    assert "GREEN: complete" in text
    assert "There is no comparison yet" in text
    peers(1)
    text = text_of(reader.get(HERE))
    assert "The median of 5 centers is" in text
    assert "your place is" in text
    assert "Peer Hospital" not in text


@pytest.mark.usefixtures("everybody")
def test_a_yellow_quarter_sees_its_own_shares_only(reader, green_riverside, peers):
    peers(5)
    for _ in range(20):
        exam_make(green_riverside, {"lv_edv_ml": IMPOSSIBLE["lv_edv_ml"]})
    work_all()
    text = text_of(reader.get(HERE))
    assert "YELLOW: sound, not complete" in text
    assert "Only complete (green) quarters are compared" in text
    assert "median" not in text
    assert "LV" in text
    assert PeerTally.objects.get(quarter=QUARTER).n_centers == 5


@pytest.mark.usefixtures("everybody")
def test_a_red_quarter_sees_what_to_mend_and_no_share(reader, green_riverside, peers):
    peers(5)
    exam = exam_make(green_riverside, IMPOSSIBLE)
    work_all()
    text = text_of(reader.get(HERE))
    assert "RED: with errors" in text
    assert "1 of 13 exams have errors" in text
    assert "Completeness of the minimum items" not in text
    assert "after mending" in text
    assert "known" not in reader.get("/quality/report.csv?center=riverside").content.decode()
    assert f"/exams/{exam.pk}/report#f-" in reader.get("/quality/findings").content.decode()


@pytest.mark.usefixtures("everybody")
def test_every_percentage_on_every_page_is_a_stored_numerator_over_its_denominator(
    client, reader, green_riverside, peers, steward, coordinator_riverside, signed_in, principal_of, riverside
):
    peers(5)
    exam = exam_make(riverside, {"lv_edv_ml": IMPOSSIBLE["lv_edv_ml"]}, at=NOW.replace(month=8))
    work_all()
    months = [MonthCount("2026-09", 30, 21, 28), MonthCount("2026-10", 44, 45)]
    census_record(
        principal=principal_of(coordinator_riverside),
        center=riverside,
        months=months,
        source="pacs",
        counted_at=NOW,
    )
    own = [HERE, "/quality/?quarter=2026-Q3", f"/quality/items?quarter={QUARTER}", "/quality/findings",
           "/quality/census", f"/exams/{exam.pk}/"]  # fmt: skip
    pages = [reader.get(path).content.decode() for path in own]
    signed_in(client, steward)
    others = ["/quality/", "/quality/?center=peer-3", "/dictionary/", "/dictionary/lv_edv_ml"]
    pages += [client.get(path).content.decode() for path in others]
    stored, n_made = stored_pairs(), 0
    for path, html in zip([*own, *others], pages, strict=True):
        shares = Shares()
        shares.feed(html)
        assert shares.loose == [], path
        n_made += len(shares.made)
        for num, den, text in shares.made:
            assert text == percent_text(num, den)
            assert (num, den) in stored or path == others[0], (path, num, den)
    assert n_made > 100
    assert Share(80, 80).text in pages[-1], "the public page of an item, rounded to tens"


@pytest.mark.usefixtures("everybody")
def test_the_csv_prints_the_numbers_of_the_page_and_the_pdf_is_one(reader, green_riverside, peers):
    peers(5)
    lines = list(csv.DictReader(io.StringIO(reader.get("/quality/report.csv").content.decode())))
    (edv,) = [line for line in lines if line["name"] == "rv_esv_ml"]
    assert (edv["numerator"], edv["denominator"], edv["percent"]) == ("9", "12", "75.0")
    assert (edv["centers"], edv["place"]) == ("6", "6")
    stored = stored_pairs()
    for line in lines:
        if line["denominator"]:
            pair = (int(line["numerator"]), int(line["denominator"]))
            assert pair in stored or line["part"] == "finding"
            assert line["percent"] in ("", percent_text(*pair).removesuffix(" %"))
    assert reader.get("/quality/report.pdf").content.startswith(b"%PDF")


@pytest.mark.usefixtures("everybody")
def test_a_report_takes_as_many_queries_for_many_exams_as_for_few(reader, riverside):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert reader.get("/quality/").status_code == 200
        assert not any("exams_examination" in query["sql"] for query in captured)
        return len(captured)

    exam_make(riverside, IMPOSSIBLE)
    work_all()
    few = queries()
    for _ in range(10):
        exam_make(riverside, IMPOSSIBLE)
    work_all()
    assert queries() == few


@pytest.mark.usefixtures("everybody")
def test_findings_are_filtered_and_paged_and_leave_as_csv(reader, riverside):
    for _ in range(30):
        exam_make(riverside, IMPOSSIBLE)
    work_all()
    rule = Finding.objects.filter(severity="reject").values_list("rule", flat=True)[0]
    n = Finding.objects.filter(rule=rule).count()
    first = text_of(reader.get(f"/quality/findings?rule={rule}&severity=reject"))
    assert f"{n} errors" in first
    assert "Findings 1 to 25, more follow" in first
    assert "Nothing fits" in text_of(
        reader.get(f"/quality/findings?rule={rule}&severity=reject&quarter=2020-Q1")
    )
    lines = list(
        csv.DictReader(io.StringIO(reader.get(f"/quality/findings.csv?rule={rule}").content.decode()))
    )
    assert len(lines) == n
    assert {line["rule"] for line in lines} == {rule}
    assert all(line["exam"] and line["mend_at"].endswith(f"#f-{line['item']}") for line in lines)


@pytest.mark.usefixtures("everybody")
def test_another_center_stays_unseen(client, coordinator_lakeside, signed_in, green_riverside):
    work_all()
    signed_in(client, coordinator_lakeside)
    assert client.get(HERE).status_code == 404
    assert client.get("/quality/findings?center=riverside").status_code == 404
    assert "No exam has been checked yet" in text_of(client.get("/quality/"))


@pytest.mark.usefixtures("everybody")
def test_the_steward_sees_all_centers_and_how_far_the_checks_are(
    client, steward, signed_in, green_riverside, peers
):
    peers(2)
    exam_make(green_riverside, IMPOSSIBLE)
    signed_in(client, steward)
    text = text_of(client.get("/quality/"))
    assert "Riverside Heart Hospital" in text
    assert "Peer Hospital 1" in text
    assert "1 exam waits for their checks" in text or "1 exam" in text


def test_the_pages_of_exam_and_delivery_show_color_and_what_was_found(reader, exam_riverside, exam_delivery):
    assert "has not been checked yet" in text_of(reader.get(f"/exams/{exam_riverside.pk}/"))
    work_all()
    delivery = reader.get(reverse("intake:delivery", args=[exam_delivery.pk]))
    for answer in (reader.get(f"/exams/{exam_riverside.pk}/"), delivery):
        assert "YELLOW: sound, not complete" in text_of(answer)
        assert "The center's report for quarter" in text_of(answer)


def test_a_person_states_a_month_and_the_last_statement_counts(reader, riverside):
    for made, delivered in ((30, 20), (31, 29)):
        answer = reader.post(
            "/quality/census", {"month": "2026-10", "n_hospital": made, "n_delivered": delivered}
        )
        assert answer.status_code == 302
    text = text_of(reader.get("/quality/census"))
    assert "31" in text
    assert "counted by a person" in text
    refused = reader.post("/quality/census", {"month": "10/2026", "n_hospital": 3, "n_delivered": 1})
    assert refused.status_code == 422
    assert AuditEvent.objects.filter(action="census.record").count() == 2
