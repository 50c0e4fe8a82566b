"""A release holds exactly the cohort of the centers that are in, re-keyed, and nothing of anybody else."""

import csv
import datetime
import io
import itertools
import json
import re

import pytest

from cmr_analysis.release import open_release
from cmr_deid.errors import RekeyError
from cmr_deid.reading import read_source
from cmr_deid.verify import inspect
from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_exchange.release import FIRST_STUDY_DATE, TABLES, ReleaseManifest
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.models import Center
from cmr_registry.centers.services import agreement_record
from cmr_registry.config.principal import principal_of_job
from cmr_registry.exams.models import Examination
from cmr_registry.lib.claims import ClaimLostError, claim_next
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.lib.storage import storage
from cmr_registry.projects.ballot_states import BallotChoice
from cmr_registry.projects.services import ballot_answer, ballots_close, project_move
from cmr_registry.projects.states import ProjectState
from cmr_registry.projects.tests.factories import approved, ballot_at
from cmr_registry.releases import images as images_module
from cmr_registry.releases import tasks
from cmr_registry.releases.building import progress
from cmr_registry.releases.keys import secret_open
from cmr_registry.releases.models import DataRelease, ReleaseMember
from cmr_registry.releases.selectors import release_bytes, releases_of_exam, releases_to_build, why_in_release
from cmr_registry.releases.services import release_consent, release_request, release_start
from cmr_registry.releases.tests.factories import DMF, QUERY, exam, filled, follow_up, snapshot_built
from cmr_registry.subjects.models import Subject

pytestmark = pytest.mark.django_db
ASKED = ("age_at_exam_years", "sex", "lv_edv_ml", "lv_ef_pct")


def rows(files, table):
    return list(csv.DictReader(io.StringIO(files[f"tables/{table}.csv"].decode())))


@pytest.mark.sqlite
def test_it_opens_with_the_researcher_s_package(built, tmp_path):
    path = tmp_path / "release.zip"
    path.write_bytes(b"".join(release_bytes(built)))
    opened = open_release(path)
    assert opened.fingerprint == built.manifest_sha256
    assert len(opened.table("exams")) == built.n_exams == 31
    assert len(opened.table("subjects")) == built.n_subjects == 29


def test_only_centers_that_are_in_are_in_it(built, unzipped, riverside, lakeside, all_centers):
    exams = rows(unzipped(built), "exams")
    by_center = {label: sum(1 for row in exams if row["center"] == label) for label in ("c1", "c2")}
    assert sorted(by_center.values()) == [15, 16]
    assert {row["center"] for row in exams} == {"c1", "c2"}
    members = ReleaseMember.objects.filter(release=built)
    assert {row.center_id for row in members} == {riverside.pk, lakeside.pk}
    assert {(row.center_id, row.decision) for row in members} == {
        (riverside.pk, "in"),
        (lakeside.pk, "in without images"),
    }


def test_the_manifest_does_not_let_a_reader_try_out_who_decided_what(built, riverside, lakeside, hillside):
    centers = sorted(str(one.pk) for one in (riverside, lakeside, hillside))
    tried = {
        sha256_hex(canonical_json([list(pair) for pair in zip(centers, choices, strict=True)]))
        for choices in itertools.product([choice.value for choice in BallotChoice], repeat=len(centers))
    }
    assert built.project.outcome_digest in tried, "few combinations: the plain digest is no secret"
    assert not any(digest in json.dumps(built.manifest) for digest in tried)


def test_the_band_of_ages_does_not_tell_whether_an_american_center_takes_part(
    riverside, lakeside, delegate, center_pi, principal_of, researcher, build
):
    filled(lakeside, 40, 15)
    exam(riverside, 10)
    snapshot_built()
    project = approved(
        researcher, query=QUERY, data_needs={"items": ["age_at_exam_years"], "follow_up": True}
    )
    for center, account, choice in (
        (lakeside, delegate, BallotChoice.IN),
        (riverside, center_pi, BallotChoice.OUT),
    ):
        ballot_answer(ballot=ballot_at(center, project), choice=choice, by=principal_of(account))
    by = principal_of_job("tests")
    ballots_close(project=project, by=by)
    release = build(project_move(project=project, to=ProjectState.DATA_CUT, by=by))
    assert release.n_subjects == 15, release.reason
    assert release.manifest["oldest_age_years"] is not None


