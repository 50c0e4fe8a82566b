"""What the engine did, attribute by attribute, without a single value."""

import functools
from dataclasses import dataclass

from pydicom.datadict import keyword_for_tag

ACTIONS = ("kept", "cleaned", "replaced", "emptied", "removed", "shifted", "remapped")


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the record.

    Attributes:
        path: tags from the top, each with its keyword; items of a sequence share one line.
        action: one of `ACTIONS`.
        rule: which rule of which layer says so.
    """

    path: str
    action: str
    rule: str


class Recorder:
    """Collects changes and the source values that went; one object per instance."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str, str], None] = {}
        self.removed_identity: set[str] = set()
        self.removed_other: set[str] = set()

    def add(self, path: str, tag: int, action: str, rule: str) -> None:
        """Record an action once per path."""
        self._lines[path + label(tag), action, rule] = None

    def changes(self) -> tuple[Change, ...]:
        """All lines in the order of the file."""
        return tuple(Change(*line) for line in self._lines)


@functools.lru_cache(maxsize=16_384)
def label(tag: int) -> str:
    """`(gggg,eeee) Keyword`; a private or unknown attribute has no keyword."""
    keyword = "" if tag >> 16 & 1 else keyword_for_tag(tag)
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X}) {keyword}".rstrip()
