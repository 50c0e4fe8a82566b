"""The dictionary in people's words: facts of an item for pages, and the codebook as a table (R12)."""

import csv
import io
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from cmr_dictionary.conditions import condition_words
from cmr_dictionary.dictionary import load
from cmr_dictionary.form_plan import form_heading
from cmr_dictionary.history import Change, diff, range_text, versions
from cmr_dictionary.items import Item, ItemKind, Sensitivity, SourcePath, Transfer
from cmr_dictionary.logic import variables
from cmr_dictionary.modules import modules
from cmr_dictionary.values import unit_words

KIND_WORDS: Mapping[ItemKind, str] = {
    ItemKind.TEXT: "text",
    ItemKind.NUMBER: "number",
    ItemKind.INTEGER: "whole number",
    ItemKind.DATE: "date",
    ItemKind.TIME: "time of day",
    ItemKind.DATETIME: "date and time",
    ItemKind.CODE: "one answer of a list",
    ItemKind.CODES: "several answers of a list",
    ItemKind.YES_NO: "yes or no",
    ItemKind.DERIVED: "computed number",
    ItemKind.FILE: "file",
}
SENSITIVITY_WORDS: Mapping[Sensitivity, str] = {
    Sensitivity.NONE: "says nothing about who the person is",
    Sensitivity.QUASI: "could tell who somebody is together with other values",
    Sensitivity.DIRECT: "names the person, or leaves the hospital only in disguise",
}
TRANSFER_WORDS: Mapping[Transfer, str] = {
    Transfer.CENTER_ONLY: "stays at the center",
    Transfer.KEYED_HASH: "crosses as a pseudonym made with the center's key",
    Transfer.SHIFTED_DATE: "stays at the center; only days between events cross",
    Transfer.INTERVAL_DAYS: "crosses as days from the exam",
    Transfer.INTERVAL_HOURS: "crosses as hours from the exam",
    Transfer.TOP_CODED: "crosses; high values as one group",
    Transfer.ROUNDED: "crosses, rounded to halves",
    Transfer.ALLOW_LIST_TEXT: "crosses only if every word is a listed word of technique",
    Transfer.SCRUBBED_TEXT: "stays at the center: free text never crosses",
    Transfer.REMAPPED_UID: "crosses only as a new identifier",
    Transfer.OBJECT_REF: "the file crosses by its own way, not as a value",
    Transfer.EVENT_FIELD: "crosses as a field of the follow-up document",
    Transfer.AS_IS: "crosses as it is",
}
LEVEL_WORDS: Mapping[str, str] = {
    "R": "recommended (SCMR 2022)",
    "RA": "recommended if acquired (SCMR 2022)",
    "O": "optional (SCMR 2022)",
    "reg": "addition of the registry",
}
SOURCE_WORDS: Mapping[str, str] = {
    "dicom": "DICOM",
    "hl7": "HL7 version 2",
    "fhir": "FHIR",
    "report": "report",
    "center_profile": "profile of the center",
    "manual": "entered by a person",
    "derived": "computed",
}
SYSTEM_WORDS: Mapping[str, str] = {"SCT": "SNOMED CT", "LN": "LOINC", "DCM": "DICOM", "RADLEX": "RadLex"}
BY_HAND = frozenset({"manual", "center_profile"})
CODEBOOK_COLUMNS = (
    "number", "item", "form", "section", "label", "definition", "target", "type", "unit", "codes", "valid_range",
    "usual_range", "parents", "asked_if", "calculation", "coding", "answer_coding", "data_source", "sources",
    "missing_codes", "sensitivity", "transfer", "level", "required", "modules", "matrix", "since",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CodebookEntry:
    """What a page says of an item, each in people's words; empty where there is nothing to say.

    Attributes:
        item: the item.
        form, kind, unit: where it stands and how a value looks.
        valid_range, usual_range: limits with the unit.
        condition: when it is asked, a clause after "Asked if".
        parents: items that its condition or its formula refers to.
        coding: concept of the question.
        sources: where the value can come from, best first.
        sensitivity, transfer, level: as sentences.
        modules: name of the module and how much it wants the item.
    """

    item: Item
    form: str
    kind: str
    unit: str
    valid_range: str
    usual_range: str
    condition: str
    parents: tuple[Item, ...]
    coding: str
    sources: tuple[str, ...]
    sensitivity: str
    transfer: str
    level: str
    modules: tuple[tuple[str, str], ...]


def codebook_entry(name: str) -> CodebookEntry:
    """The entry of one item.

    Raises:
        KeyError: the dictionary has no such item.
    """
    item = load().items[name]
    unit = unit_words(item)
    parents = variables(item.branching) | variables(item.calculation)
    return CodebookEntry(
        item=item,
        form=form_heading(item.form),
        kind=KIND_WORDS[item.kind],
        unit=unit,
        valid_range=_with_unit(range_text(item.hard_min, item.hard_max), unit),
        usual_range=_with_unit(range_text(item.soft_min, item.soft_max), unit),
        condition=condition_words(item),
        parents=tuple(one for one in load().items.values() if one.name in parents),
        coding=concept_words(item.concept),
        sources=tuple(source_words(path) for path in item.paths),
        sensitivity=SENSITIVITY_WORDS[item.sensitivity],
        transfer=TRANSFER_WORDS[item.transfer],
        level=LEVEL_WORDS.get(item.level, ""),
        modules=tuple((modules()[one].name, modules()[one].items[name].label) for one in item.modules),
    )


def item_changes(name: str) -> tuple[tuple[str, tuple[Change, ...]], ...]:
    """Version -> what it changed of a present item, newest first; versions that changed nothing are left out."""
    found = []
    for older, newer in itertools.pairwise(versions()):
        of_item = tuple(change for change in diff(older, newer) if change.item == name)
        if of_item:
            found.append((newer, of_item))
    return tuple(reversed(found))


def codebook_csv() -> str:
    """The whole dictionary as a table, one row per item."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(CODEBOOK_COLUMNS)
    writer.writerows(_row(number, name) for number, name in enumerate(load().items, 1))
    return text.getvalue()


def data_source(item: Item) -> str:
    """`automatic` where software can fill the item, `user` where only a person can (NCDR's words)."""
    return "automatic" if any(path.kind not in BY_HAND for path in item.paths) else "user"


def source_words(path: SourcePath) -> str:
    """`DICOM (0010,0040)`."""
    return f"{SOURCE_WORDS[path.kind]} {path.path}".strip()


def concept_words(concept: str) -> str:
    """`SNOMED CT 399301000` for `SCT:399301000`; empty for none."""
    system, _, code = concept.partition(":")
    return f"{SYSTEM_WORDS.get(system, system)} {code}" if concept else ""


def _row(number: int, name: str) -> list[str]:
    entry = codebook_entry(name)
    item = entry.item
    return [
        str(number), name, entry.form, item.section, item.label, item.definition, item.target, entry.kind, item.unit,
        " | ".join(_code_words(code.code, code.label, code.definition) for code in item.code_list),
        range_text(item.hard_min, item.hard_max), range_text(item.soft_min, item.soft_max),
        " ".join(parent.name for parent in entry.parents), entry.condition, item.calculation, item.concept,
        " | ".join(f"{code}={concept}" for code, concept in item.answer_concepts.items()),
        data_source(item), " | ".join(entry.sources),
        " | ".join(f"{code}={word.value}" for code, word in item.missing_codes.items()),
        item.sensitivity.value, entry.transfer, entry.level, "yes" if item.required else "no",
        " | ".join(f"{module}: {wanted}" for module, wanted in entry.modules), item.matrix, item.since,
    ]  # fmt: skip


def _code_words(code: str, label: str, definition: str) -> str:
    return f"{code}, {label}: {definition}" if definition else f"{code}, {label}"


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if text and unit else text
