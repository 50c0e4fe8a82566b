"""The delivery manifest: everything that one version of one exam says when it crosses the hospital's wall.

Each version is a full statement, never a difference: version 2 of an exam (its report came later) lists the
same instances again and the registry asks only for those that it does not hold. A manifest is named by the
hash of its canonical bytes, so sending it twice is harmless (contract of the wall, rule 2).
"""

import dataclasses
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_exchange.errors import MalformedDocumentError
from cmr_exchange.facts import AcquisitionFacts
from cmr_exchange.reading import (
    CODE,
    DIGEST,
    PSEUDONYM,
    UID,
    a_list,
    a_member,
    a_number,
    a_text,
    an_integer,
    fields_of,
)
from cmr_exchange.versions import require_supported

MAX_SERIES = 2_000
MAX_INSTANCES_PER_SERIES = 100_000
MAX_VALUES = 2_000


class Contents(enum.StrEnum):
    """What a delivery carries."""

    IMAGES_AND_REPORT = "images_and_report"
    IMAGES_ONLY = "images_only"
    REPORT_ONLY = "report_only"


class MissingCode(enum.StrEnum):
    """Why a value is absent: missing is explicit (R14)."""

    NOT_ACQUIRED = "not_acquired"
    NOT_REPORTED = "not_reported"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    WITHHELD = "withheld"


class ValueSource(enum.StrEnum):
    """Where a case-report value came from."""

    REPORT_CSV = "report_csv"
    REPORT_HL7 = "report_hl7"
    DICOM = "dicom"
    DESK = "desk"
    CENTER_PROFILE = "center_profile"
    TABLE = "table"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class ReportValue:
    """One case-report value of one dictionary item: a value or a missing code, never both, never neither.

    Attributes:
        source: where it came from.
        value: text, number, or list of codes (items that allow several).
        missing: why it is absent.
    """

    source: ValueSource
    value: str | float | int | list[str] | None = None
    missing: MissingCode | None = None

    def to_document(self) -> dict[str, Any]:
        """JSON form without the absent half."""
        document: dict[str, Any] = {"source": self.source.value}
        if self.missing is not None:
            document["missing"] = self.missing.value
        else:
            document["value"] = self.value
        return document

    @classmethod
    def from_document(cls, document: Any, where: str) -> "ReportValue":
        """Read strictly.

        Raises:
            MalformedDocumentError: both or neither of value and missing, or an unknown code.
        """
        fields = fields_of(cls, document, where)
        value, missing = fields.get("value"), fields.get("missing")
        if (value is None) == (missing is None):
            raise MalformedDocumentError(f"{where}: exactly one of value and missing is expected.")
        if isinstance(value, list):
            value = [a_text(code, f"{where}.value") for code in a_list(value, f"{where}.value", 100)]
        elif isinstance(value, str):
            a_text(value, f"{where}.value")
        elif value is not None and not isinstance(value, int):
            value = a_number(value, f"{where}.value")
        return cls(
            source=a_member(ValueSource, fields["source"], f"{where}.source"),
            value=value,
            missing=None if missing is None else a_member(MissingCode, missing, f"{where}.missing"),
        )


@dataclass(frozen=True, slots=True)
class InstanceEntry:
    """One de-identified instance: its UID, the SHA-256 of its Part-10 bytes and their number."""

    sop_instance_uid: str
    sha256: str
    size: int

    @classmethod
    def from_document(cls, document: Any, where: str) -> "InstanceEntry":
        """Read strictly.

        Raises:
            MalformedDocumentError: a field is missing, unknown or ill-typed.
        """
        fields = fields_of(cls, document, where)
        return cls(
            a_text(fields["sop_instance_uid"], f"{where}.sop_instance_uid", UID),
            a_text(fields["sha256"], f"{where}.sha256", DIGEST),
            an_integer(fields["size"], f"{where}.size", 132, 2**34),
        )


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """One de-identified series with its facts and all its instances."""

    series_instance_uid: str
    instances: tuple[InstanceEntry, ...]
    facts: AcquisitionFacts = dataclasses.field(default_factory=AcquisitionFacts)

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "series_instance_uid": self.series_instance_uid,
            "instances": [dataclasses.asdict(instance) for instance in self.instances],
            "facts": self.facts.to_document(),
        }

    @classmethod
    def from_document(cls, document: Any, where: str) -> "SeriesEntry":
        """Read strictly.

        Raises:
            MalformedDocumentError: a field is missing, unknown or ill-typed, or an instance is listed twice.
        """
        fields = fields_of(cls, document, where)
        rows = a_list(fields["instances"], f"{where}.instances", MAX_INSTANCES_PER_SERIES)
        return cls(
            a_text(fields["series_instance_uid"], f"{where}.series_instance_uid", UID),
            tuple(InstanceEntry.from_document(row, f"{where}.instances[{i}]") for i, row in enumerate(rows)),
            AcquisitionFacts.from_document(fields.get("facts", {}), f"{where}.facts"),
        )


