import io
import struct
import uuid

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite

from cmr_deid.identities import check_character
from cmr_deid.profile import Act, default_profile
from cmr_deid.safe_private import SAFE_PRIVATE
from cmr_deid.verify import Finding, inspect, private_terms, tables
from cmr_deid.verify.values import value_finding
from cmr_deid.vocabulary import GUARDED, NAMESAKES, PHRASES, SURE
from cmr_exchange.reasons import REASONS


def codes(data):
    return {finding.reason_code for finding in inspect(data).findings}


@pytest.fixture(scope="module")
def output(mr, engine, nested):
    return engine.deidentify(
        mr(
            ReferencedImageSequence=nested(
                {"ReferencedSOPClassUID": "1.2.840.10008.5.1.4.1.1.4", "ReferencedSOPInstanceUID": "1.2.3.4"}
            )
        )
    ).data


@pytest.fixture(scope="module")
def leaky(output):
    """The output with one thing put back, written by pydicom."""

    def put_back(edit, **meta):
        dataset = pydicom.dcmread(io.BytesIO(output))
        edit(dataset)
        for keyword, value in meta.items():
            setattr(dataset.file_meta, keyword, value)
        buffer = io.BytesIO()
        dcmwrite(buffer, dataset, enforce_file_format=True)
        return buffer.getvalue()

    return put_back


def test_a_clean_output_passes_and_tells_its_identity(output, identities):
    seen = inspect(output)
    assert seen.findings == ()
    assert seen.patient_id == identities.subject("", "MRN-0042177")
    assert seen.sop_class_uid == "1.2.840.10008.5.1.4.1.1.4"
    assert seen.study_instance_uid == identities.uid("1.3.12.2.1107.5.2.99.1.20210304.2")
    assert seen.series_instance_uid == identities.uid("1.3.12.2.1107.5.2.99.1.20210304.3")
    assert seen.sop_instance_uid == identities.uid("1.3.12.2.1107.5.2.99.1.20210304.1")
    assert (seen.rows, seen.columns, seen.number_of_frames, seen.modality) == (4, 6, 1, "MR")
    assert seen.transfer_syntax_uid == "1.2.840.10008.1.2.1"
    assert output[seen.pixel_offset : seen.pixel_offset + seen.pixel_length] == struct.pack(
        "<24H", *range(24)
    )


def test_a_rewritten_clean_output_passes_too(leaky):
    assert inspect(memoryview(leaky(lambda dataset: None))).findings == ()


def test_an_identified_original_is_blocked(mr):
    assert codes(mr()) >= {
        "not_marked",
        "original_uid",
        "identifying_attribute",
        "identifying_value",
    }


def attribute(keyword, value):
    return lambda dataset: setattr(dataset, keyword, value)


def element(tag, vr, value):
    return lambda dataset: dataset.add_new(tag, vr, value)


def inside(tag, vr, value):
    return lambda dataset: dataset.ReferencedImageSequence[0].add_new(tag, vr, value)


def private(creator, group, number, vr, value):
    return lambda dataset: dataset.private_block(group, creator, create=True).add_new(number, vr, value)


