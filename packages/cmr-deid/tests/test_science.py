"""What measurements stand on, compared between source and output: equal, different or beside the exam (D2)."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cmr_deid.facts import read_facts
from cmr_deid.reading import read_raw
from cmr_deid.science import GROUPS, ScienceReport, Survival, compare, science_of
from cmr_deid.science.reading import read_output
from cmr_exchange.facts import AcquisitionFacts
from cmr_testkit.samples import samples
from cmr_testkit.vendors import VENDORS

NOTHING = AcquisitionFacts()
TRIGGER = "(0018,1060) TriggerTime"


def before(data):
    return science_of(read_raw(data).data_set)


def survived(survival):
    return dict(zip(GROUPS, zip(survival.compared, survival.equal, strict=True), strict=True))


@pytest.mark.parametrize("vendor", VENDORS)
def test_all_science_of_a_whole_exam_survives(engine, vendor, part_10):
    report = ScienceReport()
    for sample in samples(vendor, 4):
        if sample.facts is None:
            continue
        result = engine.deidentify(part_10(sample.dataset))
        survival = compare(result.science, result.facts, result.data)
        assert survival.differences == (), sample.kind
        report.add(result.series_instance_uid, survival)
    assert report.is_whole
    assert report.compared == report.equal
    assert all(report.compared[group] > 20 for group in GROUPS[:3])
    assert any("phase" in words for words in report.shapes)


def test_the_source_of_an_image_is_compared_with_itself_in_full(mr):
    data = mr(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    survival = compare(before(data), read_facts(read_raw(data).data_set), data)
    assert survival.differences == ()
    assert survived(survival)["position and orientation"] == (2, 2)
    assert survived(survival)["facts read again from what leaves"] == (1, 1)
    assert survival.frames == (("-10.5\\20.25\\3.125", "120.5"),)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"TriggerTime": "121.5"}, TRIGGER),
        ({"TriggerTime": None}, TRIGGER),
        ({"ImagePositionPatient": [-10.5, 20.25, 3.126]}, "(0020,0032) ImagePositionPatient"),
        ({"SliceThickness": "8.1"}, "(0018,0050) SliceThickness"),
        ({"Rows": 6, "Columns": 4}, "(0028,0010) Rows"),
        ({"BitsStored": 11}, "(0028,0101) BitsStored"),
    ],
)
def test_a_value_that_changed_is_named(mr, values, name):
    source, output = mr(), mr(**values)
    survival = compare(before(source), NOTHING, output)
    assert name in survival.differences
    assert sum(survival.equal) == sum(survival.compared) - len(survival.differences)


def test_the_same_number_written_otherwise_is_the_same(mr):
    assert compare(before(mr(TriggerTime="120.50")), NOTHING, mr(TriggerTime="120.5")).differences == ()


@pytest.mark.parametrize(
    "values",
    [
        {"TriggerTime": "999999999"},
        {"ImagePositionPatient": [1.0, 2.0]},
        {"AcquisitionTime": "noon"},
    ],
)
def test_what_is_no_such_quantity_is_no_science(mr, values):
    output = mr(**dict.fromkeys(values))
    survival = compare(before(mr(**values)), NOTHING, output)
    assert survival.differences == ()


def test_a_time_of_day_must_stay(mr):
    source = before(mr(AcquisitionTime="081500.250000"))
    assert compare(source, NOTHING, mr(AcquisitionTime="081500.250000")).differences == ()
    assert compare(source, NOTHING, mr(AcquisitionTime="081501.250000")).differences == (
        "(0008,0032) AcquisitionTime",
    )


def test_a_fact_without_an_attribute_travels_beside_the_image(mr):
    survival = compare({}, AcquisitionFacts(venc_cm_s=150.0, n_phases=25), mr(CardiacNumberOfImages="25"))
    assert survival.beside == ("venc_cm_s",)
    assert survived(survival)["facts read again from what leaves"] == (1, 1)


def test_a_fact_that_the_output_tells_otherwise_is_a_difference(mr):
    survival = compare({}, AcquisitionFacts(n_phases=25), mr(CardiacNumberOfImages="24"))
    assert survival.differences == ("n_phases",)


def frames(nested, *triggers):
    return nested(
        *(
            {
                "PlanePositionSequence": nested({"ImagePositionPatient": [0.0, 0.0, 5.0]}),
                "CardiacSynchronizationSequence": nested({"NominalCardiacTriggerDelayTime": trigger}),
            }
            for trigger in triggers
        )
    )


def test_every_frame_of_an_enhanced_image_is_compared(mr, nested):
    source = before(mr(PerFrameFunctionalGroupsSequence=frames(nested, 0.0, 40.0, 80.0)))
    same = compare(source, NOTHING, mr(PerFrameFunctionalGroupsSequence=frames(nested, 0.0, 40.0, 80.0)))
    assert same.differences == ()
    assert [position for position, _ in same.frames] == ["0.0\\0.0\\5.0"] * 3
    assert len({moment for _, moment in same.frames}) == 3
    name = "(0018,9118) CardiacSynchronizationSequence / (0020,9153) NominalCardiacTriggerDelayTime"
    for changed in (frames(nested, 0.0, 41.0, 80.0), frames(nested, 0.0, 40.0)):
        assert name in compare(source, NOTHING, mr(PerFrameFunctionalGroupsSequence=changed)).differences


def philips(slope, nested_too=True):
    def edit(dataset):
        inner = Dataset()
        inner.private_block(0x2005, "Philips MR Imaging DD 001", create=True).add_new(0x0E, "FL", slope)
        frame = Dataset()
        block = frame.private_block(0x2005, "Philips MR Imaging DD 005", create=True)
        block.add_new(0x0F, "SQ", Sequence([inner] if nested_too else []))
        dataset.PerFrameFunctionalGroupsSequence = Sequence([frame])

    return edit


def test_private_scale_factors_of_frames_are_compared(mr):
    source = before(mr(edit=philips(2.5)))
    assert list(source)[-1] == "(2005,xx0E) Philips MR Imaging DD 001"
    assert compare(source, NOTHING, mr(edit=philips(2.5))).differences == ()
    for other in (philips(2.6), philips(2.5, nested_too=False)):
        survival = compare(source, NOTHING, mr(edit=other))
        assert survival.differences == ("(2005,xx0E) Philips MR Imaging DD 001",)


@given(st.binary(max_size=400), st.integers(0, 600))
def test_whatever_bytes_an_output_has_the_comparison_ends(noise, cut):
    whole = bytes(132) + struct.pack("<HH2sH", 0x0028, 0x0010, b"US", 2) + b"\4\0"
    for data in (noise, bytes(132) + noise, whole[:cut] + noise):
        survival = compare({"(0028,0010) Rows": (b"\4\0",)}, NOTHING, data)
        assert survival.compared[GROUPS.index("spacing and matrix")] == 1


def test_the_walk_ends_at_what_it_cannot_read(raw_element):
    rows = raw_element(0x00280010, "US", b"\4\0")
    head = bytes(132) + rows
    assert set(read_output(head)) == {0x00280010}
    assert set(read_output(head + struct.pack("<HH2sH", 0x0040, 0x0280, b"UT", 0))) == {0x00280010}
    assert set(read_output(head + struct.pack("<HH2sHL", 0x0040, 0x0280, b"UT", 0, 50))) == {0x00280010}
    assert set(read_output(head + struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OW", 0, 0) + rows)) == {0x00280010}


def test_the_walk_goes_down_only_so_far(raw_element):
    data = raw_element(0x00200032, "DS", b"1 ")
    for _ in range(40):
        data = raw_element(0x52009230, "SQ", struct.pack("<HHL", 0xFFFE, 0xE000, len(data)) + data, long=True)
    found = read_output(bytes(132) + data)
    depth = 0
    while found:
        [element] = found.values()
        found = element.items[0] if element.items else {}
        depth += 1
    assert depth < 12


def test_a_survival_comes_back_from_its_document():
    survival = Survival((1,) * 7, (1,) * 7, (TRIGGER,), ("venc_cm_s",), (("0\\0\\5", "40"), ("0\\0\\9", "")))
    assert Survival.from_document(json.loads(json.dumps(survival.to_document()))) == survival


def test_moments_that_are_not_of_every_frame_are_passed_over(mr, nested):
    cut = frames(nested, 0.0, 40.0)
    del cut[1].CardiacSynchronizationSequence
    cut[1].PlanePositionSequence[0].ImagePositionPatient = [0.0, 0.0, 9.0]
    found = compare({}, NOTHING, mr(TriggerTime=None, PerFrameFunctionalGroupsSequence=cut)).frames
    assert found == (("0.0\\0.0\\5.0", ""), ("0.0\\0.0\\9.0", ""))
    assert compare({}, NOTHING, mr(ImagePositionPatient=None)).frames == ()


def test_a_report_says_in_words_what_was_compared_and_what_differs():
    two = (("0\\0\\5", "0"), ("0\\0\\5", "40"))
    whole = Survival((2, 5, 3, 0, 0, 0, 0), (2, 5, 3, 0, 0, 0, 0), (), ("venc_cm_s",), two)
    broken = Survival((2, 5, 3, 0, 0, 0, 0), (2, 5, 2, 0, 0, 0, 0), (TRIGGER,), (), (("0\\0\\9", "80"),))
    report = ScienceReport.of([("one", whole), ("one", broken), ("two", broken)])
    assert report.lines() == (
        "3 images compared with the source.",
        "position and orientation: 6 of 6 values equal",
        "spacing and matrix: 15 of 15 values equal",
        "timing and gating: 7 of 9 values equal",
        "2 slices x 2 phases (1 series)",
        "1 slice x 1 phase (1 series)",
        "venc_cm_s: beside the exam for 1",
        f"{TRIGGER}: differs in 2",
    )
    assert (report.differences, report.beside, report.is_whole) == ({TRIGGER: 2}, {"venc_cm_s": 1}, False)
    assert report.rows[0] == ("position and orientation", 6, 6)
    assert ScienceReport.of([("one", whole)]).lines()[0] == "1 image compared with the source."
