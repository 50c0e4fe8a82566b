"""The engine and the second look on real exams that publishers de-identified badly."""

import re
from pathlib import Path

import pytest

from cmr_deid.errors import InstanceRejected
from cmr_deid.leaks import search
from cmr_deid.reading import read_raw, read_source
from cmr_deid.verify import inspect

KEPT = (
    *("ImageType", "Modality", "Manufacturer", "ManufacturerModelName", "SliceThickness", "RepetitionTime"),
    *("EchoTime", "InversionTime", "FlipAngle", "MagneticFieldStrength", "TriggerTime", "NominalInterval"),
    *("HeartRate", "CardiacNumberOfImages", "ImagePositionPatient", "ImageOrientationPatient", "Rows"),
    *(
        "Columns",
        "PixelSpacing",
        "SliceLocation",
        "BitsStored",
        "WindowCenter",
        "WindowWidth",
        "RescaleSlope",
    ),
    *("RescaleIntercept", "SequenceName", "InstanceNumber", "SeriesNumber", "StudyTime", "SeriesTime"),
    *("AcquisitionMatrix", "PixelBandwidth", "SpacingBetweenSlices", "SoftwareVersions", "ScanOptions"),
)
EXAMS = ["cmr/scd_ge_cine/SCD0000301/dicom", "cmr/bivme_siemens_cine", "mr_other/dcm_qa_deident/In"]


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.read_bytes()[128:132] == b"DICM")


@pytest.fixture(scope="module")
def exams(shared_data, engine):
    """Source bytes and results by exam, made once."""
    made = {}

    def exam(name):
        if name not in made:
            sources = [path.read_bytes() for path in files(shared_data(name))]
            made[name] = [(source, engine.deidentify(source)) for source in sources]
        return made[name]

    return exam


def original_identifiers(source):
    """UIDs and dates of the source by a search over its bytes, not by any rule of the engine."""
    header = source[132 : source.rindex(b"\xe0\x7f\x10\x00")]
    uids = set(re.findall(rb"(?<![0-9.])[0-2](?:\.[0-9]+){5,}(?![0-9.])", header))
    dates = set(re.findall(rb"(?<![0-9.])(20[012][0-9][01][0-9][0-3][0-9])(?:[0-9]{6})?(?![0-9])", header))
    return {uid for uid in uids if not uid.startswith(b"1.2.840.10008.")} | dates


@pytest.mark.parametrize("name", EXAMS)
def test_no_original_uid_or_date_is_left_anywhere(exams, name):
    for source, result in exams(name):
        originals = original_identifiers(source)
        assert len(originals) > 3
        written = {found.encode() for found in re.findall(r"(?:19|20)\d{6}", shifted_dates(result.data))}
        header = result.data[: result.data.rindex(b"\xe0\x7f\x10\x00")]
        assert [o for o in originals - written if o in header] == []


def shifted_dates(data):
    elements = read_raw(data).data_set.values()
    return " ".join(bytes(e.value).decode() for e in elements if e.vr in ("DA", "DT"))


def test_nothing_that_the_publishers_left_survives(exams):
    for _, result in exams("cmr/scd_ge_cine/SCD0000301/dicom"):
        for text in (b"SCD0000301", b"48OwLe2NUfWk", b"20120000", b"00000000", b"2.16.124.113543"):
            assert text not in result.data[: -256 * 256 * 2]
    for _, result in exams("cmr/bivme_siemens_cine"):
        head = result.data[: result.data.rindex(b"\xe0\x7f\x10\x00")]
        for text in (
            b"20240704",
            b"20250514",
            b"202041",
            b"patient1",
            b"1.3.12.2.1107",
            b"1.2.826",
            b"972400102",
        ):
            assert text not in head
        assert b"NEOSOFT" not in result.data[:400]
        assert b"NeoAnon" not in head


@pytest.mark.parametrize("name", EXAMS)
def test_pixels_are_bit_equal_and_geometry_and_timing_stay(exams, name):
    for source, result in exams(name)[:30]:
        before, after = read_source(source), read_source(result.data)
        assert bytes(before.PixelData) == bytes(after.PixelData)
        for keyword in KEPT:
            assert str(before.get(keyword)) == str(after.get(keyword)), keyword


@pytest.mark.parametrize("name", EXAMS)
def test_the_second_look_passes_every_output_and_blocks_every_source(exams, name):
    for source, result in exams(name):
        assert inspect(result.data).findings == ()
        codes = {finding.reason_code for finding in inspect(source).findings}
        assert {"original_uid", "identifying_value"} <= codes


@pytest.mark.parametrize("name", EXAMS)
def test_no_removed_value_is_found_in_the_output_but_all_in_the_source(exams, name):
    for source, result in exams(name)[:30]:
        assert search(result.data, result.removed_values) == []
        assert len(search(source, result.removed_values)) == len(result.removed_values)


def test_one_exam_stays_one_exam(exams):
    results = [result for _, result in exams("cmr/scd_ge_cine/SCD0000301/dicom")]
    assert len(results) == 200
    assert len({result.sop_instance_uid for result in results}) == 200
    assert len({result.subject for result in results}) == len({result.exam for result in results}) == 1
    assert len({result.study_instance_uid for result in results}) == 1
    assert len({result.facts.n_phases for result in results}) == 1


def test_running_twice_changes_nothing_on_real_files(exams, engine):
    for name in EXAMS:
        for _, result in exams(name)[:3]:
            assert engine.deidentify(result.data).data == result.data


def test_a_file_marked_elsewhere_gets_our_marks(exams):
    for _, result in exams("mr_other/dcm_qa_deident/In"):
        codes = [item.CodeValue for item in read_source(result.data).DeidentificationMethodCodeSequence]
        assert codes == ["113100", "113105", "113107", "113108", "113111"]


def test_an_enhanced_head_exam_is_refused_and_passes_in_form_when_it_is_none(shared_data, engine):
    for path in files(shared_data("mr_other/dcm_qa_enh/In")):
        source = path.read_bytes()
        with pytest.raises(InstanceRejected, match="head_coverage"):
            engine.deidentify(source)
        chest = source.replace(b"CS\x04\x00HEAD", b"CS\x04\x00LUNG").replace(
            b"CS\x06\x00BRAIN ", b"CS\x06\x00CHEST "
        )
        result = engine.deidentify(chest)
        assert inspect(result.data).findings == ()
        before, after = read_source(chest), read_source(result.data)
        assert bytes(before.PixelData) == bytes(after.PixelData)
        old, new = before.PerFrameFunctionalGroupsSequence, after.PerFrameFunctionalGroupsSequence
        assert len(old) == len(new)
        for one, other in zip(old, new, strict=True):
            place = one.PlanePositionSequence[0].ImagePositionPatient
            assert other.PlanePositionSequence[0].ImagePositionPatient == place
            assert "FrameAcquisitionDateTime" in other.FrameContentSequence[0]
        assert result.facts.repetition_time_ms is not None
        assert search(result.data, result.removed_values) == []
