"""A snapshot holds what may be used, whole, verified and for good."""

import datetime
import hashlib
import json
import stat

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cmr_dictionary import load
from cmr_exchange.manifest import MissingCode
from cmr_exchange.release import TABLES
from cmr_registry.centers.models import ParticipationAgreement
from cmr_registry.centers.states import CenterState
from cmr_registry.cohorts import collecting, snapshotting, tasks
from cmr_registry.cohorts.errors import SnapshotDamagedError
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.parquet import crossing_items, schema_of
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.selecting import LeaveOut, breakdown, centers_of, cohort_select
from cmr_registry.cohorts.selectors import snapshot_current, snapshot_table_path, snapshots_recent
from cmr_registry.cohorts.services import snapshot_request, snapshot_retry
from cmr_registry.cohorts.states import SnapshotState
from cmr_registry.cohorts.tasks import work_once
from cmr_registry.cohorts.tests import people
from cmr_registry.lib.claims import ClaimLostError, claim_next
from cmr_registry.lib.errors import StorageFullError
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.lib.storage import storage
from cmr_registry.subjects.models import Subject
from cmr_registry.subjects.services import subject_withdraw

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

EVERYBODY = CohortQuery.from_document({"version": 1, "index": "any", "steps": []})
CHART = {"source": "chart", "from_day": 0, "through_day": 900}


def rows(snapshot, table):
    return pq.read_table(snapshot_table_path(snapshot, table)).to_pylist()


@pytest.fixture
def two_centers(riverside, lakeside):
    """Riverside: one person with two exams, one with a bare exam. Lakeside: one person."""
    people.exam(riverside, 1, number=0, day=0, kinds=("cine", "lge"))
    people.exam(riverside, 1, number=1, day=400, year=2016)
    people.exam(riverside, 2, values={})
    people.exam(lakeside, 3, kinds=("cine",), values={"sex": "M", "lge_performed": 0})
    people.follow_up(
        riverside,
        1,
        statuses=[{**CHART, "death_day": 700, "death_precision": "day", "cause": "unknown"}],
        events=[
            {
                "kind": "aortic_valve_replacement",
                "day": 20,
                "source": "chart",
                "values": {"avr_type": {"source": "desk", "value": "1"}},
            }
        ],
    )
    return riverside, lakeside


def test_it_holds_every_table_of_the_contract_with_its_columns(two_centers):
    snapshot = people.snapshot()
    assert snapshot.state == SnapshotState.READY
    assert (snapshot.n_subjects, snapshot.n_exams) == (3, 4)
    assert set(snapshot.tables) == set(TABLES)
    for table, columns in TABLES.items():
        stored = pq.read_schema(snapshot_table_path(snapshot, table))
        assert tuple(stored.names[: len(columns)]) == columns
        assert stored.equals(schema_of(table))
        assert snapshot.tables[table]["rows"] == len(rows(snapshot, table))
    assert snapshot.dictionary_version == load().version
    assert snapshot.sha256 == snapshotting.snapshot_digest(snapshot.tables)
    assert snapshot_current() == snapshot


def test_missing_is_explicit_and_derived_items_are_computed(two_centers, riverside):
    people.exam(riverside, 9, values={"lv_edv_ml": 100.0, "lv_esv_ml": MissingCode.WITHHELD, "sex": "F"})
    found = {row["lv_edv_ml"]: row for row in rows(people.snapshot(), "measurements")}
    assert len(found) == 3
    whole, cut = found[150.0], found[100.0]
    assert whole["lv_ef_pct"] == pytest.approx(60.0)
    assert whole["lv_ef_pct__missing"] is None
    assert (cut["lv_esv_ml"], cut["lv_esv_ml__missing"]) == (None, "withheld")
    assert (cut["lv_ef_pct"], cut["lv_ef_pct__missing"]) == (None, "not_reported")
    no_lge = found[None]
    assert no_lge["lge_performed"] is False
    assert no_lge["lge_present__missing"] == "not_applicable"
    assert whole["lge_present__missing"] == "not_reported"
    for row in found.values():
        for item in crossing_items():
            assert (row[item] is None) == (row[f"{item}__missing"] is not None), item


