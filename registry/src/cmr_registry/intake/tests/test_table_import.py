"""Tables at the registry: screened before anything is kept, previewed, taken in chunk by chunk, safe against a kill."""

import datetime

import pytest
from django.conf import settings
from django.utils import timezone

from cmr_dictionary.case_report import Answer
from cmr_exchange.manifest import ReportValue, ValueSource
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.models import ParticipationAgreement
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.exams.services import case_report_save, exam_record
from cmr_registry.exams.tests.test_exam_record import statement
from cmr_registry.intake import table_services
from cmr_registry.intake.errors import DeliveryRejected, TableHoldsRejected, TableStepError
from cmr_registry.intake.models import TableImport, TableRow
from cmr_registry.intake.table_chunks import ChunkPacker, chunk_get
from cmr_registry.intake.table_screening import screen
from cmr_registry.intake.table_selectors import remarks_csv, table_rows, tables_at_work
from cmr_registry.intake.table_services import table_accept, table_bring, table_chunk_work, table_discard
from cmr_registry.intake.table_states import ALLOWED, TableState, require_table_step
from cmr_registry.intake.tests.table_factories import as_csv, pseudonym, rows_of
from cmr_registry.lib.claims import Claim, ClaimLostError, claim_next, work_claimed
from cmr_registry.quality.models import ExamCheck
from cmr_registry.subjects.models import Subject
from cmr_registry.subjects.services import subject_ensure, subject_withdraw

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_centers")]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr("cmr_registry.intake.table_chunks.ROWS_PER_CHUNK", 4)


@pytest.fixture
def by(coordinator_riverside, principal_of):
    return principal_of(coordinator_riverside)


@pytest.fixture
def bring(by, riverside):
    def do(rows, **options):
        data = rows if isinstance(rows, bytes) else as_csv(rows)
        return table_bring(principal=options.pop("by", by), center=riverside, data=data, **options)

    return do


def work():
    n = 0
    while work_claimed(tables_at_work(), table_chunk_work, name="table"):
        n += 1
    return n


def again(table):
    return TableImport.objects.get(pk=table.pk)


def values_of(exam_pseudonym):
    reports = CaseReport.objects.filter(examination__pseudonym=exam_pseudonym, is_current=True)
    return {name: entry for report in reports for name, entry in report.document.items()}


def stored_bytes():
    root = settings.DATA_DIR / "objects"
    return b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())


def test_a_clean_table_waits_for_a_person_and_is_then_taken_in(bring, by):
    rows = rows_of(10)
    table = bring(rows)
    assert (table.state, table.n_rows, len(table.chunks)) == ("checking", 10, 3)
    assert work() == 3
    table = again(table)
    assert (table.state, table.n_new, table.n_values + table.n_questions) == ("preview", 10, 70)
    assert not Examination.objects.exists()
    table_accept(table=table, takes_questions=False, by=by)
    assert work() == 3
    table = again(table)
    assert (table.state, table.n_new, table.n_refused, table.n_rows_done) == ("done", 10, 0, 10)
    assert Examination.objects.count() == Subject.objects.count() == 10
    exam = Examination.objects.select_related("subject").get(pseudonym=rows[0]["exam"])
    assert exam.subject.pseudonym == rows[0]["subject"]
    assert (exam.day, exam.exam_year, exam.version) == (int(rows[0]["day"]), int(rows[0]["exam_year"]), 1)
    assert exam.has_report
    assert exam.imaging_study is None
    found = values_of(exam.pseudonym)
    assert found["lv_edv_ml"] == {"source": "table", "value": float(rows[0]["lv_edv_ml"])}
    assert all(entry["source"] == "table" for entry in found.values())
    assert ExamCheck.objects.filter(is_due=True).count() == 10


def test_the_same_table_again_is_the_same_import_and_changes_nothing(bring):
    table = bring(rows_of(6), is_accepted=True)
    work()
    before = list(CaseReport.objects.order_by("pk").values())
    assert bring(rows_of(6), is_accepted=True).pk == table.pk
    assert bring(as_csv(rows_of(6), ";", "utf-16")).pk == table.pk
    assert work() == 0
    assert list(CaseReport.objects.order_by("pk").values()) == before


