"""Cases 33 to 40 of the adversarial list: ages, patients who share or lack numbers, marks, containers, frames."""

import io
import json
import random
import zipfile

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset

from cmr_deid import cli
from cmr_deid.engine import Engine
from cmr_deid.errors import InstanceHeld, InstanceRejected
from cmr_deid.verify import inspect
from cmr_testkit.plants import PLACES, found, planted_file

FUTURE = ("089Y", "090Y", "091Y", "104Y", "119Y")


@pytest.mark.parametrize("age", FUTURE)
def test_case_33_a_follow_up_above_89_tells_nothing_more(mr, gone, age):
    after = gone(mr(PatientAge=age, PatientBirthDate="19300817"), "19300817")
    assert after.PatientAge == ("089Y" if age == "089Y" else "090Y")
    assert after.PatientBirthDate == ""


@pytest.mark.parametrize(
    ("age", "kept"), [("023M", "023M"), ("025M", "002Y"), ("400D", "013M"), ("010W", "002M")]
)
def test_case_33_a_small_child_keeps_months_and_no_days(out_of, age, kept):
    assert out_of(PatientAge=age).PatientAge == kept


@pytest.mark.parametrize("number", ["", "0", "000000", "ANONYMOUS", "unknown", " "])
def test_case_34_an_empty_or_shared_number_is_held(mr, engine, number):
    with pytest.raises(InstanceHeld, match="no_patient_id"):
        engine.deidentify(mr(PatientID=number))


def test_case_34_one_number_of_two_issuers_is_two_subjects_and_two_offsets(mr, engine):
    subjects, dates = set(), set()
    for issuer in ("CLINIC A", "CLINIC B", "CLINIC C", ""):
        result = engine.deidentify(mr(IssuerOfPatientID=issuer))
        subjects.add(result.subject)
        dates.add(pydicom.dcmread(io.BytesIO(result.data)).StudyDate)
        assert b"CLINIC" not in result.data
    assert len(subjects) == len(dates) == 4


def test_case_34_twins_are_two_subjects(mr, engine):
    one = engine.deidentify(mr(PatientID="QX1", PatientName="Plyx^Aa"))
    other = engine.deidentify(mr(PatientID="QX2", PatientName="Plyx^Ab"))
    assert one.subject != other.subject


def test_case_34_a_number_in_another_case_or_with_blanks_is_the_same_subject(mr, engine):
    subjects = {engine.deidentify(mr(PatientID=n)).subject for n in ("QX12a", "qx12A", " QX12A ")}
    assert len(subjects) == 1


def test_case_34_after_a_merge_the_new_number_alone_counts(mr, engine, nested):
    others = nested({"PatientID": "QX99", "IssuerOfPatientID": "OLD"})
    merged = engine.deidentify(mr(PatientID="QX1", OtherPatientIDsSequence=others))
    assert merged.subject == engine.deidentify(mr(PatientID="QX1")).subject
    assert b"QX99" not in merged.data


def test_case_35_two_patients_in_one_series_never_become_one(mr, engine):
    series = {"SeriesInstanceUID": "1.2.3.4", "StudyInstanceUID": "1.2.3"}
    one = engine.deidentify(mr(PatientID="QX1", **series))
    other = engine.deidentify(mr(PatientID="QX2", PatientName="Plyx^Q", **series))
    assert one.series_instance_uid == other.series_instance_uid
    assert one.subject != other.subject


def test_case_36_marks_of_an_earlier_tool_are_replaced(mr, gone, nested):
    codes = nested(
        {"CodeValue": "113100", "CodingSchemeDesignator": "DCM", "CodeMeaning": "Basic, seen by Plyxquor"},
        {"CodeValue": "113106", "CodingSchemeDesignator": "DCM", "CodeMeaning": "Retain Full Dates"},
    )
    after = gone(
        mr(PatientIdentityRemoved="YES", DeidentificationMethod="Plyxquor tool\\for Fnordvexil",
           DeidentificationMethodCodeSequence=codes, LongitudinalTemporalInformationModified="UNMODIFIED",
           BurnedInAnnotation="NO"),
        "plyxquor", "fnordvexil", "113106",
    )  # fmt: skip
    assert after.LongitudinalTemporalInformationModified == "MODIFIED"
    assert after.PatientIdentityRemoved == "YES"