def test_nothing_of_the_registry_stands_in_it(built, unzipped, all_centers):
    words = [
        text.lower() for row in Center.objects.values_list("code", "name", "id") for text in map(str, row)
    ]
    pseudonyms = [*Subject.everything.values_list("pseudonym", flat=True)]
    pseudonyms += Examination.everything.values_list("pseudonym", flat=True)
    ids = [
        str(pk) for model in (Subject, Examination) for pk in model.everything.values_list("pk", flat=True)
    ]
    files = unzipped(built)
    for path, data in files.items():
        text = (path + "\n" + data.decode("latin-1")).lower()
        if path == "codebook.csv":
            text = text.replace("riverside", "")
        for forbidden in (
            *words,
            *(p.lower() for p in pseudonyms),
            *ids,
            *(pk.replace("-", "") for pk in ids),
        ):
            assert forbidden not in text, path


def test_the_log_names_nobody_either(people, make_project, build, capsys, all_centers):
    release = build(make_project())
    logged = capsys.readouterr().err
    assert str(release.pk) in logged
    for code in ("riverside", "lakeside", "hillside"):
        assert code not in logged


def test_days_are_rebased_and_distances_kept(built, unzipped):
    exams = rows(unzipped(built), "exams")
    first = {}
    for row in exams:
        first.setdefault(row["subject"], []).append(int(row["day"]))
    assert sorted(set(map(tuple, map(sorted, first.values())))) == [(0,), (0, 734)]
    assert {row["exam_year"] for row in exams} == {"2012", "2014"}


def test_follow_up_counts_from_the_first_exam_too(built, unzipped):
    files = unzipped(built)
    starts = {int(row["time_zero_day"]) for row in rows(files, "followup")}
    assert starts == {0, 734}
    windows = {(int(row["from_day"]), int(row["through_day"])) for row in rows(files, "vital_status")}
    assert windows == {(0, 900), (3, 903), (-10, 2000), (-7, 2003)} & windows
    assert {row["death_day"] for row in rows(files, "vital_status")} <= {"", "400", "403"}


def test_only_what_was_asked_for_is_in_it(built, unzipped):
    files = unzipped(built)
    columns = set(rows(files, "measurements")[0])
    assert columns == {
        *TABLES["measurements"],
        *(
            f"{item}{end}"
            for item in ("age_at_exam_years", "sex", "lv_edv_ml", "lv_ef_pct")
            for end in ("", "__missing")
        ),
    }
    codebook = list(csv.DictReader(io.StringIO(files["codebook.csv"].decode())))
    assert {row["item"] for row in codebook if row["table"] == "measurements"} == set(ASKED)


def test_a_question_that_looks_past_the_exam_moves_time_zero(people, make_project, build, unzipped):
    release = build(make_project(query=QUERY | {"min_follow_up_days": 365}))
    files = unzipped(release)
    assert "Landmark: follow-up begins 365 days after the exam" in files["README.md"].decode(), release.reason
    days = {row["exam"]: int(row["day"]) for row in rows(files, "exams")}
    begins = {row["exam"]: int(row["time_zero_day"]) for row in rows(files, "followup")}
    assert begins == {exam: day + 365 for exam, day in days.items()}


def test_a_question_that_looks_on_without_an_end_is_warned_of(people, make_project, build, unzipped):
    never = {"label": "never had PCI", "where": {"event": "pci", "happened": False}}
    release = build(make_project(query=QUERY | {"steps": [*QUERY["steps"], never]}))
    assert "without an end" in unzipped(release)["README.md"].decode(), release.reason


def test_without_follow_up_the_tables_are_there_and_empty(people, make_project, build, unzipped):
    release = build(make_project(follow_up=False))
    files = unzipped(release)
    assert all(rows(files, name) == [] for name in ("events", "followup", "vital_status"))
    assert b"did not ask for it" in files["README.md"]
    assert b"landmark" not in files["README.md"]


def test_the_manifest_names_what_it_was_cut_from(built, people, unzipped):
    manifest = ReleaseManifest.from_document(json.loads(unzipped(built)["manifest.json"]))
    assert manifest.to_document() == built.manifest
    assert manifest.release == built.name
    assert manifest.snapshot_sha256 == people.sha256
    assert manifest.query_sha256 == built.project.query_digest
    assert manifest.ballot_sha256 == secret_open(built).commitment(built.project.outcome_digest)
    assert re.fullmatch(r"r-[0-9a-f]{8}-1", manifest.release)


