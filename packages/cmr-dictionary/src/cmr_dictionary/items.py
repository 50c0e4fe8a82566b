"""What an item is: its kind, unit, code list, limits, and whether its value may leave a hospital."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from cmr_dictionary.missing import Missing


class ItemKind(enum.StrEnum):
    """How a value of the item looks."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    CODE = "code"
    CODES = "codes"
    YES_NO = "yes_no"
    DERIVED = "derived"
    FILE = "file"


class Transfer(enum.StrEnum):
    """What the dictionary says about an item's way out of the center (column x_transfer)."""

    CENTER_ONLY = "center_only"
    KEYED_HASH = "keyed_hash"
    SHIFTED_DATE = "shifted_date"
    INTERVAL_DAYS = "interval_days"
    INTERVAL_HOURS = "interval_hours"
    TOP_CODED = "top_coded"
    ROUNDED = "rounded"
    ALLOW_LIST_TEXT = "allow_list_text"
    SCRUBBED_TEXT = "scrubbed_text"
    REMAPPED_UID = "remapped_uid"
    OBJECT_REF = "object_ref"
    EVENT_FIELD = "event_field"
    AS_IS = "as_is"


class Sensitivity(enum.StrEnum):
    """How much an item says about who the person is (R12, PHI class)."""

    NONE = "none"
    QUASI = "quasi"
    DIRECT = "direct"


CROSSING_KINDS = frozenset(
    {ItemKind.NUMBER, ItemKind.INTEGER, ItemKind.CODE, ItemKind.CODES, ItemKind.YES_NO, ItemKind.DERIVED}
)
CROSSING_TRANSFERS = frozenset({Transfer.AS_IS, Transfer.TOP_CODED, Transfer.ROUNDED})


@dataclass(frozen=True, slots=True)
class Code:
    """One answer of a code list: its code, what people read, and what exactly it means."""

    code: str
    label: str
    definition: str = ""


@dataclass(frozen=True, slots=True)
class SourcePath:
    """One place where the value of an item can come from.

    Attributes:
        kind: `dicom`, `hl7`, `fhir`, `report`, `center_profile`, `manual` or `derived`.
        path: DICOM tag as `(0018,0087)`, HL7 field as `OBX-5`, FHIR path; empty for `manual`.
    """

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the data dictionary.

    Attributes:
        name: the item's name, unit included (`lv_edv_ml`).
        form, section: where it stands; a section runs until the next one of the same form.
        label, note: what people read.
        kind: how a value looks.
        unit: UCUM unit, empty where the item has none.
        code_list: answers of `code` and `codes` items.
        hard_min, hard_max: a value outside is refused.
        soft_min, soft_max: a value outside is questioned.
        branching: condition under which the item is asked (REDCap logic), empty for always.
        calculation: formula of a derived item (REDCap logic).
        transfer: what the dictionary says about leaving the center.
        level: R recommended, RA if acquired, O optional, reg registry addition (SCMR 2022).
        tier: core, core_matrix, ext or a module.
        required: the form asks for it always.
        identifier: HIPAA identifier as it stands at the center.
        matrix: name of the matrix it belongs to.
        source, basis: where the value comes from, and why the item exists.
        concept: code of the question as `system:code`, empty where no code means exactly this.
        answer_concepts: code of the answer -> concept as `system:code`.
        missing_codes: old code or label in lower case -> why the value is absent (`cmr_dictionary.missing`).
        read_only: computed, never asked of a person.
        definition: what exactly is meant, in a sentence or two; how it is measured.
        target: as of when or over what the value holds ("at the exam", "before the exam").
        paths: where the value can come from, best first.
        sensitivity: how much it says about who the person is.
        since: version of the dictionary that brought the item or changed its meaning last.
        modules: ids of the modules that list it (`cmr_dictionary.modules`).
    """

    name: str
    form: str
    section: str
    label: str
    note: str
    kind: ItemKind
    unit: str
    code_list: tuple[Code, ...]
    hard_min: float | None
    hard_max: float | None
    soft_min: float | None
    soft_max: float | None
    branching: str
    calculation: str
    transfer: Transfer
    level: str
    tier: str
    required: bool
    identifier: bool
    matrix: str
    source: str
    basis: str
    concept: str
    answer_concepts: Mapping[str, str] = field(hash=False)
    missing_codes: Mapping[str, Missing] = field(hash=False)
    read_only: bool
    definition: str = ""
    target: str = ""
    paths: tuple[SourcePath, ...] = ()
    sensitivity: Sensitivity = Sensitivity.NONE
    since: str = "1.0"
    modules: tuple[str, ...] = ()

    @property
    def may_cross(self) -> bool:
        """Whether a value of this item may leave the hospital in a delivery (D4, contract of the wall).

        Free text never crosses. Numbers, codes, yes/no and derived numbers cross as they are, rounded or
        top-coded. A text item crosses only where the dictionary says `allow_list_text`, and then only a
        value that matches the item's grammar of technique words (`cmr_dictionary.technique`). Dates, times,
        files, pseudonyms and UIDs never cross as values: days, pseudonyms, UIDs and the fields of events have
        their own places in the manifest and the follow-up document.
        """
        if self.kind == ItemKind.TEXT:
            return self.transfer == Transfer.ALLOW_LIST_TEXT
        return self.kind in CROSSING_KINDS and self.transfer in CROSSING_TRANSFERS

    def label_of(self, code: str) -> str | None:
        """Label of an answer; None for a code that the list does not hold."""
        return next((entry.label for entry in self.code_list if entry.code == code), None)
