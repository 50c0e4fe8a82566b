"""Identifiers in standard attributes of every value representation, at the top level of an image."""

from collections.abc import Iterable

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from cmr_testkit.plants.place import Place, Planter, place, put, put_text
from cmr_testkit.plants.reserved import (
    ARABIC,
    CYRILLIC,
    GREEK,
    HANGUL,
    HANZI,
    KANJI,
    Needle,
    Reserved,
    Secret,
    double,
    long,
    named,
)

_STANDARD = """
PatientName PN title | OtherPatientNames PN person person | PatientBirthName PN person
PatientMotherBirthName PN person | ReferringPhysicianName PN person | PhysiciansOfRecord PN person person
PerformingPhysicianName PN person | NameOfPhysiciansReadingStudy PN person | OperatorsName PN person person
RequestingPhysician PN person | ConsultingPhysicianName PN person | ResponsiblePerson PN person
VerifyingObserverName PN person | ScheduledPerformingPhysicianName PN person | ContentCreatorName PN person
OrderEnteredBy PN person | HumanPerformerName PN person | PersonName PN person
PatientID LO mark | IssuerOfPatientID LO family | OtherPatientIDs LO mark number | MedicalRecordLocator LO number
InstitutionName LO family | InstitutionalDepartmentName LO family | DeviceSerialNumber LO number
InstitutionAddress ST address | PatientAddress LO address | CurrentPatientLocation LO spoken
PatientTelephoneNumbers SH phone phone | OrderCallbackPhoneNumber SH phone | PatientTelecomInformation LT email
AccessionNumber SH mark | StudyID SH mark | StationName SH mark | AdmissionID LO mark
ServiceEpisodeID LO number | FillerOrderNumberImagingServiceRequest LO mark | RequestedProcedureID SH mark
PerformedProcedureStepID SH mark | ScheduledProcedureStepID SH mark | Occupation SH mark | EthnicGroup SH mark
PerformedLocation SH mark | PerformedStationName SH mark | BranchOfService LO family | MilitaryRank LO family
RegionOfResidence LO family | CountryOfResidence LO family | PatientReligiousPreference LO family
InsurancePlanIdentification LO mark | MedicalAlerts LO spoken | Allergies LO spoken | ClinicalTrialSubjectID LO mark
ClinicalTrialSiteName LO family | ClinicalTrialSponsorName LO family | ClinicalTrialProtocolID LO mark
RequestingService LO family | ReasonForStudy LO spoken | AdmittingDiagnosesDescription LO spoken
DetectorID SH mark | GantryID LO mark | CassetteID LO mark | PlateID LO mark | DeviceID LO mark
PatientComments LT spoken | AdditionalPatientHistory LT spoken | IdentifyingComments LT spoken
StudyComments LT spoken | VisitComments LT spoken | RequestedProcedureComments LT email
CommentsOnThePerformedProcedureStep ST spoken | AcquisitionComments LT spoken | InterpretationText ST spoken
PatientState LO spoken | SpecialNeeds LO spoken | ConfidentialityConstraintOnPatientDataDescription LO spoken
TextValue UT spoken | TextString ST spoken | LongCodeValue UC family | RetrieveURL UR url | URNCodeValue UR email
PatientBirthDate DA date | DateOfLastCalibration DA date | LastMenstrualDate DA date | AdmittingDate DA date
DateOfSecondaryCapture DA date | ScheduledProcedureStepStartDate DA date | DateOfManufacture DA date
IssueDateOfImagingServiceRequest DA date | PatientBirthDateInAlternativeCalendar LO date
PatientDeathDateInAlternativeCalendar LO date | SeriesDate DA moved_date | InstanceCreationDate DA moved_date
PerformedProcedureStepStartDate DA moved_date | AcquisitionDateTime DT moved_stamp | DateTime DT stamp
InstanceCoercionDateTime DT stamp | ScheduledProcedureStepStartDateTime DT stamp | PatientBirthTime TM clock
CalibrationDateTime DT stamp | AdmittingTime TM clock
DeviceUID UI uid | InstanceCreatorUID UI uid | TransactionUID UI uid | SpecimenUID UI uid | TrackingUID UI uid
StorageMediaFileSetUID UI uid | IrradiationEventUID UI uid | AcquisitionUID UI uid | FrameOfReferenceUID UI uid
SynchronizationFrameOfReferenceUID UI uid | PerformedStationAETitle AE mark | RetrieveAETitle AE mark
ScheduledStationAETitle AE mark mark | NetworkID AE mark
"""
_NEWEST = """
00100012 LT spoken name to use | 00100013 LT spoken comment on the name to use | 00100016 UT spoken pronoun comment
00100045 UT spoken gender identity comment | 00100042 UT spoken comment on sex parameters
00081303 LO mark future attribute of a known group | 00101FF1 PN person future name in the patient group
00401FF3 UC family future text of unlimited length | 00181FF5 DT stamp future date | 00201FF7 UI uid future UID
"""
_RETIRED = """
00080001 UL epoch retired length to end | 00080010 SH mark retired recognition code | 00080040 US text retired
00083080 LO family retired | 00200014 IS number retired | 40000010 LT spoken retired text
40080042 LO mark retired | 40000010 LT email retired text group | 40080114 PN person retired | 20100154 LO mark film
22000005 LT spoken label of a medium | 31010012 LO family odd neighbor
41110010 LO spoken unknown odd group | 80ED0010 LO spoken unknown even group | 00070010 LO mark odd group 0007
00010010 LO mark odd group 0001 | 00030010 LO mark odd group 0003 | 00050010 LO mark odd group 0005
"""