WRONG_CHECK = "A" * 16 + ("B" if check_character("A" * 16) != "B" else "C")
LEAKS = {
    "name": attribute("PatientName", "Fnordvexil^Zebulonia"),
    "name as id": attribute("PatientID", "MRN-0042177"),
    "id with a wrong check letter": lambda d: (
        attribute("PatientID", WRONG_CHECK)(d),
        attribute("PatientName", WRONG_CHECK)(d),
    ),
    "name of another subject": attribute("PatientName", "A" * 17),
    "no id": attribute("PatientID", ""),
    "birth date": attribute("PatientBirthDate", "19440817"),
    "accession number": attribute("AccessionNumber", "ACC778812"),
    "referring physician": attribute("ReferringPhysicianName", "Plyxquor^J"),
    "study id": attribute("StudyID", "ST1234"),
    "institution": attribute("InstitutionName", "Wexandra Clinic"),
    "station": attribute("StationName", "AWP774411"),
    "operator": attribute("OperatorsName", "Plyxquor"),
    "other ids": attribute("OtherPatientIDs", "X1"),
    "address": attribute("PatientAddress", "1 Lane"),
    "phone": attribute("PatientTelephoneNumbers", "+1 555 1234"),
    "comments": attribute("PatientComments", "x"),
    "zone": attribute("TimezoneOffsetFromUTC", "+0100"),
    "name to use of 2026": element(0x00100012, "LT", "Zebi"),
    "unknown attribute": element(0x00089999, "LO", "x"),
    "age over 90": attribute("PatientAge", "093Y"),
    "age in days": attribute("PatientAge", "013D"),
    "serial number": attribute("DeviceSerialNumber", "77441199"),
    "original study uid": attribute("StudyInstanceUID", "1.3.12.2.1107.5.2.99.1"),
    "original frame of reference": attribute("FrameOfReferenceUID", "1.3.12.2.1107.5.2.99.1"),
    "number under the root of the standard": attribute("FrameOfReferenceUID", "1.2.840.10008.0042177"),
    "uid in a private root of ours": attribute("FrameOfReferenceUID", "2.25.x"),
    "name in a description": attribute("SeriesDescription", "cine Fnordvexil"),
    "name glued to a word": attribute("SeriesDescription", "cineFnordvexil"),
    "name in the protocol": attribute("ProtocolName", "Dr_Plyxquor_LGE"),
    "date in a description": attribute("SeriesDescription", "cine 2021-03-04"),
    "phone in a description": attribute("StudyDescription", "mr 555 123 45 67"),
    "e-mail in a coil": attribute("ReceiveCoilName", "a@b.org"),
    "caret in a coil": attribute("ReceiveCoilName", "Fnord^Vexil"),
    "date in software": attribute("SoftwareVersions", "20210304"),
    "date in a number": element(0x00181060, "DS", "20210304"),
    "letters outside ascii": element(0x00181250, "SH", "Müller"),
    "body part of a word": attribute("BodyPartExamined", "ZEBULONIA"),
    "digits in a code string": attribute("ScanOptions", "MRN0042177"),
    "sex in words": element(0x00100040, "CS", "FEMALE"),
    "zone in a date time": element(0x0008002A, "DT", "20210304081500+0100"),
    "nested name": inside(0x00100010, "PN", "Fnordvexil^Z"),
    "nested institution": inside(0x00080080, "LO", "Clinic"),
    "nested original uid": inside(0x00081155, "UI", "1.3.12.2.1107.5"),
    "nested unknown": inside(0x00101111, "LO", "x"),
    "request attributes": element(0x00400275, "SQ", [Dataset()]),
    "original attributes": element(0x04000561, "SQ", [Dataset()]),
    "icon": element(0x00880200, "SQ", [Dataset()]),
    "overlay": element(0x60003000, "OW", b"ab"),
    "curve": element(0x50000005, "US", 1),
    "csa header": private("SIEMENS CSA HEADER", 0x0029, 0x10, "OB", b"name"),
    "unsafe element of a safe creator": private("GEMS_ACQU_01", 0x0019, 0x9C, "LO", "name"),
    "text in a safe place": private("GEMS_ACQU_01", 0x0019, 0xCC, "LO", "name"),
    "date in a safe number": private("GEMS_ACQU_01", 0x0019, 0x2F, "DS", "20210304"),
    "private creator with a name": element(0x00290010, "LO", "FNORDVEXIL"),
    "private without creator": element(0x00291010, "LO", "x"),
    "method text with a name": attribute("DeidentificationMethod", "by Dr. Plyxquor"),
    "local code": lambda d: setattr(
        d.DeidentificationMethodCodeSequence[0], "CodingSchemeDesignator", "99DR"
    ),
    "long text": element(0x00181250, "LT", "a " * 600),
    "value of another vr": element(0x00181060, "LO", "12"),
}
ALLOWED_CODES = {
    *("identifying_value", "identifying_attribute", "original_uid", "private_attribute", "no_patient_id"),
    *("not_marked", "missing_uid"),
}


@pytest.mark.parametrize("kind", LEAKS)
def test_one_leak_put_back_is_blocked(leaky, kind):
    found = codes(leaky(LEAKS[kind]))
    assert found
    assert found <= ALLOWED_CODES


def test_there_are_fifty_kinds_of_leaks():
    assert len(LEAKS) >= 50


def remove(keyword):
    return lambda dataset: delattr(dataset, keyword)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (attribute("PatientIdentityRemoved", "NO"), "not_marked"),
        (remove("DeidentificationMethod"), "not_marked"),
        (remove("DeidentificationMethodCodeSequence"), "not_marked"),
        (remove("LongitudinalTemporalInformationModified"), "not_marked"),
        (attribute("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"), "secondary_capture"),
        (attribute("ConversionType", "WSD"), "secondary_capture"),
        (attribute("SOPClassUID", "1.2.840.10008.5.1.4.1.1.2"), "sop_class"),
        (attribute("Modality", "CT"), "not_mr"),
        (attribute("ImageType", ["DERIVED", "SECONDARY", "SCREEN SAVE"]), "screen_save"),
        (attribute("SamplesPerPixel", 3), "screen_save"),
        (attribute("BurnedInAnnotation", "YES"), "burned_in"),
        (attribute("BodyPartExamined", "HEAD"), "head_coverage"),
        (attribute("Rows", 5), "pixel_length"),
        (remove("Rows"), "pixel_length"),
        (attribute("NumberOfFrames", 3), "pixel_length"),
        (element(0x00280008, "IS", "-1"), "pixel_length"),
        (element(0x00280010, "US", [4, 4]), "pixel_length"),
        (remove("PixelData"), "pixel_length"),
        (remove("SOPInstanceUID"), "missing_uid"),
    ],
)
def test_what_is_not_taken_is_blocked_with_its_reason(leaky, edit, code):
    assert code in codes(leaky(edit))


