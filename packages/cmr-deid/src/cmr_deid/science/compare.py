"""One instance before and after: which values that science stands on are the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmr_deid.changes import label
from cmr_deid.facts import read_facts
from cmr_deid.science.reading import read_output
from cmr_deid.science.values import (
    CARDIAC,
    DELAY,
    FACTS,
    GROUPS,
    PLANE_POSITION,
    POSITION,
    QUANTITIES,
    TRIGGER,
    Science,
    is_science,
    same,
    science_of,
)
from cmr_exchange.facts import AcquisitionFacts

READ_AGAIN = ("venc_cm_s", "inversion_time_ms", "b_value_s_mm2", "trigger_time_ms", "n_phases")
"""Facts that are derived from the output once more and compared with the source's."""

_POSITIONS = (f"{label(PLANE_POSITION)} / {label(POSITION)}", label(POSITION))
_MOMENTS = (f"{label(CARDIAC)} / {label(DELAY)}", label(TRIGGER))
_ROUNDING = 0.51
_GROUP_NUMBERS = {name: GROUPS.index(quantity.group) for name, quantity in QUANTITIES.items()}
_FACTS_NUMBER = GROUPS.index(FACTS)


@dataclass(frozen=True, slots=True)
class Survival:
    """What of one instance survived.

    Attributes:
        compared, equal: how many values of each of `GROUPS`.
        differences: names of attributes and facts that are not the same, never a value.
        beside: facts that the output has no attribute for; they travel beside the exam.
        frames: position and moment (time after the R wave) of each frame of the output, as texts; equal pairs once.
    """

    compared: tuple[int, ...]
    equal: tuple[int, ...]
    differences: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    frames: tuple[tuple[str, str], ...] = ()

    def to_document(self) -> dict[str, Any]:
        """As JSON values."""
        return {name: list(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Survival":
        """From what `to_document` gave."""
        lists = {name: tuple(document[name]) for name in cls.__slots__}
        frames = tuple((str(position), str(moment)) for position, moment in document["frames"])
        return cls(**{**lists, "frames": frames})


def compare(before: Science, facts: AcquisitionFacts, data: bytes) -> Survival:
    """Compare what a source held with what stands in its output.

    Args:
        before: `science_of` the source's elements.
        facts: of the source.
        data: the output, a Part-10 file; whatever bytes.
    """
    elements = read_output(data)
    after = science_of(elements)
    compared, equal, differences = [0] * len(GROUPS), [0] * len(GROUPS), list[str]()
    for name, values in before.items():
        kept = after.get(name, ())
        number = _GROUP_NUMBERS[name]
        if kept == values:
            compared[number] += len(values)
            equal[number] += len(values)
            continue
        n_same, n_science = _matched(name, values, kept)
        compared[number] += n_science
        equal[number] += n_same
        if n_same < n_science:
            differences.append(name)
    beside = _read_again(facts, read_facts(elements), compared, equal, differences)
    return Survival(
        tuple(compared),
        tuple(equal),
        tuple(differences),
        beside,
        _frames(after),
    )


def _matched(name: str, values: tuple[bytes, ...], kept: tuple[bytes, ...]) -> tuple[int, int]:
    """How many of the values are science, and how many of those stand in the output, in the same order."""
    science = [value for value in values if is_science(name, value)]
    if len(kept) < len(science):
        return 0, len(science)
    pairs = zip(science, kept[: len(science)], strict=True)
    return sum(same(name, one, other) for one, other in pairs), len(science)


def _read_again(
    facts: AcquisitionFacts,
    again: AcquisitionFacts,
    compared: list[int],
    equal: list[int],
    differences: list[str],
) -> tuple[str, ...]:
    beside = []
    for name in READ_AGAIN:
        stated, found = getattr(facts, name), getattr(again, name)
        if stated is None:
            continue
        if found is None:
            beside.append(name)
            continue
        compared[_FACTS_NUMBER] += 1
        if abs(stated - found) <= _ROUNDING:
            equal[_FACTS_NUMBER] += 1
        else:
            differences.append(name)
    return tuple(beside)


def _frames(values: Science) -> tuple[tuple[str, str], ...]:
    """Position and moment of each frame: of functional groups where there are any, else of the whole image."""
    positions, moments = (
        next((values[name] for name in names if name in values), ()) for names in (_POSITIONS, _MOMENTS)
    )
    if len(positions) == 1:
        positions *= max(1, len(moments))
    if len(moments) != len(positions):
        moments = (b"",) * len(positions)
    pairs = ((_text(position), _text(moment)) for position, moment in zip(positions, moments, strict=True))
    return tuple(dict.fromkeys(pairs))


def _text(value: bytes) -> str:
    return value.decode("latin-1") if value.isascii() and b"\0" not in value else value.hex()