def _standard(keyword: str, vr: str, draws: list[str]) -> Planter:
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise LookupError(keyword)
    return _drawn(tag, vr, draws)


def _drawn(tag: int, vr: str, draws: list[str]) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        return put_text(dataset, tag, vr, *(getattr(reserved, draw)() for draw in draws))

    return plant


def _rows(table: str) -> list[str]:
    return [row.strip() for line in table.strip().splitlines() for row in line.split("|")]


def _listed() -> Iterable[Place]:
    for row in _rows(_STANDARD):
        keyword, vr, *draws = row.split()
        yield place(
            keyword, f"{' and '.join(draws)} in {keyword}", "attribute", _standard(keyword, vr, draws)
        )


def _numbered(table: str, special: dict[str, Planter]) -> Iterable[Place]:
    for row in _rows(table):
        tag, vr, draw, *words = row.split()
        made = special.get(draw) or _drawn(int(tag, 16), vr, [draw])
        name = f"{tag}-{draw}"
        yield place(name, f"{draw} in ({tag[:4]},{tag[4:]}), {' '.join(words)}", "attribute", made, tag)


def _epoch_in_retired(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    secret = long(reserved.epoch())
    put(dataset, 0x00080001, "UL", secret.bytes)
    return [secret]


def _text_as_numbers(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    return put_text(dataset, 0x00080040, "US", reserved.family())


def _binary(tag: int, vr: str, draw: str = "family") -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secret: Secret = getattr(reserved, draw)()
        put(dataset, tag, vr, secret.bytes.ljust(-(-len(secret.bytes) // 8) * 8, b" "))
        return [secret]

    return plant


def _utf_16(tag: int, encoding: str) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secret = reserved.spoken()
        put(dataset, tag, "OB", secret.text.encode(encoding))
        return [secret]

    return plant


def _groups(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    letters, other, third = reserved.person(), reserved.person(), reserved.person()
    put(dataset, 0x00100010, "PN", b"=".join((letters.bytes, other.bytes, third.bytes)))
    return [letters, other, third]


def _script(alphabet: str, declared: bytes, encoding: str, escape: bytes = b"") -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secret = reserved.signs(alphabet, (encoding,))
        raw = escape + secret.text.encode(encoding)
        put(dataset, 0x00080005, "CS", declared)
        person = reserved.person()
        put(dataset, 0x00100010, "PN", person.bytes + b"=" + raw)
        put(dataset, 0x0008103E, "LO", b"cine " + raw + b" sax")
        put(dataset, 0x00104000, "LT", raw)
        return [secret, secret, secret, person]

    return plant


def _no_charset(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    secrets = _script(HANZI, b"", "utf-8")(dataset, reserved)
    dataset._dict.pop(0x00080005, None)  # type: ignore[call-overload]
    return secrets


def _doubles(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    secret = double(float(reserved.epoch()))
    put(dataset, 0x00189073, "FD", secret.bytes)
    return [secret]


def _number_as(tag: int, vr: str) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        return put_text(dataset, tag, vr, reserved.number())

    return plant


def _spelled_number(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    digits = reserved.patient_number
    plain = Secret(digits, "number", (Needle("number", digits.encode()),))
    dashed = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    put(dataset, 0x00100020, "LO", b"000" + plain.bytes)
    put(dataset, 0x00104000, "LT", dashed.encode())
    put(dataset, 0x00181318, "DS", plain.bytes)
    zeros = f"000{digits}"
    return [
        plain,
        Secret(dashed, "number", (Needle("text", dashed.encode()),)),
        Secret(zeros, "number", (Needle("number", zeros.encode()),)),
    ]


def _age(text: str) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        return put_text(dataset, 0x00101010, "AS", Secret(text, "age", (Needle("raw", text.encode()),)))

    return plant


def _code_string(tag: int, before: str) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secret = reserved.mark()
        return put_text(dataset, tag, "CS", secret.inside(f"{before}%"))

    return plant


def _after_nul(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    secret = reserved.spoken()
    put(dataset, 0x00181030, "LO", b"cine\0" + secret.bytes)
    return [secret]


def _date_as(tag: int, vr: str) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        return put_text(dataset, tag, vr, reserved.date())

    return plant


def _range(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    first, last = reserved.date(), reserved.date()
    put(dataset, 0x00080024, "DA", first.bytes + b"-" + last.bytes)
    return [first, last]


def _word_name(tag: int, vr: str, text: str, *parts: str) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        needles = tuple(Needle("raw", part.encode()) for part in parts)
        return put_text(dataset, tag, vr, Secret(text, "name", needles))

    return plant


def _halves(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    word = reserved.word() + reserved.word().lower()
    first, second = word[: len(word) // 2], word[len(word) // 2 :]
    put(dataset, 0x00180010, "LO", f"{first}\\{second}".encode())
    return [named(first), named(second)]


_SPECIAL = (
    place("text-in-at", "name in the bytes of an attribute tag", "attribute", _binary(0x00280009, "AT")),
    place("text-in-ob", "name in the bytes of an ICC profile", "attribute", _binary(0x00282000, "OB")),
    place("text-in-ow", "name in a palette", "attribute", _binary(0x00281201, "OW")),
    place("text-in-lut", "name in a look-up table", "attribute", _binary(0x00283006, "OW")),
    place("text-in-un", "name in a value of unknown form", "attribute", _binary(0x0018A004, "UN")),
    place("text-in-ov", "name among 64-bit offsets", "attribute", _binary(0x7FE00001, "OV")),
    place("document", "name in an embedded document", "attribute", _binary(0x00420011, "OB")),
    place("utf-16", "name in UTF-16 in bytes", "attribute", _utf_16(0x00280F00, "utf-16-le")),
    place("utf-16-be", "name in big-endian UTF-16", "attribute", _utf_16(0x00281202, "utf-16-be")),
    place("name-groups", "name in three groups of letters", "attribute", _groups, "PatientName"),
    *(
        place(
            f"charset-{name}",
            f"name in {name}",
            "attribute",
            made,
            "charset",
            "PatientName",
            "PatientComments",
            "SeriesDescription",
        )
        for name, made in (
            ("ir87", _script(KANJI, b"\\ISO 2022 IR 87", "iso2022_jp")),
            ("ir149", _script(HANGUL, b"\\ISO 2022 IR 149", "euc_kr", b"\x1b$)C")),
            ("gb18030", _script(HANZI, b"GB18030", "gb18030")),
            ("utf-8", _script(KANJI, b"ISO_IR 192", "utf-8")),
            ("cyrillic", _script(CYRILLIC, b"ISO_IR 144", "iso8859_5")),
            ("arabic", _script(ARABIC, b"ISO_IR 127", "iso8859_6")),
            ("greek", _script(GREEK, b"ISO_IR 126", "iso8859_7")),
            ("wrong", _script(KANJI, b"ISO_IR 100", "shift_jis")),
            ("unknown", _script(CYRILLIC, b"ISO_IR 999", "utf-8")),
            ("missing", _no_charset),
        )
    ),
    place("epoch-fd", "seconds since 1970 as a double", "attribute", _doubles),
    place("number-ds", "patient number as DS", "attribute", _number_as(0x00181316, "DS")),
    place("number-is", "patient number as IS", "attribute", _number_as(0x00181086, "IS")),
    place("number-as-serial", "patient number as IS of a series", "attribute", _number_as(0x00200100, "IS")),
    place(
        "number-spelled",
        "patient number with and without zeros and dashes",
        "attribute",
        _spelled_number,
        "PatientID",
        "PatientComments",
        "00181318",
    ),
    place("age-above-89", "age of a very old patient", "attribute", _age("093Y"), "age"),
    place("age-in-days", "age to the day", "attribute", _age("019D"), "age"),
    place(
        "number-in-body-part",
        "number in a code string",
        "attribute",
        _code_string(0x00180015, ""),
        "body part",
    ),
    place("number-in-options", "number among code strings", "attribute", _code_string(0x00180022, "CG\\")),
    place("after-nul", "name after the end of a text", "attribute", _after_nul, "ProtocolName"),
    place(
        "date-in-lo", "date in a text attribute", "attribute", _date_as(0x00181020, "LO"), "SoftwareVersions"
    ),
    place(
        "date-in-un",
        "date in an unknown value of a known tag",
        "attribute",
        _date_as(0x00181200, "UN"),
        "DateOfLastCalibration",
    ),
    place("date-in-is", "date in a number", "attribute", _date_as(0x00181094, "IS")),
    place("date-in-ds", "date in a decimal number", "attribute", _date_as(0x00181049, "DS")),
    place("date-range", "range of dates", "attribute", _range),
    place(
        "dr-hand",
        "name that is a word: Dr. Hand",
        "attribute",
        _word_name(0x0008103E, "LO", "cine Dr. Hand sax", "Dr. Hand", "Hand"),
        "SeriesDescription",
    ),
    place(
        "heart-rose",
        "name that is a word: Heart^Rose",
        "attribute",
        _word_name(0x00181030, "LO", "Heart^Rose LGE", "Heart^Rose", "Rose"),
        "ProtocolName",
    ),
    place(
        "may-april",
        "name that is a month: May^April",
        "attribute",
        _word_name(0x00081030, "LO", "MR May^April", "May", "April"),
        "StudyDescription",
    ),
    place("split-name", "name split by a backslash", "attribute", _halves, "ContrastBolusAgent"),
)

ATTRIBUTES: tuple[Place, ...] = (
    *_listed(),
    *_numbered(_NEWEST, {}),
    *_numbered(_RETIRED, {"epoch": _epoch_in_retired, "text": _text_as_numbers}),
    *_SPECIAL,
)
"""Places in standard, newest, retired and unknown attributes at the top level."""
