"""What a person answered on the form, and a stored entry as such an answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cmr_dictionary.dictionary import load
from cmr_dictionary.items import ItemKind

Entry = Mapping[str, Any]
"""`{"value": ..., "source": ...}` or `{"missing": reason, "source": ...}` of one item."""
TYPED = "desk"
"""Source of what a person entered, at the center's desk or on the registry's page (`cmr_exchange.ValueSource`)."""
VALUE_FIELD, MISSING_FIELD = "v-", "m-"
MISSING_CHOICE = "missing:"
CHOICES = frozenset({ItemKind.CODE, ItemKind.YES_NO})
"""Kinds whose one list holds the answers and the missing codes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person entered for one item.

    Attributes:
        texts: the text or code, one per ticked answer of a list; empty texts count as nothing.
        missing: word of `cmr_dictionary.Missing`, empty where a value is given or nothing is said.
    """

    texts: tuple[str, ...] = ()
    missing: str = ""

    @property
    def text(self) -> str:
        """The texts in the one form that `parse_value` reads."""
        return ";".join(text.strip() for text in self.texts if text.strip())

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said of the item."""
        return not self.text and not self.missing


def read_answers(pairs: Iterable[tuple[str, str]]) -> dict[str, Answer]:
    """Answers by item out of the fields of a posted form.

    Args:
        pairs: name and text of every posted field, in any order; names that are none of a case report are passed over.

    Returns:
        An answer for every item whose field was posted, empty where nothing is said of it. A list of ticks posts
        nothing where no tick is set: its missing code, which is always posted, says that it was on the page.
    """
    texts: dict[str, list[str]] = {}
    missing: dict[str, str] = {}
    items = load().items
    for field, text in pairs:
        name = field[2:]
        if field[:2] not in (VALUE_FIELD, MISSING_FIELD) or name not in items:
            continue
        listed = texts.setdefault(name, [])
        if field[:2] == MISSING_FIELD:
            missing[name] = text.strip()
        elif items[name].kind in CHOICES and text.startswith(MISSING_CHOICE):
            missing[name] = text.removeprefix(MISSING_CHOICE)
        elif text.strip():
            listed.append(text)
    return {name: Answer(tuple(listed), missing.get(name, "")) for name, listed in texts.items()}


def answer_of(entry: Entry | None) -> Answer:
    """A stored entry as a person would have answered it; an empty answer for None."""
    if not entry:
        return Answer()
    if "missing" in entry:
        return Answer(missing=str(entry["missing"]))
    value = entry.get("value")
    if value is None:
        return Answer()
    listed = value if isinstance(value, list | tuple) else [value]
    return Answer(tuple(f"{one:.12g}" if isinstance(one, float) else str(one) for one in listed))


def present_values(entries: Mapping[str, Entry]) -> dict[str, object]:
    """Plain values by item, without what is missing: what checks, branching and derivation take."""
    return {name: entry["value"] for name, entry in entries.items() if "value" in entry}
