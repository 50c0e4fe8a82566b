"""The follow-up document: everything that a center knows about what became of one subject.

Each version is a full statement, never a difference, like a delivery manifest; it is named by the hash of its
canonical bytes, so sending it twice is harmless. Days count from the subject's origin (contract.md); no date
has a field here (R25, R26).
"""

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_exchange.errors import MalformedDocumentError
from cmr_exchange.manifest import ReportValue
from cmr_exchange.reading import CODE, PSEUDONYM, a_list, a_member, a_text, an_integer, fields_of
from cmr_exchange.versions import require_supported

MAX_STATUSES = 200
MAX_EVENTS = 1_000
MAX_VALUES = 100
FIRST_DAY, LAST_DAY = -50_000, 50_000


class SourceClass(enum.StrEnum):
    """What kind of source knows the vital status; `cmr_exchange.censoring` says what each may prove."""

    NDI = "ndi"
    STATE_FILE = "state_file"
    CHART = "chart"
    CLAIMS = "claims"
    PHONE = "phone"
    OBITUARY = "obituary"
    DMF = "dmf"


class Precision(enum.StrEnum):
    """How exactly a day is known; a coarser one stands on some day of its month or year, never on a fixed one."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


MOST_OFF: Mapping[Precision, int] = {Precision.DAY: 0, Precision.MONTH: 30, Precision.YEAR: 365}
"""How many days the true day may lie from the stated one."""


class DeathCause(enum.StrEnum):
    """Cause of death in the classes that competing-risk analyses need."""

    SUDDEN_CARDIAC = "sudden_cardiac"
    OTHER_CARDIOVASCULAR = "other_cardiovascular"
    NON_CARDIOVASCULAR = "non_cardiovascular"
    UNKNOWN = "unknown"


class EventKind(enum.StrEnum):
    """What happened after an exam, or was found at a visit; every kind may repeat (R25)."""

    MYOCARDIAL_INFARCTION = "myocardial_infarction"
    STROKE = "stroke"
    HEART_FAILURE_ADMISSION = "heart_failure_admission"
    VENTRICULAR_ARRHYTHMIA = "ventricular_arrhythmia"
    ICD_THERAPY = "icd_therapy"
    CARDIAC_ARREST = "cardiac_arrest"
    PCI = "pci"
    CABG = "cabg"
    ICD_IMPLANTATION = "icd_implantation"
    AORTIC_VALVE_REPLACEMENT = "aortic_valve_replacement"
    PULMONARY_VALVE_REPLACEMENT = "pulmonary_valve_replacement"
    TRANSPLANT = "transplant"
    LVAD = "lvad"
    VISIT = "visit"


EVENT_WORDS: Mapping[EventKind, str] = {
    EventKind.MYOCARDIAL_INFARCTION: "Myocardial infarction",
    EventKind.STROKE: "Stroke",
    EventKind.HEART_FAILURE_ADMISSION: "Admission for heart failure",
    EventKind.VENTRICULAR_ARRHYTHMIA: "Sustained ventricular arrhythmia",
    EventKind.ICD_THERAPY: "Appropriate ICD therapy",
    EventKind.CARDIAC_ARREST: "Cardiac arrest",
    EventKind.PCI: "PCI",
    EventKind.CABG: "CABG",
    EventKind.ICD_IMPLANTATION: "ICD implantation",
    EventKind.AORTIC_VALVE_REPLACEMENT: "Aortic valve replacement",
    EventKind.PULMONARY_VALVE_REPLACEMENT: "Pulmonary valve replacement",
    EventKind.TRANSPLANT: "Heart transplant",
    EventKind.LVAD: "Ventricular assist device",
    EventKind.VISIT: "Visit",
}
"""What people call the kinds."""


@dataclass(frozen=True, slots=True)
class VitalStatus:
    """What one source says about life and death of the subject.

    Attributes:
        source: its class.
        from_day, through_day: the coverage window: the days in which this source would have shown a death. A
            center shortens it where its end is a public date, so a death may lie after it.
        death_day: day of death, None where the source shows none.
        death_precision: how exactly the day of death is known; None without a death.
        cause: cause of death; None without a death.
        last_alive_day: last day on which this source saw the subject alive; None where it saw nobody (an index).
    """

    source: SourceClass
    from_day: int
    through_day: int
    death_day: int | None = None
    death_precision: Precision | None = None
    cause: DeathCause | None = None
    last_alive_day: int | None = None

    @classmethod
    def from_document(cls, document: Any, where: str) -> "VitalStatus":
        """Read strictly.

        Raises:
            MalformedDocumentError: a field is missing, unknown or ill-typed, the window ends before it begins,
                precision or cause without a death, or alive after death.
        """
        fields = fields_of(cls, document, where)
        death = _day_or_none(fields.get("death_day"), f"{where}.death_day")
        alive = _day_or_none(fields.get("last_alive_day"), f"{where}.last_alive_day")
        first, last = (_day(fields[name], f"{where}.{name}") for name in ("from_day", "through_day"))
        precision, cause = fields.get("death_precision"), fields.get("cause")
        if first > last:
            raise MalformedDocumentError(f"{where}: the window ends before it begins.")
        if (death is None) != (precision is None) or (death is None) != (cause is None):
            raise MalformedDocumentError(f"{where}: day, precision and cause of death go together.")
        if death is not None and alive is not None and alive > death:
            raise MalformedDocumentError(f"{where}: seen alive after death.")
        return cls(
            source=a_member(SourceClass, fields["source"], f"{where}.source"),
            from_day=first,
            through_day=last,
            death_day=death,
            death_precision=None
            if precision is None
            else a_member(Precision, precision, f"{where}.death_precision"),
            cause=None if cause is None else a_member(DeathCause, cause, f"{where}.cause"),
            last_alive_day=alive,
        )

    def to_document(self) -> dict[str, Any]:
        """JSON form without what is absent."""
        return _present(self)


@dataclass(frozen=True, slots=True)
class OutcomeEvent:
    """One event or visit.

    Attributes:
        kind: what it is.
        day: when.
        source: who says so.
        precision: how exactly the day is known.
        values: what is known of it, by dictionary item of the form `followup` (NYHA class, reason for AVR, ...).
    """

    kind: EventKind
    day: int
    source: SourceClass
    precision: Precision = Precision.DAY
    values: dict[str, ReportValue] = dataclasses.field(default_factory=dict)

    @classmethod
    def from_document(cls, document: Any, where: str) -> "OutcomeEvent":
        """Read strictly.

        Raises:
            MalformedDocumentError: a field is missing, unknown or ill-typed.
        """
        fields = fields_of(cls, document, where)
        values = fields.get("values", {})
        if not isinstance(values, dict) or len(values) > MAX_VALUES:
            raise MalformedDocumentError(
                f"{where}.values: an object of at most {MAX_VALUES} items is expected."
            )
        return cls(
            kind=a_member(EventKind, fields["kind"], f"{where}.kind"),
            day=_day(fields["day"], f"{where}.day"),
            source=a_member(SourceClass, fields["source"], f"{where}.source"),
            precision=a_member(Precision, fields.get("precision", "day"), f"{where}.precision"),
            values={
                a_text(name, f"{where}.values", CODE): ReportValue.from_document(value, f"{where}.values")
                for name, value in values.items()
            },
        )

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        document = _present(self)
        document["values"] = {name: value.to_document() for name, value in self.values.items()}
        return document


@dataclass(frozen=True, slots=True)
class FollowUpDocument:
    """One version of what a center knows about what became of one subject.

    Attributes:
        exchange_version: version of this contract.
        center: the center's code at the registry.
        subject: pseudonym.
        version: 1 for the first document of the subject, counting up.
        dictionary_version: version of the items in the values of events.
        software: name and version of the sender.
        vital_status: one entry per source and coverage window.
        events: events and visits.
    """

    exchange_version: int
    center: str
    subject: str
    version: int
    dictionary_version: str
    software: str
    vital_status: tuple[VitalStatus, ...] = ()
    events: tuple[OutcomeEvent, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """JSON form; `canonical_bytes` is its one byte form."""
        document = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        document["vital_status"] = [status.to_document() for status in self.vital_status]
        document["events"] = [event.to_document() for event in self.events]
        return document

    def canonical_bytes(self) -> bytes:
        """The bytes that are hashed and sent."""
        return canonical_json(self.to_document())

    def digest(self) -> str:
        """SHA-256 of the canonical bytes: the name of this document."""
        return sha256_hex(self.canonical_bytes())

    @classmethod
    def from_document(cls, document: Any) -> "FollowUpDocument":
        """Read strictly; a field that the contract does not know refuses the whole document.

        Raises:
            UnknownVersionError: another exchange version.
            MalformedDocumentError: anything else that is not as declared; the text names the place only.
        """
        fields = fields_of(cls, document, "followup")
        require_supported(an_integer(fields["exchange_version"], "exchange_version", 0, 10_000))
        statuses = a_list(fields.get("vital_status", []), "vital_status", MAX_STATUSES)
        events = a_list(fields.get("events", []), "events", MAX_EVENTS)
        return cls(
            exchange_version=fields["exchange_version"],
            center=a_text(fields["center"], "center", CODE),
            subject=a_text(fields["subject"], "subject", PSEUDONYM),
            version=an_integer(fields["version"], "version", 1, 100_000),
            dictionary_version=a_text(fields["dictionary_version"], "dictionary_version", CODE),
            software=a_text(fields["software"], "software", longest=64),
            vital_status=tuple(
                VitalStatus.from_document(row, f"vital_status[{i}]") for i, row in enumerate(statuses)
            ),
            events=tuple(OutcomeEvent.from_document(row, f"events[{i}]") for i, row in enumerate(events)),
        )


def _present(entry: Any) -> dict[str, Any]:
    found = {f.name: getattr(entry, f.name) for f in dataclasses.fields(entry)}
    return {
        name: value.value if isinstance(value, enum.StrEnum) else value
        for name, value in found.items()
        if value is not None
    }


def _day(value: Any, where: str) -> int:
    return an_integer(value, where, FIRST_DAY, LAST_DAY)


def _day_or_none(value: Any, where: str) -> int | None:
    return None if value is None else _day(value, where)
