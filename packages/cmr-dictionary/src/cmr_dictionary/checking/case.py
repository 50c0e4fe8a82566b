"""The values of one exam as checks across items read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cmr_dictionary.checking.problem import Surroundings
from cmr_dictionary.logic_eval import derive

ADULT = 18.0
"""Age in years from which the usual ranges hold; a person of unknown age counts as an adult."""


@dataclass(slots=True)
class Case:
    """One exam: its sound values, what is derived from them, and what surrounds it.

    Attributes:
        values: plain values by item that are sound by themselves; what is missing is absent.
        around: what surrounds the exam.
        derived: every derived item that the values allow.
    """

    values: Mapping[str, object]
    around: Surroundings
    derived: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self.derived = derive(self.values)

    def number(self, name: str) -> float | None:
        """A stated number."""
        return as_number(self.values.get(name))

    def computed(self, name: str) -> float | None:
        """A derived number, as computed here and not as somebody stated it."""
        return as_number(self.derived.get(name))

    def code(self, name: str) -> str:
        """A stated code or yes/no as text, empty where the item is absent."""
        value = self.values.get(name)
        if value is None or isinstance(value, list | tuple):
            return ""
        return "1" if value is True else "0" if value is False else str(value)

    def codes(self, name: str) -> frozenset[str]:
        """The stated codes of a list, empty where the item is absent."""
        value = self.values.get(name)
        return frozenset(str(code) for code in value) if isinstance(value, list | tuple) else frozenset()

    def is_said(self, name: str) -> bool:
        """Whether the item has a value or a reason why it has none."""
        return name in self.values or name in self.around.missing

    def first_of(self, names: tuple[str, ...]) -> str | None:
        """The first of these items that has a value."""
        return next((name for name in names if name in self.values), None)


def as_number(value: object) -> float | None:
    """A number as such; None for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