def test_case_37_a_clean_file_run_again_is_the_same_file(mr, engine):
    once = engine.deidentify(mr())
    again = engine.deidentify(once.data)
    assert again.data == once.data
    assert again.changes == ()


def test_case_37_a_copy_of_a_clean_file_that_pydicom_wrote_keeps_its_subject(mr, engine):
    once = engine.deidentify(mr())
    buffer = io.BytesIO()
    pydicom.dcmread(io.BytesIO(once.data)).save_as(buffer, enforce_file_format=True)
    assert engine.deidentify(buffer.getvalue()).subject == once.subject


def test_case_38_a_dicomdir_is_rejected(engine):
    directory = Dataset()
    directory.file_meta = FileMetaDataset()
    directory.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    directory.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    directory.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    record = Dataset()
    record.PatientName, record.DirectoryRecordType = "Fnordvexil^Z", "PATIENT"
    directory.DirectoryRecordSequence = [record]
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, directory, enforce_file_format=True)
    with pytest.raises(InstanceRejected, match="sop_class"):
        engine.deidentify(buffer.getvalue())


def test_case_38_attributes_of_a_directory_inside_an_image_go(bent, gone):
    def record(dataset):
        inner = Dataset()
        inner.PatientName = "Fnordvexil^Z"
        dataset.add_new(0x00041220, "SQ", [inner])
        dataset.add_new(0x00041130, "CS", "PLYXQUOR")

    gone(bent(record), "plyxquor", "fnordvexil")


def test_case_38_folder_and_file_names_go_no_further_than_the_hospital(mr, identities, tmp_path, capsys):
    source = tmp_path / "Fnordvexil Zebulonia 17081944"
    source.mkdir()
    (source / "MRN-0042177 cine.dcm").write_bytes(mr())
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.comment = b"Fnordvexil"
        packed.writestr("Fnordvexil.dcm", mr())
    (source / "Fnordvexil.zip").write_bytes(archive.getvalue())
    key = tmp_path / "key"
    assert cli.main(["keygen", str(key)]) == 0
    out, report = tmp_path / "out", tmp_path / "R.jsonl"
    arguments = [
        "run",
        str(source),
        str(out),
        "--key-file",
        str(key),
        "--report",
        str(report),
        "--number-sources",
    ]
    assert cli.main(arguments) == 1
    printed = capsys.readouterr()
    names = " ".join(path.relative_to(out).as_posix() for path in out.rglob("*"))
    told = f"{printed.out}{printed.err}{names}{report.read_text()}".lower()
    assert [json.loads(line)["reasons"] for line in report.read_text().splitlines()] in (
        [["not_dicom"], []], [[], ["not_dicom"]],
    )  # fmt: skip
    for secret in ("fnordvexil", "zebulonia", "0042177", "17081944"):
        assert secret not in told
        assert all(secret.encode() not in path.read_bytes().lower() for path in out.rglob("*.dcm"))


def test_case_39_what_stands_in_the_frames_of_an_enhanced_image_goes(enhanced, engine):
    frames = [place for place in PLACES if place.how == "frames"]
    data, plants = planted_file(enhanced, random.Random(39), frames)
    assert len(plants) > 4 * len(frames)
    result = engine.deidentify(data)
    assert found(result.data, plants) == []
    assert inspect(result.data).findings == ()


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("AdmittingDiagnosesDescription", "Fabry disease"),
        ("MedicalAlerts", "Danon disease"),
        ("AdditionalPatientHistory", "arrhythmogenic cardiomyopathy PKP2"),
        ("PatientComments", "Barth syndrome"),
        ("ReasonForStudy", "Anderson-Fabry"),
        ("Occupation", "lighthouse keeper"),
        ("EthnicGroup", "Sami"),
        ("CountryOfResidence", "Andorra"),
        ("SeriesDescription", "cine Fabry"),
    ],
)
def test_case_40_a_rare_disease_a_small_place_and_a_great_age_do_not_meet_in_the_image(
    mr, gone, keyword, value
):
    values = {"PatientAge": "101Y", "InstitutionName": "Wexandra Clinic", keyword: value}
    after = gone(mr(**values), value.split()[-1], "wexandra")
    assert after.PatientAge == "090Y"


def test_case_40_the_device_of_a_small_center_has_another_name_everywhere(mr, identities):
    from_one = Engine(identities).deidentify(mr()).data
    assert b"77441199" not in from_one
    assert b"AWP774411" not in from_one
