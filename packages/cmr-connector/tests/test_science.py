"""What measurements stand on is compared between source and outgoing file; a difference keeps an image inside."""

import dataclasses

import pytest

from cmr_connector.archive_reader import Member
from cmr_connector.examination import examine
from cmr_connector.handover import take_all
from cmr_connector.intake import Source
from cmr_connector.manifests import agreed_facts
from cmr_connector.states import ExamState
from cmr_deid.science import ScienceReport, compare
from cmr_exchange.facts import AcquisitionFacts


@pytest.fixture
def changed(monkeypatch):
    """A trigger time that the output does not hold as the source held it."""

    def comparing(before, facts, data):
        return compare({**before, "(0018,1060) TriggerTime": (b"4321.5",)}, facts, data)

    monkeypatch.setattr("cmr_connector.deidentifying.compare", comparing)
    monkeypatch.setattr("cmr_connector.examination.compare", comparing)


def report_of(workplace):
    return ScienceReport.of(workplace.store.ledger.survivals(1))


def test_every_image_of_an_exam_is_compared_and_equal(workplace, registry, cmr_exam, deliver):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    report = report_of(workplace)
    assert report.n_instances == len(exam.files) == len(registry.stored())
    assert report.is_whole
    assert report.compared == report.equal
    assert any("phases" in words for words in report.shapes)


def test_an_image_whose_science_changed_stays_inside_and_says_where(
    workplace, registry, cmr_exam, deliver, changed
):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    assert (row.state, row.reason) == (ExamState.HELD, "science_changed")
    assert registry.received_bytes == 0
    assert report_of(workplace).differences == {"(0018,1060) TriggerTime": len(exam.files)}


def test_a_look_at_a_drop_says_so_too(workplace, cmr_exam, changed):
    exam = cmr_exam()
    images = [(exam.root / name).read_bytes() for name in exam.files]
    members = [Member(str(number), image, len(image)) for number, image in enumerate(images)]
    found = examine(workplace.engine, members, 1 << 30, lambda n: None)
    assert found.refused["science_changed"] == len(exam.files)


def test_comparing_again_replaces_what_was_noted(workplace, registry, cmr_exam, deliver):
    take_all(workplace, cmr_exam().root, Source.COMMAND)
    deliver(workplace)
    [(_, first), *others] = workplace.store.ledger.survivals(1)
    workplace.store.ledger.compared(1, dataclasses.replace(first, beside=("venc_cm_s",)).to_document())
    assert report_of(workplace).beside == {"venc_cm_s": 1}
    assert len(workplace.store.ledger.survivals(1)) == len(others) + 1


def test_the_facts_of_a_series_are_what_its_images_agree_on():
    mosaic = AcquisitionFacts(slice_timing_ms=(0.0, 52.5), venc_direction="ap", trigger_time_ms=0.0)
    later = dataclasses.replace(mosaic, trigger_time_ms=40.0)
    assert agreed_facts([mosaic, later]) == dataclasses.replace(mosaic, trigger_time_ms=None)
    other = dataclasses.replace(mosaic, slice_timing_ms=(52.5, 0.0))
    assert agreed_facts([mosaic, other]).slice_timing_ms is None