def test_the_flow_reconciles_and_hides_who_is_out(built, unzipped):
    flow = json.loads(unzipped(built)["flow.json"])
    assert flow[-1]["exams"] == built.n_exams
    assert built.flow[-1]["exams"] == built.n_exams
    assert built.flow[0]["exams"] == 45
    assert len(flow) < len(built.flow)


def test_each_exam_can_say_why_it_is_in_it(built, unzipped, all_centers):
    label = rows(unzipped(built), "exams")[0]["exam"]
    why = why_in_release(built, label)
    member = ReleaseMember.objects.get(release=built, examination=why["exam"])
    assert why["decision"] == member.decision
    assert why["question"] == built.project.query_sentence
    assert releases_of_exam(member.examination) == [member]
    assert why_in_release(built, "A" * 17) is None


def test_two_releases_share_no_label_and_no_file(people, make_project, build, unzipped):
    first, second = build(make_project()), build(make_project())
    one, other = unzipped(first), unzipped(second)
    for table, column in (("subjects", "subject"), ("exams", "exam"), ("series", "series")):
        assert not {row[column] for row in rows(one, table)} & {row[column] for row in rows(other, table)}
    assert one["tables/exams.csv"] != other["tables/exams.csv"]


@pytest.fixture
def consented(people, make_project, steward, release_officer, principal_of):
    """A release that waits for the worker."""
    release = release_request(project=make_project(), by=principal_of(steward))
    return release_consent(release=release, by=principal_of(release_officer))


@pytest.mark.sqlite
def test_a_worker_that_dies_leaves_nothing_behind(consented, monkeypatch):
    release = consented

    class Killed(BaseException):
        pass

    def killed(**_):
        raise Killed

    monkeypatch.setattr(tasks, "release_settle", killed)
    with pytest.raises(Killed):
        tasks.work_once()
    monkeypatch.undo()
    release.refresh_from_db()
    assert release.state == "building"
    left = set(storage().names(f"releases/{release.pk}"))
    assert left
    DataRelease.objects.update(claimed_until=None)
    assert tasks.work_once()
    release.refresh_from_db()
    assert release.state == "built"
    now = set(storage().names(f"releases/{release.pk}"))
    assert now == {part["object"] for part in release.parts}
    assert not now & left


@pytest.mark.sqlite
def test_a_worker_that_lost_its_claim_settles_nothing(consented, monkeypatch, capsys):
    release = consented
    build = tasks.release_build

    def slow(row, claim):
        made = build(row, claim)
        DataRelease.objects.update(claim_token=99)
        return made

    monkeypatch.setattr(tasks, "release_build", slow)
    assert tasks.work_once()
    release.refresh_from_db()
    assert release.state == "building"
    assert release.manifest is None
    assert "claim_lost" in capsys.readouterr().err


@pytest.mark.sqlite
def test_progress_needs_the_claim(consented):
    release = consented
    release_start(release=release, actor="job:tests")
    _, claim = claim_next(releases_to_build())
    progress(claim, "cutting", 1, 2)
    release.refresh_from_db()
    assert (release.progress, release.n_done, release.n_to_do) == ("cutting", 1, 2)
    DataRelease.objects.update(claim_token=99)
    with pytest.raises(ClaimLostError):
        progress(claim, "cutting")


def test_without_a_snapshot_it_fails_with_a_sentence(make_project, build, steward, principal_of):
    release = build(make_project())
    assert release.state == "failed"
    assert "no snapshot" in release.reason
    assert AuditEvent.objects.filter(action="release.fail").count() == 1


def test_where_nobody_is_left_it_fails(riverside, lakeside, hillside, make_project, build):
    snapshot_built()
    release = build(make_project())
    assert release.state == "failed"
    assert "Nobody is left" in release.reason


def test_a_title_with_the_name_of_a_center_stops_the_build(people, make_project, build):
    project = make_project()
    project.title = "Scars at Hillside Cardiac Institute"
    project.save()
    release = build(project)
    assert release.state == "failed"
    assert "the name of a center" in release.reason
    assert "Hillside" not in release.reason


def test_a_question_that_names_centers_is_not_released(people, make_project, build):
    named = {"label": "", "include": True, "where": {"center_in": ["riverside"]}}
    release = build(make_project(query={**QUERY, "steps": [named]}))
    assert release.state == "failed"
    assert "names centers" in release.reason


