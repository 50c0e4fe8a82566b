"""Days from the origin, and values that the images themselves state."""

import datetime

import pydicom
import pytest

from cmr_connector.dicom_values import (
    contrast_values,
    heart_rate,
    patient_values,
    scanner_values,
    sequence_values,
)
from cmr_connector.handover import take_all
from cmr_connector.intake import Source
from cmr_connector.manifests import agreed_facts
from cmr_connector.source_header import plausible_date
from cmr_exchange.facts import AcquisitionFacts

TODAY = datetime.date(2026, 1, 31)


@pytest.fixture
def cmr_exam(cmr_exam, few):
    return lambda **options: few(cmr_exam(**options), 5)


@pytest.fixture
def study(cmr_exam, tmp_path):
    """Another study of the same patient on another date: one image is enough."""
    exam = cmr_exam()

    def make(name, date, edit=lambda _dataset: None):
        dataset = pydicom.dcmread(exam.files[0])
        for keyword in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"):
            setattr(dataset, keyword, date)
        dataset.StudyInstanceUID += f".{name}"
        dataset.SeriesInstanceUID += f".{name}"
        dataset.SOPInstanceUID += f".{name}"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.AccessionNumber = f"ACC{name}"
        edit(dataset)
        path = tmp_path / f"{name}.dcm"
        with pydicom.config.disable_value_validation():
            dataset.save_as(path)
        return path

    return make


def days(registry):
    return [(manifest.day, manifest.exam_year) for manifest in registry.accepted()]


def test_the_first_exam_is_day_zero_and_others_count_from_it(workplace, registry, study, deliver):
    for name, date in (("1", "20200310"), ("2", "20210310"), ("3", "20200229")):
        take_all(workplace, study(name, date), Source.COMMAND)
        deliver(workplace)
    assert days(registry) == [(0, 2020), (365, 2021), (-10, 2020)]
    assert len({manifest.subject for manifest in registry.accepted()}) == 1


def test_an_unreadable_date_has_no_day_unless_it_is_the_first(workplace, registry, study, deliver):
    for name, date in (("1", "20200310"), ("2", "")):
        take_all(workplace, study(name, date), Source.COMMAND)
        deliver(workplace)
    assert days(registry) == [(0, 2020), (None, None)]


def test_a_first_exam_without_date_is_day_zero_and_later_ones_have_no_day(
    workplace, registry, study, deliver
):
    for name, date in (("1", ""), ("2", "20200310")):
        take_all(workplace, study(name, date), Source.COMMAND)
        deliver(workplace)
    assert days(registry) == [(0, None), (None, 2020)]


def test_the_day_of_an_exam_never_moves(workplace, registry, study, deliver):
    take_all(workplace, study("1", "20200310"), Source.COMMAND)
    take_all(workplace, study("2", "20200320"), Source.COMMAND)
    deliver(workplace)
    before = {exam.pseudonym: exam.day for exam in workplace.store.exams.listed()}
    for exam in workplace.store.exams.listed():
        workplace.store.exams.wake(exam.id)
    deliver(workplace)
    assert {exam.pseudonym: exam.day for exam in workplace.store.exams.listed()} == before
    assert sorted(before.values()) == [0, 10]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("20200310", datetime.date(2020, 3, 10)),
        ("2020.03.10", datetime.date(2020, 3, 10)),
        ("20260201", datetime.date(2026, 2, 1)),
        ("20260202", None),
        ("19791231", None),
        ("20200230", None),
        ("00000000", None),
        ("2020", None),
        ("", None),
        ("２０２００３１０", datetime.date(2020, 3, 10)),
        ("20200310-20200311", None),
    ],
)
def test_only_plausible_dates_are_dates(text, date):
    assert plausible_date(text, TODAY) == date