def test_a_table_with_one_more_row_changes_only_that_row(bring):
    bring(rows_of(6), is_accepted=True)
    work()
    versions = CaseReport.objects.count()
    more = rows_of(1, seed=9)
    table = bring([*rows_of(6), *more], is_accepted=True)
    work()
    table = again(table)
    assert (table.n_unchanged, table.n_new) == (6, 1)
    exam = Examination.objects.get(pseudonym=more[0]["exam"])
    assert CaseReport.objects.exclude(examination=exam).count() == versions


def test_an_identified_table_leaves_nothing_behind(bring, riverside):
    rows = [{**row, "Nachname": "Doe-Marker"} for row in rows_of()]
    with pytest.raises(TableHoldsRejected):
        bring(rows)
    assert not TableImport.objects.exists()
    assert not stored_bytes()
    (event,) = AuditEvent.objects.filter(action="table.bring")
    assert (event.outcome, event.detail, event.target) == ("denied", {}, "")
    assert all("Doe" not in str(event.__dict__) for event in AuditEvent.objects.all())


def test_what_is_kept_cannot_be_read_without_the_centers_key(bring, riverside):
    rows = rows_of()
    table = bring(rows)
    kept = stored_bytes()
    assert kept
    assert rows[0]["subject"].encode() not in kept
    (first, *_) = chunk_get(riverside.pk, table.digest, 0, table.chunks[0])
    assert first.exam == rows[0]["exam"]


def test_a_cell_that_is_wrong_is_refused_and_the_rest_of_its_row_taken(bring):
    rows = rows_of(3)
    rows[1] |= {"lv_edv_ml": "0.5", "final_diagnosis": "577"}
    table = bring(rows, is_accepted=True)
    work()
    table = again(table)
    assert (table.n_new, table.n_values_refused, table.n_values) == (3, 2, 19)
    assert table.items["lv_edv_ml"] == [3, 2, 0, 1]
    assert set(values_of(rows[1]["exam"])) == set(table.items) - {"lv_edv_ml", "final_diagnosis"}
    lines = "".join(remarks_csv(table)).splitlines()
    assert lines[1].startswith(f"3,{rows[1]['subject']},{rows[1]['exam']},lv_edv_ml,Range,refused,")
    assert len(lines) == 3
    assert not any("577" in line for line in lines)


@pytest.mark.parametrize("takes_questions", [True, False])
def test_a_value_with_a_question_is_taken_where_a_person_says_so(bring, by, takes_questions):
    rows = rows_of(2)
    rows[0] |= {"lv_edv_ml": "640", "lv_esv_ml": "70"}
    table = bring(rows)
    work()
    table = again(table)
    assert table.n_questions >= 1
    assert table_rows(table, with_remarks=True).get().number == 2
    table_accept(table=table, takes_questions=takes_questions, by=by)
    work()
    assert ("lv_edv_ml" in values_of(rows[0]["exam"])) is takes_questions


def test_values_that_contradict_each_other_are_refused_and_nothing_else(bring):
    rows = rows_of(2)
    rows[0] |= {"lv_edv_ml": "100.0", "lv_esv_ml": "150.0"}
    bring(rows, is_accepted=True)
    work()
    assert values_of(rows[0]["exam"]).keys().isdisjoint({"lv_edv_ml", "lv_esv_ml"})
    assert "final_diagnosis" in values_of(rows[0]["exam"])


def record(riverside, row, **values):
    subject = subject_ensure(center=riverside, pseudonym=row["subject"], actor="job:x")
    reported = {name: ReportValue(ValueSource.REPORT_CSV, value) for name, value in values.items()}
    manifest = statement(
        version=1, values=reported, subject=row["subject"], exam=row["exam"], day=int(row["day"]),
        exam_year=int(row["exam_year"]),
    )  # fmt: skip
    return exam_record(
        subject=subject, manifest=manifest, imaging_study=None, at=timezone.now(), actor="job:intake"
    )


