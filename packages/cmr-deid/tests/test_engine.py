import datetime
import struct

import pytest

from cmr_deid.changes import ACTIONS
from cmr_deid.engine import Engine
from cmr_deid.errors import InstanceRejected
from cmr_deid.identities import Identities, check_pseudonym
from cmr_deid.keys import new_key
from cmr_deid.reading import read_raw, read_source
from cmr_deid.verify import inspect

IMPLICIT = "1.2.840.10008.1.2"
IDENTIFIERS = [
    *("Fnordvexil", "Zebulonia", "MRN-0042177", "19440817", "20210304", "ACC778812", "Wexandra", "Plyxquor"),
    *("AWP774411", "77441199", "1.3.12.2.1107.5.2.99", "Jorvin"),
]


def action_of(result, keyword):
    return {change.action for change in result.changes if change.path.endswith(" " + keyword)}


def test_no_identifier_is_left_and_the_second_look_agrees(mr, engine):
    for syntax in ("1.2.840.10008.1.2.1", IMPLICIT):
        result = engine.deidentify(mr(syntax=syntax))
        for identifier in IDENTIFIERS:
            assert identifier.lower().encode() not in result.data.lower()
        assert inspect(result.data).findings == ()


def test_what_science_needs_stays_equal(mr, engine):
    before, after = read_source(mr()), read_source(engine.deidentify(mr()).data)
    for keyword in (
        *(
            "ImageType",
            "Modality",
            "Manufacturer",
            "ManufacturerModelName",
            "SliceThickness",
            "RepetitionTime",
        ),
        *("EchoTime", "TriggerTime", "ImagePositionPatient", "Rows", "Columns", "PixelSpacing", "BitsStored"),
        *("StudyTime", "PatientSex", "PatientAge", "PixelData", "SOPClassUID"),
    ):
        assert after[keyword].value == before[keyword].value, keyword


def test_every_identity_attribute_gets_its_treatment(mr, engine, identities):
    result = engine.deidentify(mr())
    after = read_source(result.data)
    subject = identities.subject("", "MRN-0042177")
    assert after.PatientID == after.PatientName == subject == result.subject
    assert check_pseudonym(result.subject)
    assert result.exam == identities.exam("1.3.12.2.1107.5.2.99.1.20210304.2")
    assert after.PatientBirthDate == after.AccessionNumber == after.ReferringPhysicianName == ""
    assert after.PatientSize == 1.635
    assert after.PatientWeight == 71.5
    assert after.SeriesDescription == "cine_sax"
    assert after.DeviceSerialNumber == identities.device("77441199")
    assert (
        after.SOPInstanceUID == identities.uid("1.3.12.2.1107.5.2.99.1.20210304.1") == result.sop_instance_uid
    )
    assert after.file_meta.MediaStorageSOPInstanceUID == result.sop_instance_uid
    assert after.StudyInstanceUID == result.study_instance_uid
    assert after.SeriesInstanceUID == result.series_instance_uid
    assert result.transfer_syntax_uid == "1.2.840.10008.1.2.1"
    for keyword in ("InstitutionName", "StationName"):
        assert keyword not in after


def test_dates_move_by_the_patients_days_and_times_stay(mr, engine, identities):
    days = identities.date_offset_days("", "MRN-0042177")
    after = read_source(engine.deidentify(mr()).data)
    moved = datetime.date(2021, 3, 4) + datetime.timedelta(days=days)
    assert after.StudyDate == after.ContentDate == f"{moved:%Y%m%d}"
    assert after.AcquisitionDateTime == f"{moved:%Y%m%d}081500.250000"


