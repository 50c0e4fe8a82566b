"""Values of an exam from header, center profile, reports and the desk: who wins, what crosses, what makes a version."""

import dataclasses
import datetime

import pytest

from cmr_connector.case_reports import CaseReports
from cmr_connector.center_profile import HABITS, MEASURED, applying, profile_items
from cmr_connector.exam_values import ExamValues
from cmr_connector.handover import take_all
from cmr_connector.intake import Source
from cmr_connector.merging import DeskEntry, Stated, merged
from cmr_connector.overview import overview, overview_lines
from cmr_connector.report_intake import NamedReport
from cmr_connector.states import ExamState
from cmr_connector.value_counts import SourceSummary, count
from cmr_exchange.manifest import Contents, ValueSource

BEGIN = datetime.date(1990, 1, 1)


def entry(value, source="report_csv"):
    return {"value": value, "source": source}


def typed(value, after=0):
    return DeskEntry(entry(value, "desk"), after)


def report(number, **values):
    return Stated(number, False, {name: entry(value) for name, value in values.items()})


@pytest.fixture
def cmr_exam(cmr_exam, few):
    return lambda **options: few(cmr_exam(**options), 5)


@pytest.fixture
def enter(workplace):
    """`enter(exam_id, item=value)`: a person saves these values at the desk."""

    def save(exam_id, **values):
        store = workplace.store
        after = store.stated.newest(exam_id)
        entries = {name: typed(value, after) for name, value in values.items()}
        return store.case_reports.save(exam_id, entries, "jane.doe")

    return save


@pytest.fixture
def habit(workplace):
    def add(item, value, valid_from=BEGIN):
        stated = None if value is None else entry(value, "center_profile")
        workplace.store.profile.add(item, stated, valid_from, "jane.doe")
        workplace.store.case_reports.due_since(valid_from.year)

    return add


def test_each_source_gives_way_to_the_next():
    sources = (
        {"a": entry(1, "dicom"), "b": entry(1, "dicom"), "c": entry(1, "dicom"), "d": entry(1, "dicom")},
        {"b": entry(2, "center_profile"), "c": entry(2, "center_profile"), "d": entry(2, "center_profile")},
        [report(1, c=3, d=3)],
        {"d": typed(4, after=1)},
    )
    assert {name: one["value"] for name, one in merged(*sources).items()} == {"a": 1, "b": 2, "c": 3, "d": 4}


@pytest.mark.parametrize(
    ("later", "value"),
    [
        ([], 140),
        ([report(2, a=148)], 140),
        ([report(2, b=1)], 140),
        ([report(2, a=139)], 139),
        ([report(2, a=139), report(3, a=148)], 148),
    ],
)
def test_a_persons_entry_stays_until_a_report_says_something_new(later, value):
    found = merged({}, {}, [report(1, a=148), *later], {"a": typed(140, after=1)})
    assert found["a"]["value"] == value


def test_a_paper_report_entered_before_the_images_came_is_a_persons_word_too():
    paper = Stated(2, True, {"a": entry(140, "desk")})
    assert merged({}, {}, [report(1, a=148), paper, report(3, a=148)], {})["a"] == entry(140, "desk")
    assert merged({}, {}, [report(1, a=148), paper, report(3, a=150)], {})["a"] == entry(150)


def replaced(number, **values):
    return dataclasses.replace(report(number, **values), is_replaced=True)


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([replaced(1, a=148), report(2, a=148)], 140),
        ([replaced(1, a=148), report(2, a=139)], 139),
        ([replaced(1, a=148), report(2, b=1)], 140),
        ([report(1, a=148), replaced(2, a=139), report(3, a=139)], 139),
        ([report(1, a=148), replaced(2, a=139), report(3, b=1)], 140),
        ([replaced(1, a=148), replaced(2, a=139), report(3, a=148)], 140),
    ],
)
def test_a_row_that_was_replaced_says_nothing_but_what_it_said_is_no_news(rows, value):
    found = merged({"a": entry(120, "dicom")}, {}, rows, {"a": typed(140, after=1)})
    assert found["a"]["value"] == value


def test_reports_are_taken_in_the_order_in_which_they_came():
    assert merged({}, {}, [report(2, a=2), report(1, a=1)], {})["a"]["value"] == 2


def test_a_habit_crosses_only_where_it_applies():
    profile = {
        name: entry(value, "center_profile")
        for name, value in {
            "lv_method": "1",
            "lge_method": "3",
            "t1_scheme": "MOLLI 5(3)3",
            "ar_flow_plane": "3",
            "lge_psir": 1,
            "center_accreditation": "1",
        }.items()
    }
    assert set(applying(profile, {})) == {"center_accreditation"}
    assert "lv_method" in applying(profile, {"lv_edv_ml": entry(150.0)})
    assert "lv_method" not in applying(profile, {"lv_edv_ml": {"missing": "not_reported", "source": "desk"}})
    assert "t1_scheme" in applying(profile, {"native_t1_ms": entry(980.0)})
    assert "ar_flow_plane" in applying(profile, {"ao_fwd_ml": entry(80.0)})
    assert "lge_psir" not in applying(profile, {"lge_performed": entry(0)})