def test_file_meta_may_carry_nothing_of_the_hospital(leaky):
    keep = lambda dataset: None  # noqa: E731
    assert codes(leaky(keep, SourceApplicationEntityTitle="WARD7")) == {"identifying_attribute"}
    assert codes(leaky(keep, ImplementationClassUID="1.2.276.0.7230010.3.0.3.6.7")) == set()
    assert codes(leaky(keep, ImplementationVersionName="Dr^Plyxquor")) == {"identifying_value"}
    data = leaky(keep)
    first = data.index(b"2.25.")
    assert codes(data[:first] + b"2.26." + data[first + 5 :]) == {"original_uid"}


def test_bytes_outside_the_attributes_are_blocked(output):
    assert codes(b"MZ" + output[2:]) == {"hidden_bytes"}
    assert codes(output + b"x") == {"hidden_bytes"}
    assert codes(output + b"Fnordvexil Zebulonia") == {"hidden_bytes"}
    assert codes(output + output[-60:]) == {"hidden_bytes"}


def test_repeated_or_unsorted_attributes_are_blocked(output, raw_element):
    place = output.index(b"\x10\x00\x20\x00LO")
    assert codes(output[:place] + raw_element(0x00080050, "SH", b"") + output[place:]) == {"hidden_bytes"}


@pytest.mark.parametrize(
    "syntax", ["1.2.840.10008.1.2\0\0\0", "1.2.840.10008.1.2.2\0", "1.2.840.10008.1.2.5\0"]
)
def test_other_encodings_are_blocked(output, syntax):
    assert codes(output.replace(b"1.2.840.10008.1.2.1\0", syntax.encode())) == {"transfer_syntax"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "zero_length"),
        (b"text", "not_dicom"),
        (bytes(200), "not_dicom"),
        (bytes(128) + b"DICM", "transfer_syntax"),
        (bytes(128) + b"DICM\x02\x00\x10\x00UI", "truncated"),
        (bytes(128) + b"DICM\x02\x00\x10\x00??\x02\x00ab", "unreadable"),
    ],
)
def test_what_is_no_file_has_a_reason(data, code):
    assert code in codes(data)


def test_a_file_cut_anywhere_is_blocked(output):
    for cut in range(len(output)):
        assert codes(output[:cut])


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_no_flipped_byte_crashes_the_second_look(output, place, value):
    data = bytearray(output)
    data[place % len(data)] = value
    assert all(finding.reason_code in REASONS for finding in inspect(bytes(data)).findings)


def sequence(body, length=0xFFFFFFFF, vr=b"SQ"):
    return b"\x08\x00\x40\x11" + vr + b"\0\0" + struct.pack("<L", length) + body


ITEM = struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
ITEM_END = struct.pack("<HHL", 0xFFFE, 0xE00D, 0)
STOP = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
UID = b"\x08\x00\x55\x11UI\x2a\x00" + f"2.25.{uuid.UUID(int=7 << 120, version=4).int}".encode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (sequence(ITEM + UID + ITEM_END + STOP), None),
        (sequence(b"", 0), None),
        (sequence(ITEM + UID + ITEM_END), "unreadable"),
        (sequence(UID), "unreadable"),
        (sequence(struct.pack("<HHL", 0xFFFE, 0xE000, 99), 8), "truncated"),
        (sequence(b"\0" * 8, 8), "unreadable"),
        (sequence(b"", 9999999), "truncated"),
        (sequence(b"", 0xFFFFFFFF, b"UN"), "unreadable"),
    ],
)
def test_sequences_are_walked_with_care(output, body, code):
    place = output.index(b"\x08\x00\x40\x11SQ")
    length = struct.unpack_from("<L", output, place + 8)[0]
    assert codes(output[:place] + body + output[place + 12 + length :]) == ({code} if code else set())


def test_a_sequence_cut_at_the_end_of_the_file_is_truncated(output):
    place = output.index(b"\x08\x00\x40\x11SQ")
    for body in (sequence(b""), sequence(ITEM), sequence(ITEM + UID)):
        assert codes(output[:place] + body) == {"truncated"}


def test_ten_thousand_levels_are_refused(output):
    place = output.index(b"\x08\x00\x40\x11SQ")
    assert codes(output[:place] + (sequence(b"") + ITEM) * 10_000) == {"too_deep"}