def test_survival_known_from_a_death_master_file_alone_has_a_red_banner(
    riverside, lakeside, hillside, make_project, build, unzipped
):
    for person in range(10, 24):
        exam(riverside, person)
        follow_up(riverside, person, DMF)
    snapshot_built()
    release = build(make_project())
    assert release.summary["mix"]["n_dmf_only"] == 14
    readme = unzipped(release)["README.md"].decode()
    assert "> **WARNING: of 14 people examined since 2011 only a Death Master File tells.**" in readme
    assert "14.8 %" in readme


def test_ages_are_banded_where_the_law_demands_it(built, unzipped):
    """Riverside is in the US; 734 days lie between exams and 2003 after the first: six years."""
    oldest = built.summary["oldest_age_years"]
    assert oldest == 84
    assert "Ages are exact below 84 years" in unzipped(built)["README.md"].decode()


def test_ages_stay_exact_where_no_law_demands_a_band(people, riverside, make_project, build):
    Center.objects.update(country="DE")
    assert build(make_project()).summary["oldest_age_years"] is None


class TestImages:
    @pytest.fixture
    def built(self, images, people, make_project, build):
        snapshot_built()
        release = build(make_project())
        assert release.state == "built", release.reason
        return release

    def test_they_are_re_keyed_and_clean(self, built, unzipped, images, exam_instances):
        files = unzipped(built)
        pictures = {path: data for path, data in files.items() if path.startswith("images/")}
        assert len(pictures) == built.n_images == len(exam_instances)
        old = {
            uid
            for one in exam_instances
            for uid in (one.sop_instance_uid, one.series_instance_uid, one.study_instance_uid)
        }
        for path, data in pictures.items():
            assert inspect(data).findings == ()
            dataset = read_source(data)
            _, subject, exam, _, _ = path.split("/")
            assert dataset.PatientID == subject
            assert dataset.StudyDate == FIRST_STUDY_DATE
            assert exam in dataset.DeidentificationMethod[1]
            assert not {dataset.SOPInstanceUID, dataset.SeriesInstanceUID, dataset.StudyInstanceUID} & old

    def test_pixels_are_the_same(self, built, unzipped, exam_instances):
        files = unzipped(built)
        released = sorted(
            bytes(read_source(d).PixelData) for p, d in files.items() if p.startswith("images/")
        )
        assert released == sorted(bytes(read_source(one.data).PixelData) for one in exam_instances)

    def test_the_tables_say_which_exam_has_images(self, built, unzipped):
        files = unzipped(built)
        with_images = [row for row in rows(files, "exams") if row["has_images"] == "true"]
        assert {row["exam"] for row in with_images} == {
            path.split("/")[2] for path in files if path.startswith("images/")
        }
        series = [row for row in rows(files, "series") if row["has_images"] == "true"]
        assert {row["series"] for row in series} == {
            path.split("/")[3] for path in files if path.startswith("images/")
        }
        assert sum(int(row["n_instances"]) for row in series) == built.n_images

    def test_no_images_where_the_agreement_keeps_them(self, images, people, make_project, build, riverside):
        snapshot_built()
        agreement_record(
            center=riverside,
            text_version="pa-test-2",
            effective_on=datetime.date(2024, 1, 1),
            allows_images=False,
            by=principal_of_job("tests"),
        )
        assert build(make_project()).n_images == 0

    def test_no_images_where_none_were_asked_for(self, images, people, make_project, build):
        snapshot_built()
        assert build(make_project(images=False)).n_images == 0

    def test_only_the_kinds_asked_for(self, images, people, make_project, build, unzipped):
        snapshot_built()
        release = build(make_project(kinds=["cine"]))
        kinds = {row["kind"] for row in rows(unzipped(release), "series")}
        assert kinds == {"cine"}

    def test_an_image_that_cannot_be_re_keyed_stops_the_build(
        self, images, people, make_project, build, monkeypatch
    ):
        def refuse(*_):
            raise RekeyError("no")

        monkeypatch.setattr(images_module, "rekey", refuse)
        snapshot_built()
        release = build(make_project())
        assert release.state == "failed"
        assert "RekeyError" in release.reason
        with center_scope(ALL_CENTERS):
            assert not release.members.exists()