def test_follow_up_is_told_per_exam_by_the_censoring_rule(two_centers):
    snapshot = people.snapshot()
    found = {(row["time_zero_day"], row["end"], row["follow_up_days"]) for row in rows(snapshot, "followup")}
    assert found == {(0, "died", 700), (400, "died", 300), (0, "not_watched", 0)}
    (event,) = rows(snapshot, "events")
    assert (event["kind"], event["day"], event["avr_type"]) == ("aortic_valve_replacement", 20, "1")
    assert event["avr_type__missing"] is None
    assert event["pvr_type__missing"] == "not_applicable"
    (status,) = rows(snapshot, "vital_status")
    assert status["death_day"] == 700


def test_series_are_told_by_kind(two_centers):
    snapshot = people.snapshot()
    assert sorted(row["kind"] for row in rows(snapshot, "series")) == ["cine", "cine", "lge"]
    assert sum(row["has_images"] for row in rows(snapshot, "exams")) == 2


def test_who_may_not_be_used_is_not_in_it(two_centers, riverside, lakeside):
    ParticipationAgreement.objects.filter(center=lakeside).update(expires_on=datetime.date(2021, 1, 1))
    with center_scope(ALL_CENTERS):
        subject = Subject.objects.get(pseudonym=people.pseudonym("S", 2))
        subject_withdraw(subject=subject, by=people.AT_TESTS)
    snapshot = people.snapshot()
    for table in TABLES:
        text = json.dumps(rows(snapshot, table), default=str)
        assert str(subject.pk) not in text
        assert str(lakeside.pk) not in text
    assert snapshot.n_subjects == 1


def test_who_withdraws_later_vanishes_at_once(two_centers, riverside, lakeside):
    snapshot = people.snapshot()
    assert cohort_select(EVERYBODY, snapshot).n_exams == 4
    with center_scope(ALL_CENTERS):
        subject_withdraw(subject=Subject.objects.get(pseudonym=people.pseudonym("S", 1)), by=people.AT_TESTS)
    left = cohort_select(EVERYBODY, snapshot)
    assert left.steps[0].subjects == left.n_subjects == 2
    lakeside.state = CenterState.WITHDRAWN.value
    lakeside.save()
    only = cohort_select(EVERYBODY, snapshot)
    assert {row.center for row in only.rows} == {str(riverside.pk)}
    (by_center,) = breakdown(only, ["center"]).tables
    assert [(cell.label, cell.subjects) for cell in by_center.cells] == [("riverside", 1)]


def test_a_center_that_said_no_is_left_out_when_asked_so(two_centers, riverside, lakeside):
    snapshot = people.snapshot()
    selection = cohort_select(EVERYBODY, snapshot, LeaveOut(centers={str(lakeside.pk)}))
    assert centers_of(selection) == {str(riverside.pk): (2, 3)}


def test_the_questions_of_a_study_are_answered(two_centers):
    snapshot = people.snapshot()
    query = CohortQuery.from_document(
        {
            "version": 1,
            "index": "first",
            "steps": [
                {"where": {"item": "lv_ef_pct", "op": ">=", "value": 55}},
                {"where": {"event": "aortic_valve_replacement", "from": 0, "through": 30}, "include": False},
                {"where": {"center_in": ["riverside"]}},
            ],
            "min_follow_up_days": 365,
        }
    )
    selection = cohort_select(query, snapshot)
    assert [(step.subjects, step.exams) for step in selection.steps] == [
        (3, 4),
        (1, 2),
        (1, 1),
        (1, 1),
        (1, 1),
        (1, 1),
    ]