@pytest.mark.parametrize("takes_questions", [True, False])
def test_a_delivered_value_is_replaced_only_where_a_person_says_so(bring, riverside, takes_questions):
    rows = rows_of(2)
    record(riverside, rows[0], lv_edv_ml=151.5)
    table = bring(rows, is_accepted=True, takes_questions=takes_questions)
    work()
    remarks = [said[:2] for row in table_rows(table) for said in row.said]
    assert ["lv_edv_ml", "OtherValue"] in remarks
    found = values_of(rows[0]["exam"])
    expected = {"source": "table", "value": float(rows[0]["lv_edv_ml"])}
    assert found["lv_edv_ml"] == (expected if takes_questions else {"source": "report_csv", "value": 151.5})
    assert found["lv_esv_ml"]["source"] == "table"


def test_a_later_delivery_does_not_wipe_a_tables_values_in_silence(bring, riverside):
    rows = rows_of(1)
    record(riverside, rows[0], lv_edv_ml=151.5)
    bring(rows, is_accepted=True, takes_questions=True)
    work()
    record(riverside, rows[0], lv_edv_ml=151.5)
    assert values_of(rows[0]["exam"])["lv_edv_ml"]["source"] == "table", "the delivery only repeats itself"
    assert values_of(rows[0]["exam"])["lv_esv_ml"]["source"] == "table"
    record(riverside, rows[0], lv_edv_ml=149.0)
    found = values_of(rows[0]["exam"])
    assert found["lv_edv_ml"] == {"source": "report_csv", "value": 149.0}, "the delivery states it anew"
    assert found["lv_esv_ml"]["source"] == "table"


def test_a_first_delivery_after_the_table_takes_the_exam_over(bring, riverside):
    rows = rows_of(1)
    bring(rows, is_accepted=True)
    work()
    exam = record(riverside, rows[0], lv_mass_g=120.0)
    assert (exam.version, exam.deid_profile) == (1, "p-1")
    assert {"lv_mass_g", "lv_edv_ml"} <= values_of(rows[0]["exam"]).keys()


def test_what_a_person_typed_stays_unless_the_table_may_replace_it(bring, riverside, by):
    rows = rows_of(1)
    exam = record(riverside, rows[0])
    case_report_save(exam=exam, answers={"lv_edv_ml": Answer(("133",))}, by=by)
    bring(rows, is_accepted=True)
    work()
    assert values_of(rows[0]["exam"])["lv_edv_ml"] == {"source": "desk", "value": 133.0}


def test_an_exam_of_another_subject_and_one_who_withdrew_are_refused(bring, riverside, steward, principal_of):
    rows = rows_of(3)
    record(riverside, {**rows[0], "subject": pseudonym("other")})
    gone = subject_ensure(center=riverside, pseudonym=rows[1]["subject"], actor="job:x")
    subject_withdraw(subject=gone, by=principal_of(steward))
    table = bring(rows, is_accepted=True)
    work()
    table = again(table)
    assert (table.n_refused, table.n_new) == (2, 1)
    assert not values_of(rows[0]["exam"])
    assert [row.said[0][1] for row in table_rows(table, with_remarks=True)] == ["OtherSubject"]
    assert rows[1]["subject"] not in "".join(remarks_csv(table))


def test_rows_of_a_subject_who_withdraws_later_are_not_shown(bring, steward, principal_of):
    rows = rows_of(3)
    table = bring(rows, is_accepted=True)
    work()
    subject_withdraw(subject=Subject.objects.get(pseudonym=rows[0]["subject"]), by=principal_of(steward))
    assert [row.number for row in table_rows(table)] == [3, 4]


def test_another_day_of_a_known_exam_is_told_and_not_taken(bring, riverside):
    (row,) = rows_of(1)
    record(riverside, row)
    table = bring([{**row, "day": "77", "exam_year": "2001"}], is_accepted=True)
    work()
    exam = Examination.objects.get()
    assert (exam.day, exam.exam_year) == (int(row["day"]), int(row["exam_year"]))
    assert [said[1] for said in table_rows(table).get().said] == ["OtherDay", "OtherYear"]