def test_findings_of_a_hostile_file_are_bounded(output, raw_element):
    place = output.index(b"\xe0\x7f\x10\x00")
    many = b"".join(raw_element(0x60010000 | n, "LO", b"") for n in range(0x1000, 0x1400))
    assert len(inspect(output[:place] + many + output[place:]).findings) == 200


def test_compressed_pixels_are_walked(mr, engine):
    scan = b"\xff\xc3\0\x0b" + bytes(9) + b"\xff\xda\0\2" + bytes(10)
    fragments = pydicom.encaps.encapsulate([b"\xff\xd8" + scan + b"\xff\xd9"])

    def compress(dataset):
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.70"
        dataset.PixelData = fragments
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True

    data = engine.deidentify(mr(edit=compress)).data
    assert codes(data) == set()
    assert codes(data[:-8]) == {"truncated"}
    assert codes(data[:-8] + bytes(8)) == {"unreadable"}
    assert codes(data.replace(b"1.2.840.10008.1.2.4.70", b"1.2.840.10008.1.2.1\0\0\0")) <= {"transfer_syntax"}


def test_a_finding_holds_numbers_only(mr):
    for finding in inspect(mr()).findings:
        assert isinstance(finding, Finding)
        assert finding.reason_code in REASONS
        assert not set(finding.path) - set("(),/0123456789ABCDEF")


def test_both_looks_agree_on_what_may_stand():
    assert default_profile().kept() | {0x0018A003} == set(tables.PUBLIC)


def test_both_looks_agree_on_safe_private_places():
    ours = {(place[0].encode(), *place[1:]): safe for place, safe in SAFE_PRIVATE.items()}
    sequences = {place for place, safe in ours.items() if safe.vr == "SQ"}
    numbers = {place: safe.vr for place, safe in ours.items() if not safe.form and safe.vr != "SQ"}
    texts = {place for place, safe in ours.items() if safe.form}
    assert numbers == tables.PRIVATE
    assert sequences == private_terms.SEQUENCES
    assert {place for place in texts if ours[place].form == "words"} == private_terms.TECHNIQUE
    assert {place for place in texts if ours[place].form == "codes"} == private_terms.CODES
    assert {place for place in texts if ours[place].form not in ("words", "codes")} == set(
        private_terms.FORMS
    )


def test_every_word_that_the_engine_keeps_passes_the_second_look():
    for word in SURE | GUARDED:
        assert value_finding(0x0008103E, "LO", word.encode()) is None, word
    for phrase in PHRASES:
        assert value_finding(0x0008103E, "LO", " ".join(phrase).encode()) is None, phrase


def test_a_word_that_is_a_name_passes_in_its_phrase_only():
    for word in NAMESAKES:
        assert value_finding(0x0008103E, "LO", f"cine {word}".encode()) == "identifying_value", word


@pytest.mark.parametrize(
    "text",
    [
        *(
            "cine JS",
            "J.S. cine",
            "cine S. M.",
            "SAX JS80",
            "BB55 cine",
            "KG26",
            "flow Q0X8Z1K9W0",
            "4CH 1955",
        ),
        *(
            "cinefnordvexil",
            "CineFnordvexil",
            "cine" * 12,
            "Heart Rose",
            "Long Peter",
            "Axel cine",
            "cine 1234",
        ),
        *("cine_J", "v2021", "B1955", "cine W10", "short, axis", "Kurz cine", "room 12", "x\\Meyer"),
    ],
)
def test_initials_numbers_and_names_in_a_description_are_stopped(text):
    assert value_finding(0x0008103E, "LO", text.encode()) == "identifying_value"


@pytest.mark.parametrize(
    "text",
    [
        *("*tfi2d1_10", "fl2d1_v150in", "T1Map_MOLLI_5(3)3_SAX", "B-TFE BH 4CH", "Q_flow_(Qs)_Aorta_250_P"),
        *(
            "R_TO_R 700_MS",
            "CARDIAC W/WO CONTRAST",
            "PC_150cm/s",
            "dwi b1000",
            "TE0.7_12echo",
            "HEART",
            "2k 3k",
        ),
        *("h2d1_171", "cine\\retro", "CineSAX", "mBH", "THORACIC_AORTA", ""),
    ],
)
def test_technique_as_scanners_write_it_passes(text):
    assert value_finding(0x0008103E, "LO", text.encode()) is None


def test_a_text_of_an_attribute_that_no_list_names_is_stopped():
    assert value_finding(0x00080081, "ST", b"cine") == "identifying_value"
    assert value_finding(0x00080081, "ST", b"") is None


def test_every_attribute_cleaned_by_vocabulary_is_read_word_by_word():
    cleaned = {tag for tag, rule in default_profile().rules.items() if rule.act is Act.CLEAN_WORDS}
    assert cleaned == tables.DESCRIPTIONS