def test_local_copies_are_verified_and_for_the_server_alone(two_centers):
    snapshot = people.snapshot()
    path = snapshot_table_path(snapshot, "exams")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == snapshot.tables["exams"]["sha256"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.unlink()
    entry = snapshot.tables["exams"]
    damaged = bytearray(storage().get(entry["object"]))
    damaged[100] ^= 1
    storage().put(entry["object"], bytes(damaged))
    with pytest.raises(SnapshotDamagedError):
        snapshot_table_path(snapshot, "exams")
    assert not path.exists()
    with pytest.raises(ValueError, match="No such table"):
        snapshot_table_path(snapshot, "patients")


def test_two_requests_are_one_while_the_first_waits(two_centers):
    first = snapshot_request(by=people.AT_TESTS)
    assert snapshot_request(by=people.AT_TESTS) == first
    assert work_once()
    assert snapshot_request(by=people.AT_TESTS) != first
    assert [found.state for found in snapshots_recent()] == ["requested", "ready"]


def test_a_failed_build_leaves_its_reason_and_can_be_tried_again(two_centers, monkeypatch):
    def full(*_):
        raise StorageFullError("There is no room left.")

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "tables_store", full)
        failed = people.snapshot()
    assert (failed.state, failed.failure) == ("failed", "There is no room left.")
    assert snapshot_current() is None
    snapshot_retry(snapshot=failed, by=people.AT_TESTS)
    assert work_once()
    assert snapshot_current() == failed
    with pytest.raises(ValueError, match="cannot become"):
        snapshot_retry(snapshot=snapshot_current(), by=people.AT_TESTS)


def test_a_failure_of_ours_is_told_without_values(two_centers, monkeypatch):
    def broken(*_):
        raise KeyError("a value of a patient")

    monkeypatch.setattr(tasks, "tables_write", broken)
    failed = people.snapshot()
    assert failed.failure == "It could not be built (KeyError); the log says when."


def test_a_worker_that_was_away_too_long_changes_nothing(two_centers):
    requested = snapshot_request(by=people.AT_TESTS)
    slow = claim_next(Snapshot.objects.filter(pk=requested.pk))
    Snapshot.objects.update(claimed_until=None)
    assert work_once()
    frozen = snapshot_current()
    with pytest.raises(ClaimLostError), center_scope(ALL_CENTERS):
        tasks.snapshot_build(snapshot=slow[0], claim=slow[1])
    assert snapshot_current().tables == frozen.tables
    assert snapshot_table_path(frozen, "exams").is_file()


def test_a_killed_worker_loses_nothing_and_its_folder_is_cleared(two_centers, monkeypatch, tmp_path):
    snapshot_request(by=people.AT_TESTS)
    left = tmp_path / "snapshots" / "building-of-the-dead"

    def killed(*_):
        left.mkdir(parents=True, exist_ok=True)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "tables_write", killed)
        with pytest.raises(SystemExit):
            work_once()
    assert not work_once(), "the lease of the dead still runs"
    Snapshot.objects.update(claimed_until=timezone.now() - datetime.timedelta(seconds=1))
    monkeypatch.setattr(tasks, "ABANDONED_SECONDS", -1)
    assert work_once()
    assert snapshot_current() is not None
    assert not left.exists()


def test_batches_give_the_same_tables_as_one(two_centers, monkeypatch):
    whole = people.snapshot()
    monkeypatch.setattr(collecting, "PERSONS_PER_BATCH", 1)
    parts = people.snapshot()
    for table in TABLES:
        assert rows(whole, table) == rows(parts, table)


def test_every_night_what_changed_is_frozen(riverside):
    assert not work_once(), "nothing is there"
    tasks.cache.clear()
    people.exam(riverside, 1, at=people.yesterday())
    assert work_once()
    assert work_once()
    assert snapshot_current().n_exams == 1
    tasks.cache.clear()
    assert not work_once(), "one a night is enough"
    Snapshot.objects.update(created_at=people.yesterday())
    tasks.cache.clear()
    assert not work_once(), "nothing changed"
    people.exam(riverside, 2, at=people.yesterday())
    assert not work_once(), "it looks every ten minutes"
    tasks.cache.clear()
    assert work_once()
    assert work_once()
    assert snapshot_current().n_exams == 2


def test_what_arrived_today_waits_for_the_night(riverside):
    people.exam(riverside, 1)
    assert not work_once()


def test_the_command_builds_one_now(two_centers, capsys):
    call_command("snapshot", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["n_exams"] == 4
    assert told["sha256"] == snapshot_current().sha256
    call_command("snapshot")
    assert "4 exams of 3 subjects" in capsys.readouterr().out


def test_the_command_says_why_there_is_none(two_centers, monkeypatch):
    monkeypatch.setattr(tasks, "tables_write", lambda *_: 1 / 0)
    with pytest.raises(CommandError, match="ZeroDivisionError"):
        call_command("snapshot")