@pytest.mark.parametrize(
    ("attributes", "name", "value"),
    [
        ({"PatientAge": "045Y"}, "age_at_exam_years", 45),
        ({"PatientAge": "093Y"}, "age_at_exam_years", 90),
        ({"PatientAge": "007M"}, "age_at_exam_years", 0.58),
        ({"PatientBirthDate": "19500611", "StudyDate": "20200610"}, "age_at_exam_years", 69),
        ({"PatientBirthDate": "19050611", "StudyDate": "20200610"}, "age_at_exam_years", 90),
        ({"PatientBirthDate": "20200601", "StudyDate": "20200815"}, "age_at_exam_years", 0.17),
        ({"PatientSex": "F"}, "sex", "F"),
        ({"PatientSize": "1.7137"}, "height_cm", 171.5),
        ({"PatientWeight": "80.13"}, "weight_kg", 80.0),
    ],
)
def test_patients_are_described_as_coarsely_as_may_be(attributes, name, value):
    assert patient_values(lambda keyword: attributes.get(keyword, "")) == {
        name: {"source": "dicom", "value": value}
    }


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"PatientBirthDate": "20210101", "StudyDate": "20200610"},
        {"PatientBirthDate": "unknown"},
        {"PatientSex": "unclear"},
        {"PatientSize": "172"},
        {"PatientWeight": "0"},
    ],
)
def test_nothing_is_guessed(attributes):
    assert patient_values(lambda keyword: attributes.get(keyword, "")) == {}


def test_the_scanner_is_stated_where_all_series_agree():
    one = AcquisitionFacts(manufacturer="ge", field_strength_t=1.5)
    assert scanner_values([one, one, AcquisitionFacts()]) == {
        "scanner_vendor": {"source": "dicom", "value": "3"},
        "field_strength_t": {"source": "dicom", "value": 1.5},
    }
    assert scanner_values([one, AcquisitionFacts(manufacturer="siemens", field_strength_t=3.0)]) == {}


@pytest.mark.parametrize(
    ("agents", "known"),
    [
        (["Gadobutrol", ""], {"gbca_given": 1, "gbca_agent": "1"}),
        (["DOTAREM 0.5 mmol/ml"], {"gbca_given": 1, "gbca_agent": "2"}),
        (["ProHance", "Gadoteridol"], {"gbca_given": 1, "gbca_agent": "3"}),
        (["Gadovist", "Magnevist"], {"gbca_given": 1}),
        (["Gadovist or Magnevist"], {}),
        (["", "NO", "CONTRAST", "Applied"], {}),
        ([], {}),
    ],
)
def test_contrast_is_given_where_a_series_names_the_agent(agents, known):
    texts = [
        lambda keyword, agent=agent: agent if keyword == "ContrastBolusAgent" else "" for agent in agents
    ]
    assert {name: one["value"] for name, one in contrast_values(texts).items()} == known


@pytest.mark.parametrize(
    ("intervals", "rate"),
    [
        ([(1000.0, 25), (900.0, 25), (880.0, 25), (400.0, 1)], 67.0),
        ([(1000.0, 1)], None),
        ([(0.0, 25)], None),
        ([(60.0, 25)], None),
        ([], None),
    ],
)
def test_the_heart_rate_is_that_of_the_cine_images(intervals, rate):
    assert heart_rate(intervals).get("heart_rate_bpm", {}).get("value") == rate


@pytest.mark.parametrize(
    ("kinds", "known"),
    [
        ({"localizer", "cine", "lge", "ti_scout"}, {"seq_performed": ["1", "2"], "lge_performed": 1}),
        ({"cine", "flow_pc"}, {"seq_performed": ["1", "9"]}),
        ({"cine", "lge", "perfusion"}, {"lge_performed": 1}),
        ({"cine", "unknown"}, {}),
        ({"localizer"}, {}),
        ((), {}),
    ],
)
def test_sequences_are_stated_all_or_not_at_all(kinds, known):
    assert {name: one["value"] for name, one in sequence_values(kinds).items()} == known


def test_agent_and_heart_rate_of_an_exam_come_from_its_images(workplace, registry, deliver, study):
    def edit(dataset):
        dataset.ContrastBolusAgent, dataset.NominalInterval = "Gadobutrol", "857"
        dataset.CardiacNumberOfImages = 25

    take_all(workplace, study("4", "20200101", edit), Source.COMMAND)
    deliver(workplace)
    [manifest] = registry.accepted()
    assert (manifest.values["gbca_agent"].value, manifest.values["gbca_given"].value) == ("1", 1)
    assert manifest.values["heart_rate_bpm"].value == 70.0


def test_facts_on_which_instances_disagree_are_unknown():
    one = AcquisitionFacts(inversion_time_ms=300.0, echo_time_ms=1.2)
    other = AcquisitionFacts(inversion_time_ms=320.0, n_phases=25)
    assert agreed_facts([one, other]) == AcquisitionFacts(echo_time_ms=1.2, n_phases=25)