def test_the_marks_of_the_standard_are_written(mr, engine):
    after = read_source(engine.deidentify(mr()).data)
    assert after.PatientIdentityRemoved == "YES"
    assert after.LongitudinalTemporalInformationModified == "MODIFIED"
    assert after.DeidentificationMethod[0] == "CMR Registry cmr-mr-1 2026c/2024e"
    codes = [item.CodeValue for item in after.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113105", "113107", "113108", "113111"]
    assert {item.CodingSchemeDesignator for item in after.DeidentificationMethodCodeSequence} == {"DCM"}
    assert "BurnedInAnnotation" not in after


def test_marks_of_an_earlier_tool_are_replaced_with_the_name_inside_them(mr, engine, nested):
    data = mr(
        PatientIdentityRemoved="NO",
        DeidentificationMethod="by Dr. Plyxquor",
        DeidentificationMethodCodeSequence=nested({"CodeValue": "113106", "CodingSchemeDesignator": "DCM"}),
    )
    result = engine.deidentify(data)
    assert b"Plyxquor" not in result.data
    assert b"113106" not in result.data
    assert inspect(result.data).findings == ()


def test_running_twice_changes_nothing(mr, engine):
    once = engine.deidentify(mr())
    twice = engine.deidentify(once.data)
    assert twice.data == once.data
    assert (twice.subject, twice.exam) == (once.subject, once.exam)
    assert twice.removed_values == ()


def test_a_sealed_file_that_somebody_changed_is_de_identified_again(mr, engine):
    once = engine.deidentify(mr())
    changed = once.data.replace(b"cine_sax", b"Hjulpert")
    twice = engine.deidentify(changed)
    assert b"Hjulpert" not in twice.data
    assert twice.subject != once.subject


def test_another_centers_output_is_de_identified_again(mr, engine):
    foreign = Engine(Identities(new_key(bytes(range(7, 39))))).deidentify(mr())
    again = engine.deidentify(foreign.data)
    assert again.subject != foreign.subject
    assert inspect(again.data).findings == ()


def test_unknown_attributes_are_removed_and_reported(mr, engine):
    def plant(dataset):
        dataset.add_new(0x00089999, "LO", "Fnordvexil")
        dataset.add_new(0x00101111, "UN", b"Zebulonia ")
        dataset.add_new(0x40020020, "LO", "Fnordvexil")

    result = engine.deidentify(mr(edit=plant))
    assert b"Fnordvexil" not in result.data
    assert b"Zebulonia" not in result.data
    removed = {change.path: change.rule for change in result.changes if change.action == "removed"}
    assert removed["(0008,9999)"] == "no rule"
    assert removed["(0010,1111)"] == "no rule"


def test_what_was_not_foreseen_is_refused_without_a_traceback_of_values(mr, identities, monkeypatch):
    def broken(*_):
        raise ValueError("Fnordvexil")

    engine = Engine(identities)
    monkeypatch.setattr("cmr_deid.engine.read_facts", broken)
    with pytest.raises(InstanceRejected, match="unreadable") as caught:
        engine.deidentify(mr())
    assert caught.value.__suppress_context__


def test_a_change_holds_no_value(mr, engine):
    result = engine.deidentify(mr())
    text = "".join(f"{c.path} {c.action} {c.rule}" for c in result.changes)
    assert all(identifier not in text for identifier in IDENTIFIERS)
    assert {change.action for change in result.changes} <= set(ACTIONS)


def test_nothing_of_the_patient_stands_in_the_repr(mr, engine):
    shown = repr(engine.deidentify(mr()))
    assert all(identifier not in shown for identifier in IDENTIFIERS)


def test_nested_identifiers_go_and_references_stay_intact(mr, engine, nested, identities):
    data = mr(
        ReferencedImageSequence=nested(
            {"ReferencedSOPClassUID": "1.2.840.10008.5.1.4.1.1.4", "ReferencedSOPInstanceUID": "1.2.3.4"}
        ),
        RequestAttributesSequence=nested({"RequestedProcedureID": "Fnordvexil"}),
        SharedFunctionalGroupsSequence=nested({"PatientName": "Fnordvexil^Z", "StudyDate": "20210304"}),
    )
    result = engine.deidentify(data)
    after = read_source(result.data)
    assert after.ReferencedImageSequence[0].ReferencedSOPInstanceUID == identities.uid("1.2.3.4")
    assert after.ReferencedImageSequence[0].ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.4"
    assert "RequestAttributesSequence" not in after
    assert "PatientName" not in after.SharedFunctionalGroupsSequence[0]
    assert b"Fnordvexil" not in result.data
    assert "Fnordvexil" in result.removed_values


def test_local_codes_go_with_their_item_and_public_codes_stay(mr, engine, nested):
    public = {"CodeValue": "80891009", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Heart"}
    local = {"CodeValue": "DRJONES", "CodingSchemeDesignator": "99LOCAL", "CodeMeaning": "Dr Plyxquor"}
    bare = {"CodeValue": "DRJONES"}
    after = read_source(engine.deidentify(mr(AnatomicRegionSequence=nested(public, local, bare))).data)
    assert [item.CodeValue for item in after.AnatomicRegionSequence] == ["80891009"]


def test_a_sequence_of_local_codes_only_goes_and_an_empty_one_stays(mr, engine, nested):
    local = {"CodeValue": "DRJONES", "CodingSchemeDesignator": "99LOCAL"}
    values = {"AnatomicRegionSequence": nested(local), "PatientOrientationCodeSequence": nested()}
    after = read_source(engine.deidentify(mr(**values)).data)
    assert "AnatomicRegionSequence" not in after
    assert len(after.PatientOrientationCodeSequence) == 0


def test_a_code_outside_a_sequence_goes(mr, engine):
    assert "CodeValue" not in read_source(engine.deidentify(mr(CodeValue="113100")).data)


def test_unreadable_dates_are_emptied_or_removed_and_never_hold(mr, engine):
    result = engine.deidentify(mr(StudyDate="20120000", SeriesDate="20120000", ContentDate="20120000"))
    after = read_source(result.data)
    assert after.StudyDate == after.ContentDate == ""
    assert "SeriesDate" not in after
    assert action_of(result, "StudyDate") == {"emptied"}
    assert action_of(result, "SeriesDate") == {"removed"}
    assert any("not a date" in change.rule for change in result.changes)


def test_a_type_1_date_of_an_enhanced_image_becomes_a_dummy(mr, engine):
    values = {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4.1",
        "ContentDate": "20120000",
        "AcquisitionDateTime": "2012",
    }
    result = engine.deidentify(mr(**values))
    after = read_source(result.data)
    assert after.ContentDate == "19000101"
    assert after.AcquisitionDateTime == "19000101000000"
    assert action_of(result, "ContentDate") == {"replaced"}


def test_empty_dates_and_names_stay_empty(mr, engine):
    result = engine.deidentify(
        mr(StudyDate="", AccessionNumber="", DeviceSerialNumber="", PatientAge="", PatientBirthDate="")
    )
    after = read_source(result.data)
    assert after.StudyDate == after.AccessionNumber == after.DeviceSerialNumber == after.PatientAge == ""
    assert action_of(result, "StudyDate") == {"kept"}


@pytest.mark.parametrize(
    ("values", "keyword", "expected"),
    [
        ({"PatientAge": "104Y"}, "PatientAge", "090Y"),
        ({"PatientAge": "seven"}, "PatientAge", None),
        ({"PatientSex": "female"}, "PatientSex", ""),
        ({"PatientSex": "O"}, "PatientSex", "O"),
        ({"PatientWeight": "3.44"}, "PatientWeight", 3.4),
        ({"PatientSize": "17"}, "PatientSize", None),
        ({"BodyPartExamined": "SMITH"}, "BodyPartExamined", None),
        ({"ReceiveCoilName": "Coil Fnordvexil"}, "ReceiveCoilName", "Coil"),
        ({"ProtocolName": "Fnordvexil"}, "ProtocolName", None),
        ({"ContrastBolusAgent": "for Fnordvexil"}, "ContrastBolusAgent", "for"),
        ({"ContrastBolusAgent": "Fnordvexil"}, "ContrastBolusAgent", ""),
        ({"PatientComments": "cine"}, "PatientComments", None),
        ({"EthnicGroup": "x"}, "EthnicGroup", None),
        ({"DateOfLastCalibration": "20200101"}, "DateOfLastCalibration", None),
        ({"IrradiationEventUID": "1.2.3"}, "DeviceUID", None),
        ({"DeviceUID": "1.2.3"}, "DeviceUID", None),
        (
            {"ImageType": ["ORIGINAL", "PRIMARY", "Zeb^Fnordvexil", "M"]},
            "ImageType",
            ["ORIGINAL", "PRIMARY", "M"],
        ),
        ({"ScanOptions": "Zeb^Fnordvexil"}, "ScanOptions", ""),
        ({"SequenceName": "*tfi2d1_12"}, "SequenceName", "*tfi2d1_12"),
        ({"TimezoneOffsetFromUTC": "+0100"}, "TimezoneOffsetFromUTC", None),
    ],
)
def test_single_attributes_follow_the_profile(out_of, values, keyword, expected):
    after = out_of(**values)
    assert after.get(keyword) == expected


@pytest.mark.parametrize(
    ("keyword", "old", "new"),
    [
        ("RepetitionTime", b"DS\x04\x0040.5", b"DS\x04\x00Fnor"),
        ("TriggerTime", b"DS\x06\x00120.5 ", b"DS\x06\x00Jorvin"),
        ("PhotometricInterpretation", b"CS\x0c\x00MONOCHROME2 ", b"CS\x0c\x00Fnordvexil^Z"),
        ("StudyTime", b"TM\x06\x00081500", b"TM\x06\x00Jorvin"),
    ],
)
def test_a_value_that_does_not_have_the_form_of_its_vr_goes(mr, engine, keyword, old, new):
    data = mr()
    assert data.count(old) == 1
    result = engine.deidentify(data.replace(old, new))
    assert not read_source(result.data).get(keyword)
    assert any("declared form" in c.rule for c in result.changes if c.path.endswith(keyword))


def test_a_sequence_where_a_value_is_expected_goes_and_the_other_way_round(mr, engine, raw_element):
    data = mr()
    item = struct.pack("<HHL", 0xFFFE, 0xE000, 0)
    place = data.index(b"\x18\x00\x50\x00DS")
    for odd in (
        raw_element(0x00180010, "SQ", item, long=True),
        raw_element(0x00180012, "LO", b"Fnordvexil"),
        raw_element(0x00180015, "SQ", item, long=True),
        raw_element(0x00180020, "SQ", item, long=True),
        raw_element(0x0018002A, "LO", b"Fnordvexil"),
    ):
        result = engine.deidentify(data[:place] + odd + data[place:])
        assert b"Fnordvexil" not in result.data
        assert inspect(result.data).findings == ()


def test_a_value_of_odd_length_is_padded(mr, engine, raw_element):
    data = mr()
    place = data.index(b"\x18\x00\x50\x00DS")
    odd = raw_element(0x00180025, "CS", b"N") + raw_element(0x00180083, "DS", b"4")
    result = engine.deidentify(data[:place] + odd + data[place:])
    assert b"\x18\x00\x25\x00CS\x02\x00N " in result.data
    assert b"\x18\x00\x83\x00DS\x02\x004 " in result.data
    assert inspect(result.data).findings == ()


VALUES = {"SS": b"\0\0", "US": b"\0\0", "LO": b"Body"}


@pytest.mark.parametrize(
    ("tag", "written", "expected"),
    [
        (0x00280106, "SS", "SS"),
        (0x00281052, "LO", None),
        (0x00181251, "LO", "SH"),
        (0x00283006, "US", None),
        (0x00209157, "SL", "SL"),
        (0x00209228, "OB", None),
    ],
)
def test_an_attribute_of_a_related_vr_stays_and_of_another_goes(
    mr, engine, raw_element, tag, written, expected
):
    data = mr()
    place = data.index(b"\xe0\x7f\x10\x00")
    odd = raw_element(tag, written, VALUES.get(written, b"\0\0\0\0"), long=written == "OB")
    data = data[:place] + odd + data[place:]
    result = engine.deidentify(data)
    after = read_raw(result.data).data_set.get(tag)
    assert (after.vr if after else None) == expected
    assert inspect(result.data).findings == ()


def test_a_uid_attribute_of_another_vr_goes(mr, engine):
    data = mr().replace(b"\x20\x00\x52\x00UI", b"\x20\x00\x52\x00LO")
    assert "FrameOfReferenceUID" not in read_source(engine.deidentify(data).data)


def test_a_date_of_another_vr_is_no_date(mr, engine):
    data = mr().replace(b"\x08\x00\x23\x00DA", b"\x08\x00\x23\x00LO")
    assert read_source(engine.deidentify(data).data).ContentDate == ""


def test_an_attribute_to_empty_of_another_vr_goes(mr, engine):
    data = mr().replace(b"\x08\x00\x50\x00SH", b"\x08\x00\x50\x00US")
    assert "AccessionNumber" not in read_source(engine.deidentify(data).data)


def test_overlays_curves_icons_signatures_and_original_attributes_go(mr, engine, nested):
    def plant(dataset):
        dataset.add_new(0x60003000, "OW", b"Fnordvexil")
        dataset.add_new(0x60000022, "LO", "Fnordvexil")
        dataset.add_new(0x601E4000, "LT", "Fnordvexil")
        dataset.add_new(0x50000005, "US", 1)
        dataset.add_new(0x00880200, "SQ", nested({"PatientName": "Fnordvexil"}))
        dataset.add_new(0x04000561, "SQ", nested({"PatientName": "Fnordvexil"}))
        dataset.add_new(0xFFFAFFFA, "SQ", nested({"CertificateOfSigner": b"Fnordvexil"}))
        dataset.add_new(0x0018A001, "SQ", nested({"InstitutionName": "Fnordvexil"}))

    result = engine.deidentify(mr(edit=plant))
    assert b"Fnordvexil" not in result.data
    assert {t >> 16 for t in read_raw(result.data).data_set} <= {0x8, 0x10, 0x12, 0x18, 0x20, 0x28, 0x7FE0}


def test_preamble_meta_and_trailing_bytes_are_ours(mr, engine):
    def plant(dataset):
        dataset.file_meta.SourceApplicationEntityTitle = "FNORDVEXIL"
        dataset.file_meta.ImplementationVersionName = "ZEBULONIA"

    data = mr(preamble=b"MZ Fnordvexil".ljust(128, b"x"), edit=plant, tail=b"Zebulonia")
    result = engine.deidentify(data)
    assert result.data[:132] == bytes(128) + b"DICM"
    assert b"fnordvexil" not in result.data.lower()
    assert b"zebulonia" not in result.data.lower()
    assert len([c for c in result.changes if c.rule == "bytes outside the attributes"]) == 2


def test_a_repeated_attribute_is_reported(mr, engine, raw_element):
    data = mr()
    place = data.index(b"\x10\x00\x20\x00LO")
    doubled = data[:place] + raw_element(0x00100020, "LO", b"Zebulonia ") + data[place:]
    result = engine.deidentify(doubled)
    assert b"MRN-0042177" not in result.data
    assert any(c.rule == "the attribute stands twice" for c in result.changes)


def test_private_attributes_go_unless_they_are_safe_science(mr, engine):
    def plant(dataset):
        ge = dataset.private_block(0x0019, "GEMS_ACQU_01", create=True)
        ge.add_new(0xCC, "SS", 1500)
        ge.add_new(0xCB, "SS", 1)
        ge.add_new(0x9C, "LO", "Fnordvexil")
        ge.add_new(0xD7, "LO", "Fnordvexil")
        other = dataset.private_block(0x0019, "FNORDVEXIL INC", create=True)
        other.add_new(0xCC, "SS", 7)
        csa = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
        csa.add_new(0x10, "OB", b"SV10 Fnordvexil ")
        philips = dataset.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
        philips.add_new(0x0E, "FL", 1.25)
        dataset.add_new(0x00311010, "LO", "Fnordvexil without creator")

    result = engine.deidentify(mr(edit=plant))
    after = read_source(result.data)
    private = {tag for tag in read_raw(result.data).data_set if tag >> 16 & 1}
    assert private == {0x00190010, 0x001910CB, 0x001910CC, 0x20050010, 0x2005100E}
    assert b"fnordvexil" not in result.data.lower()
    assert after[0x2005, 0x100E].value == 1.25
    assert inspect(result.data).findings == ()


def test_two_creators_in_one_group_keep_their_blocks(mr, engine):
    def plant(dataset):
        dataset.add_new(0x00190010, "LO", "SOMEBODY ELSE")
        dataset.add_new(0x001910CC, "SS", 3)
        dataset.add_new(0x00190011, "LO", "GEMS_ACQU_01")
        dataset.add_new(0x001911CC, "SS", 1500)

    private = {t for t in read_raw(engine.deidentify(mr(edit=plant)).data).data_set if t >> 16 & 1}
    assert private == {0x00190011, 0x001911CC}


def test_text_in_any_character_set_finds_the_same_patient_and_leaves_nothing(mr, engine):
    for charset, name in (
        ("ISO_IR 192", "Мюллер^Ян"),
        ("ISO_IR 144", "Люкceмбypг"),
        ("ISO_IR 100", "Käthe^Ünal"),
    ):
        data = mr(SpecificCharacterSet=charset, PatientName=name, SeriesDescription=f"cine {name}")
        result = engine.deidentify(data)
        after = read_source(result.data)
        assert after.SpecificCharacterSet == "ISO_IR 192"
        assert after.SeriesDescription == "cine"
        assert inspect(result.data).findings == ()


def test_a_centers_issuer_overrules_the_files(mr, identities):
    fixed = Engine(identities, issuer="CLINIC")
    assert fixed.deidentify(mr()).subject == fixed.deidentify(mr(IssuerOfPatientID="X")).subject
    assert fixed.patient("X", "MRN-0042177").subject == identities.subject("CLINIC", "MRN-0042177")
    assert Engine(identities).deidentify(mr(IssuerOfPatientID="X")).subject == identities.subject(
        "X", "MRN-0042177"
    )


def test_an_odd_number_of_pixel_bytes_is_padded(mr, engine):
    def odd(dataset):
        dataset.Rows, dataset.Columns, dataset.BitsAllocated = 3, 3, 8
        dataset.BitsStored, dataset.HighBit = 8, 7
        dataset.PixelData = bytes(range(9)) + b"\0"

    result = engine.deidentify(mr(edit=odd))
    assert read_source(result.data).PixelData == bytes(range(9)) + b"\0"
    assert inspect(result.data).findings == ()
