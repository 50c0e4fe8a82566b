"""A mapping as a value and as a JSON document: which column goes where, in which unit, what its words mean."""

import enum
import hashlib
import json
import re
from collections.abc import Mapping as MappingOf
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from typing import Any

from cmr_dictionary.dictionary import Dictionary, load
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.mapping.errors import MappingRejected
from cmr_dictionary.missing import Missing

SCHEMA = 1
SAYS_NOTHING = ""
"""A word of the table that stands for an empty cell."""
AGE = "age_at_exam_years"
_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Use(enum.StrEnum):
    """What a column is used for."""

    LEAVE_OUT = "leave_out"
    ITEM = "item"
    CHECKBOX = "checkbox"
    INTERVAL = "interval"
    KEY = "key"


class Key(enum.StrEnum):
    """What says whose row it is; keys are read at the hospital and never become values."""

    ACCESSION = "accession_number"
    PATIENT = "patient_id"
    EXAM_DATE = "exam_date"
    EVENT = "event"
    REPEAT = "repeat"


class DateOrder(enum.StrEnum):
    """How the table writes a date that does not begin with the year."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    YEAR_FIRST = "ymd"


class Looks(enum.StrEnum):
    """What the cells of a column look like."""

    EMPTY = "empty"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a column held when the mapping was made; drift is measured against it.

    Attributes:
        looks: what its cells look like.
        median: of its numbers, None where it holds none.
        words: distinct texts in lower case where they are few, else none.
    """

    looks: Looks = Looks.EMPTY
    median: float | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """One column.

    Attributes:
        column: its name in the table.
        use: what it is used for.
        target: name of the item, or the `Key`; empty where it is left out.
        unit: unit of the column, where it is another than the item's.
        factor, offset: value of the item = number of the table x factor + offset.
        values: word of the table in lower case -> code, a word of `Missing`, or `SAYS_NOTHING`.
        code: of a checkbox column: the answer that it ticks.
        split: what separates several answers in one cell; empty for the usual ones (semicolon, bar, tilde).
        seen: what the column held when the mapping was made.
    """

    column: str
    use: Use = Use.LEAVE_OUT
    target: str = ""
    unit: str = ""
    factor: float = 1.0
    offset: float = 0.0
    values: MappingOf[str, str] = field(default_factory=dict, hash=False)
    code: str = ""
    split: str = ""
    seen: Seen = Seen()


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a table of one kind becomes values of the dictionary.

    Attributes:
        id: its name, lower case letters, digits and hyphens.
        version: from 1; every change is a new version.
        dictionary_version: version of the dictionary that it was made for.
        columns: one rule per column of the table, in the table's order.
        missing: word of the table in lower case -> a word of `Missing` or `SAYS_NOTHING`, in every column.
        constants: item -> text that holds for every row.
        decimal: `.` or `,`.
        dates: order of dates that do not begin with the year.
        events: events of a REDCap export whose rows are read; all of them where none is named.
    """

    id: str
    version: int
    dictionary_version: str
    columns: tuple[ColumnRule, ...]
    missing: MappingOf[str, str] = field(default_factory=dict, hash=False)
    constants: MappingOf[str, str] = field(default_factory=dict, hash=False)
    decimal: str = "."
    dates: DateOrder = DateOrder.YEAR_FIRST
    events: tuple[str, ...] = ()

    def rule(self, column: str) -> ColumnRule | None:
        """The rule of a column."""
        return next((rule for rule in self.columns if rule.column == column), None)

    def with_rule(self, rule: ColumnRule) -> "Mapping":
        """The same mapping with another rule for one of its columns."""
        columns = tuple(rule if one.column == rule.column else one for one in self.columns)
        return replace(self, columns=columns)

    def key_column(self, key: Key) -> str | None:
        """The column that holds this key."""
        return next((r.column for r in self.columns if r.use is Use.KEY and r.target == key), None)

    def digest(self) -> str:
        """SHA-256 of what it says, whatever its version."""
        said = json.dumps(self.to_document() | {"version": 0}, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def to_document(self) -> dict[str, Any]:
        """JSON form, as `schema` describes it."""
        document: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return {"schema": SCHEMA, **document}

    @classmethod
    def from_document(cls, document: Any) -> "Mapping":
        """Read a document.

        Raises:
            MappingRejected: it is not of the schema, or breaks a rule of `checked`.
        """
        try:
            if document["schema"] != SCHEMA:
                raise MappingRejected("The mapping was written by a newer connector.")
            fields = {name: document[name] for name in cls.__slots__}
            fields["columns"] = tuple(_rule(rule) for rule in fields["columns"])
            fields["dates"] = DateOrder(fields["dates"])
            fields["events"] = tuple(map(str, fields["events"]))
            return checked(cls(**fields))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise MappingRejected("The mapping is not of the schema.") from None


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a mapping document."""
    text = (resources.files("cmr_dictionary") / "mapping" / "mapping.schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def checked(mapping: Mapping, dictionary: Dictionary | None = None) -> Mapping:
    """The mapping itself, where every target exists and may be taken in.

    Raises:
        MappingRejected: an unknown item, one that stays at the center, a code that the item has not, two columns for
            one item or key, or a word of no meaning.
    """
    items = (dictionary or load()).items
    if not _ID.fullmatch(mapping.id) or mapping.version < 1 or mapping.decimal not in (".", ","):
        raise MappingRejected("The mapping is not of the schema.")
    targets = [(rule.target, rule.code) for rule in mapping.columns if rule.use is not Use.LEAVE_OUT]
    if len(set(targets)) != len(targets):
        raise MappingRejected("Two columns go to the same item.")
    if len({rule.column for rule in mapping.columns}) != len(mapping.columns):
        raise MappingRejected("A column stands twice in the mapping.")
    for rule in mapping.columns:
        _check_rule(rule, items)
    for name in mapping.constants:
        _taken_in(items, name)
    _check_words(mapping.missing.values(), None)
    return mapping


def _check_rule(rule: ColumnRule, items: MappingOf[str, Item]) -> None:
    if rule.use is Use.LEAVE_OUT:
        return
    if rule.use is Use.KEY:
        Key(rule.target)
        return
    item = _taken_in(items, rule.target)
    if not rule.factor:
        raise MappingRejected("A factor of zero makes every value zero.")
    if rule.use is Use.CHECKBOX and (item.kind is not ItemKind.CODES or not _is_answer(item, rule.code)):
        raise MappingRejected(f"{item.name} has no such answer to tick.")
    if rule.use is Use.INTERVAL and not is_interval(item):
        raise MappingRejected(f"{item.name} is no interval that a date gives.")
    _check_words(rule.values.values(), item)


def is_interval(item: Item) -> bool:
    """Whether a date column can give the item: days from the exam, or the age at the exam from the date of birth."""
    return item.unit == "d" or item.name == AGE


def _is_answer(item: Item, code: str) -> bool:
    return item.label_of(code) is not None or code in set(Missing)


def _taken_in(items: MappingOf[str, Item], name: str) -> Item:
    item = items.get(name)
    if item is None:
        raise MappingRejected("The dictionary has no such item.")
    if not item.may_cross:
        raise MappingRejected(f"{name} is no item that a table can fill: it stays at the center.")
    return item


def _check_words(words: Any, item: Item | None) -> None:
    """Every word means a missing code, nothing, or an answer of the item."""
    for word in words:
        if word == SAYS_NOTHING or word in set(Missing):
            continue
        is_answer = item is not None and (
            item.label_of(word) is not None if item.code_list else not item.unit and bool(word)
        )
        if not is_answer:
            raise MappingRejected("A word is mapped to an answer that the item has not.")


def _rule(document: Any) -> ColumnRule:
    seen = document["seen"]
    fields = {name: document[name] for name in ColumnRule.__slots__ if name not in ("use", "seen")}
    median = None if seen["median"] is None else float(seen["median"])
    return ColumnRule(
        use=Use(document["use"]),
        seen=Seen(Looks(seen["looks"]), median, tuple(map(str, seen["words"]))),
        **fields,
    )