def test_a_kill_in_a_chunk_loses_nothing_and_repeats_nothing(bring, monkeypatch):
    table = bring(rows_of(10), is_accepted=True)
    assert work_claimed(tables_at_work(), table_chunk_work, name="table")
    real, calls = table_services.TableRow.objects.bulk_create, []

    def killed(rows):
        calls.append(len(rows))
        raise OSError("the power is gone")

    monkeypatch.setattr(table_services.TableRow.objects, "bulk_create", killed)
    work_claimed(tables_at_work(), table_chunk_work, name="table")
    assert calls == [4]
    monkeypatch.setattr(table_services.TableRow.objects, "bulk_create", real)
    assert (again(table).n_chunks_done, Examination.objects.count()) == (1, 4)
    assert work() == 0, "the lease of the killed worker still holds"
    TableImport.objects.update(claimed_until=timezone.now() - datetime.timedelta(seconds=1))
    assert work() == 2
    table = again(table)
    assert (table.state, table.n_new, Examination.objects.count()) == ("done", 10, 10)
    assert TableRow.objects.filter(table=table).count() == 10
    assert not CaseReport.objects.filter(version__gt=1).exists()


def test_a_worker_that_was_away_too_long_commits_nothing(bring):
    table = bring(rows_of(6), is_accepted=True)
    late, claim = claim_next(tables_at_work())
    TableImport.objects.update(claimed_until=timezone.now() - datetime.timedelta(seconds=1))
    claim_next(tables_at_work())
    with pytest.raises(ClaimLostError):
        table_chunk_work(late, claim)
    assert not Examination.objects.exists()
    assert again(table).n_chunks_done == 0


def test_a_chunk_is_not_done_twice(bring):
    bring(rows_of(6), is_accepted=True)
    row, claim = claim_next(tables_at_work())
    table_chunk_work(row, claim)
    late = TableImport.objects.get()
    late.n_chunks_done = 0
    TableImport.objects.update(claim_token=50, claimed_until=timezone.now())
    table_chunk_work(late, Claim(TableImport, late.pk, 50))
    assert TableImport.objects.get().n_chunks_done == 1
    assert Examination.objects.count() == 4


def test_a_table_can_be_let_go_and_brought_again(bring, by):
    table = bring(rows_of(6))
    work()
    table_discard(table=again(table), by=by)
    table = again(table)
    assert (table.state, table.chunks, table.rows.count()) == ("discarded", [], 0)
    assert bring(rows_of(6)).pk != table.pk
    with pytest.raises(TableStepError):
        table_accept(table=table, takes_questions=False, by=by)
    with pytest.raises(TableStepError):
        table_discard(table=table, by=by)


def test_only_who_may_bring_tables_of_the_center_brings_one(
    bring, center_pi, coordinator_lakeside, principal_of, principal_riverside
):
    for account in (center_pi, coordinator_lakeside):
        with pytest.raises(NotAllowedRejected):
            bring(rows_of(), by=principal_of(account))
    assert bring(rows_of(), by=principal_riverside).state == "checking"


def test_a_center_without_an_agreement_brings_nothing(bring):
    ParticipationAgreement.objects.all().delete()
    with pytest.raises(DeliveryRejected):
        bring(rows_of())


def test_one_event_tells_each_step_without_a_value(bring, by):
    table = bring(rows_of(6))
    work()
    table_accept(table=again(table), takes_questions=True, by=by)
    work()
    actions = list(
        AuditEvent.objects.filter(target=f"table:{table.pk}")
        .order_by("sequence")
        .values_list("action", "actor")
    )
    chunk = ("table_chunk.work", "job:tables")
    assert actions == [("table.bring", by.actor), chunk, chunk, ("table.accept", by.actor), chunk, chunk]


@pytest.mark.parametrize("now", list(TableState))
@pytest.mark.parametrize("to", list(TableState))
def test_only_the_tables_steps_are_allowed(now, to):
    if to in ALLOWED[now]:
        assert require_table_step(now, to) is to
    else:
        with pytest.raises(ValueError, match="cannot become"):
            require_table_step(now, to)


def test_the_digest_names_rows_in_their_order():
    def digest(rows):
        packer = ChunkPacker()
        screen(as_csv(rows), 2026, packer.take)
        return packer.finish()

    rows = rows_of(5)
    turned = [dict(reversed(row.items())) for row in rows]
    assert digest(rows) == digest(turned)
    assert digest(rows) != digest(rows[::-1])