def test_every_habit_is_an_item_that_may_cross_and_is_entered():
    assert set(HABITS) <= set(profile_items())
    assert {"center_accreditation"} <= set(profile_items())
    always = {name for name, item in profile_items().items() if not item.branching} - set(MEASURED)
    assert always <= {"center_accreditation", "consent_basis"}, "say in MEASURED of what the new habit speaks"


def test_a_habit_holds_from_its_date_until_the_next(workplace):
    profile = workplace.store.profile
    for value, year in (("1", 2015), ("3", 2020), (None, 2023)):
        stated = None if value is None else entry(value, "center_profile")
        profile.add("lv_method", stated, datetime.date(year, 6, 1), "jane.doe")
    held = {
        day: profile.in_force(datetime.date.fromisoformat(day)).get("lv_method", {}).get("value")
        for day in ("2015-05-31", "2015-06-01", "2020-05-31", "2022-01-01", "2024-01-01")
    }
    assert held == {
        "2015-05-31": None,
        "2015-06-01": "1",
        "2020-05-31": "1",
        "2022-01-01": "3",
        "2024-01-01": None,
    }
    assert profile.in_force(None) == {}
    assert [one.valid_from.year for one in profile.history(10)] == [2023, 2020, 2015]


def test_all_sources_travel_with_the_exam_and_a_later_entry_makes_a_second_version(
    workplace, registry, cmr_exam, deliver, enter, habit
):
    exam = cmr_exam()
    habit("lv_method", "1")
    habit("lv_papillary", "2")
    habit("t1_scheme", "MOLLI 5(3)3")
    cells = (("lv_edv_ml", "150"), ("lv_esv_ml", "60"), ("rhythm", "1"))
    workplace.reports.take(NamedReport(exam.accession_number, "", cells), ValueSource.REPORT_CSV)
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    enter(row.id, lv_edv_ml=152.0, final_diagnosis="1")
    deliver(workplace)
    first, second = registry.accepted()
    sources = {name: one.source.value for name, one in second.values.items()}
    assert sources["sex"] == sources["scanner_vendor"] == "dicom"
    assert sources["lv_method"] == sources["lv_papillary"] == "center_profile"
    assert sources["lv_esv_ml"] == "report_csv"
    assert sources["lv_edv_ml"] == sources["final_diagnosis"] == "desk"
    assert "t1_scheme" not in sources, "no T1 was measured"
    assert (first.version, second.version) == (1, 2)
    assert first.values["lv_edv_ml"].value == 150.0
    assert second.values["lv_edv_ml"].value == 152.0
    assert second.series == first.series
    deliver(workplace)
    assert len(registry.accepted()) == 2, "nothing new makes no version"


def test_a_later_report_replaces_an_entry_only_where_it_says_something_new(
    workplace, registry, cmr_exam, deliver, enter
):
    exam = cmr_exam()

    def take(**cells):
        report = NamedReport(exam.accession_number, "", tuple(cells.items()))
        workplace.reports.take(report, ValueSource.REPORT_CSV)
        deliver(workplace)

    take_all(workplace, exam.root, Source.COMMAND)
    take(lv_edv_ml="150", lv_esv_ml="60")
    [row] = workplace.store.exams.listed()
    enter(row.id, lv_edv_ml=152.0)
    deliver(workplace)
    take(lv_edv_ml="150", lv_esv_ml="61")
    take(lv_edv_ml="149")
    values = [(m.values["lv_edv_ml"].value, m.values["lv_esv_ml"].value) for m in registry.accepted()]
    assert values == [(150.0, 60.0), (152.0, 60.0), (152.0, 61.0), (149.0, 61.0)]


def test_a_habit_entered_later_reaches_only_delivered_exams_that_it_changes(
    workplace, registry, cmr_exam, deliver, habit
):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    cells = (("lv_edv_ml", "150"), ("lv_esv_ml", "60"))
    workplace.reports.take(NamedReport(exam.accession_number, "", cells), ValueSource.REPORT_CSV)
    deliver(workplace)
    habit("lge_method", "3")
    deliver(workplace)
    assert len(registry.accepted()) == 1
    assert workplace.store.case_reports.due() == []
    habit("lv_method", "1", datetime.date(2100, 1, 1))
    deliver(workplace)
    assert len(registry.accepted()) == 1
    habit("lv_method", "1")
    deliver(workplace)
    assert [m.values.get("lv_method") is not None for m in registry.accepted()] == [False, True]