@dataclass(frozen=True, slots=True)
class DeliveryManifest:
    """One version of one exam as it leaves the hospital.

    Attributes:
        exchange_version: version of this contract.
        center: the center's code at the registry (never derived from DICOM, L13).
        subject, exam: pseudonyms, 16 base-32 characters and a check character.
        version: 1 for the first delivery of the exam, counting up.
        contents: images, report or both.
        day: whole days from the subject's origin (day 0 = first exam its center ever delivered; negative
            allowed), None where the source's date could not be read.
        exam_year: true calendar year of the exam, None where it could not be read.
        profile, profile_digest: de-identification profile that was applied.
        dictionary_version: version of the items in `values`.
        key_id: name of the center's key generation, not derivable to the key.
        software: name and version of the sender.
        study_instance_uid: re-mapped UID; None for a delivery of a report alone.
        values: case-report values by dictionary item.
        series: series and instances.
    """

    exchange_version: int
    center: str
    subject: str
    exam: str
    version: int
    contents: Contents
    day: int | None
    exam_year: int | None
    profile: str
    profile_digest: str
    dictionary_version: str
    key_id: str
    software: str
    study_instance_uid: str | None = None
    values: dict[str, ReportValue] = dataclasses.field(default_factory=dict)
    series: tuple[SeriesEntry, ...] = ()

    def instances(self) -> Iterator[InstanceEntry]:
        """All instances of all series, in order."""
        for series in self.series:
            yield from series.instances

    def to_document(self) -> dict[str, Any]:
        """JSON form; `canonical_bytes` is its one byte form."""
        document = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        document["contents"] = self.contents.value
        document["values"] = {name: value.to_document() for name, value in self.values.items()}
        document["series"] = [series.to_document() for series in self.series]
        return document

    def canonical_bytes(self) -> bytes:
        """The bytes that are hashed and sent."""
        return canonical_json(self.to_document())

    def digest(self) -> str:
        """SHA-256 of the canonical bytes: the name of this delivery."""
        return sha256_hex(self.canonical_bytes())

    @classmethod
    def from_document(cls, document: Any) -> "DeliveryManifest":
        """Read strictly; a field that the contract does not know refuses the whole document.

        Raises:
            UnknownVersionError: another exchange version.
            MalformedDocumentError: anything else that is not as declared; the text names the place only.
        """
        fields = fields_of(cls, document, "manifest")
        require_supported(an_integer(fields["exchange_version"], "exchange_version", 0, 10_000))
        rows = a_list(fields.get("series", []), "series", MAX_SERIES)
        series = tuple(SeriesEntry.from_document(row, f"series[{i}]") for i, row in enumerate(rows))
        _require_distinct([s.series_instance_uid for s in series], "series")
        _require_distinct([i.sop_instance_uid for s in series for i in s.instances], "instances")
        study = fields.get("study_instance_uid")
        if (study is None) != (not series):
            raise MalformedDocumentError("study_instance_uid: expected exactly when there are series.")
        day, year = fields["day"], fields["exam_year"]
        return cls(
            exchange_version=fields["exchange_version"],
            center=a_text(fields["center"], "center", CODE),
            subject=a_text(fields["subject"], "subject", PSEUDONYM),
            exam=a_text(fields["exam"], "exam", PSEUDONYM),
            version=an_integer(fields["version"], "version", 1, 100_000),
            contents=a_member(Contents, fields["contents"], "contents"),
            day=None if day is None else an_integer(day, "day", -50_000, 50_000),
            exam_year=None if year is None else an_integer(year, "exam_year", 1980, 2200),
            profile=a_text(fields["profile"], "profile", CODE),
            profile_digest=a_text(fields["profile_digest"], "profile_digest", DIGEST),
            dictionary_version=a_text(fields["dictionary_version"], "dictionary_version", CODE),
            key_id=a_text(fields["key_id"], "key_id", CODE),
            software=a_text(fields["software"], "software", longest=64),
            study_instance_uid=None if study is None else a_text(study, "study_instance_uid", UID),
            values=_values(fields.get("values", {})),
            series=series,
        )


def _values(document: Any) -> dict[str, ReportValue]:
    if not isinstance(document, dict) or len(document) > MAX_VALUES:
        raise MalformedDocumentError(f"values: an object of at most {MAX_VALUES} items is expected.")
    for position, name in enumerate(document):
        a_text(name, f"values[{position}]", CODE)
    return {name: ReportValue.from_document(value, f"values.{name}") for name, value in document.items()}


def _require_distinct(names: list[str], where: str) -> None:
    if len(set(names)) != len(names):
        raise MalformedDocumentError(f"{where}: a UID is listed twice.")