def test_free_text_and_what_stays_at_the_center_never_cross(workplace, registry, cmr_exam, deliver, enter):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    planted = {
        "local_mrn": "MRN-4711",
        "birth_date": "1961-05-04",
        "report_text": "Jane Doe was seen",
        "referring_question": "Jane Doe",
        "lv_software": "by Jane Doe",
        "no_such_item": "Jane Doe",
        "lv_edv_ml": 99999.0,
    }
    enter(row.id, lv_mass_g=100.0, **planted)
    deliver(workplace)
    [_, second] = registry.accepted()
    assert set(second.values) & set(planted) == set()
    assert second.values["lv_mass_g"].value == 100.0
    assert b"Jane" not in second.canonical_bytes()


def test_an_emptied_report_is_stated_as_a_report(workplace, registry, cmr_exam, deliver, enter):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    enter(row.id, lv_mass_g=100.0)
    deliver(workplace)
    enter(row.id)
    deliver(workplace)
    contents = [manifest.contents for manifest in registry.accepted()]
    assert contents == [Contents.IMAGES_ONLY, Contents.IMAGES_AND_REPORT, Contents.IMAGES_AND_REPORT]
    assert "lv_mass_g" not in registry.accepted()[2].values


def test_what_is_entered_lies_sealed_and_every_version_is_kept(workplace, home, cmr_exam, deliver, enter):
    take_all(workplace, cmr_exam().root, Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    reports: CaseReports = workplace.store.case_reports
    assert enter(row.id, lv_mass_g=113.25) == 1
    assert enter(row.id, lv_mass_g=114.25) == 2
    reports.draft_put(row.id, "jane.doe", [("v-lv_mass_g", "115.75")])
    assert [(one.version, one.entries["lv_mass_g"].entry["value"]) for one in reports.history(row.id)] == [
        (2, 114.25),
        (1, 113.25),
    ]
    assert reports.draft(row.id, "jane.doe").pairs == (("v-lv_mass_g", "115.75"),)
    assert reports.draft(row.id, "john.doe") is None
    workplace.close()
    lying = b"".join(path.read_bytes() for path in home.rglob("connector.sqlite*"))
    for secret in (b"113.25", b"115.75", b"lv_mass_g"):
        assert secret not in lying


def test_an_entry_while_an_exam_waits_to_be_sent_makes_the_next_version(
    workplace, registry, cmr_exam, deliver, enter
):
    take_all(workplace, cmr_exam().root, Source.COMMAND)
    row = workplace.pipeline.step()
    assert row.state is ExamState.QUEUED
    enter(row.id, lv_mass_g=100.0)
    deliver(workplace)
    assert ["lv_mass_g" in manifest.values for manifest in registry.accepted()] == [False, True]


def test_items_are_counted_by_source_and_by_hand():
    values = {
        "sex": entry("F", "dicom"),
        "lv_method": entry("1", "center_profile"),
        "lv_edv_ml": entry(150.0),
        "lv_esv_ml": entry(60.0, "desk"),
        "lv_wt_max_mm": entry(11.0, "desk"),
    }
    found = count(values, ["report_csv"])
    assert found.minimum == {"dicom": 1, "center_profile": 1, "report_csv": 1, "desk": 1}
    assert found.whole["desk"] == 2
    assert found.n_minimum == found.n_open + 4
    assert found.n_by_hand == found.n_open + 1


def test_the_status_says_how_many_items_are_typed_per_exam(workplace, cmr_exam, deliver, enter):
    assert "typing" not in "".join(overview_lines(overview(workplace)))
    take_all(workplace, cmr_exam().root, Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    enter(row.id, lv_mass_g=100.0, lv_edv_ml=150.0)
    deliver(workplace)
    together, alone = overview(workplace)["typing"]
    assert alone["came_by"] == "none"
    assert alone["n_exams"] == together["n_exams"] == 1
    assert alone["minimum"]["desk"] == 2
    assert alone["by_hand_per_exam"] == alone["minimum"]["desk"] + alone["n_open"]
    assert sum(alone["minimum"].values()) + alone["n_open"] == alone["n_minimum"]
    assert any("typed by hand per exam" in line for line in overview_lines(overview(workplace)))


def test_no_exams_make_no_summary(workplace):
    assert workplace.store.counts.summary() == []
    assert SourceSummary("", 0, 0, 0, {}).by_hand_per_exam == 0.0


def test_exams_of_an_older_dictionary_are_counted_anew(workplace, cmr_exam, deliver):
    take_all(workplace, cmr_exam().root, Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    workplace.store._db.execute("UPDATE exam_count SET digest = 'old', n_open = 99")
    assert ExamValues(workplace.store).count_missing() == 1
    assert workplace.store.counts.of_exams([row.id])[row.id][1] < 99
    assert ExamValues(workplace.store).count_missing() == 0
