"""What the sources of one instance say about each fact, and what of it can be stated (D4).

A fact is stated only if every source that speaks of it says the same within rounding; else it is unknown.
"""

import math

from cmr_exchange.facts import AcquisitionFacts

Value = float | int | str | tuple[float, ...]

_ROUNDING = {"venc_cm_s": 0.51, "inversion_time_ms": 0.51, "trigger_time_ms": 0.51, "b_value_s_mm2": 0.51}
"""Vendors round the same quantity in some of its places to whole units."""

_TINY = 1e-3
RANGES: dict[str, tuple[float, float]] = {
    "field_strength_t": (0.01, 20),
    "venc_cm_s": (1, 1000),
    "inversion_time_ms": (1e-3, 60_000),
    "repetition_time_ms": (1e-6, 1e6),
    "echo_time_ms": (1e-6, 1e6),
    "flip_angle_deg": (1e-6, 360),
    "n_phases": (1, 10_000),
    "nominal_interval_ms": (1, 100_000),
    "b_value_s_mm2": (0, 1e5),
    "trigger_time_ms": (0, 1e6),
    "trigger_delay_ms": (0, 1e5),
    "n_slices": (1, 1024),
    "views_per_segment": (1, 1024),
    "acceleration_factor": (1, 64),
    "time_after_start_s": (0, 1e6),
}
"""What each quantity can be at all; anything outside is no value of it."""

_WHOLE = frozenset(("n_phases", "n_slices", "views_per_segment"))
_LONGEST_SLICE_TIME_MS = 1e6


class Evidence:
    """Collects statements of sources; the first of agreeing ones is the one that is stated."""

    def __init__(self) -> None:
        self._said: dict[str, list[Value]] = {}

    def number(self, name: str, value: float | None) -> None:
        """A source says that a quantity is `value`; None or a value outside its range says nothing."""
        low, high = RANGES[name]
        if value is None or not math.isfinite(value) or not low <= value <= high:
            return
        if name not in _WHOLE:
            self._said.setdefault(name, []).append(float(value))
        elif value == int(value):
            self._said.setdefault(name, []).append(int(value))

    def word(self, name: str, value: str | None) -> None:
        """A source says a word; None or nothing says nothing."""
        if value:
            self._said.setdefault(name, []).append(value)

    def times(self, name: str, values: list[float], count: int | None) -> None:
        """A source lists one time for each of `count` slices; any other list says nothing."""
        if count == len(values) > 1 and all(0 <= value <= _LONGEST_SLICE_TIME_MS for value in values):
            self._said.setdefault(name, []).append(tuple(values))

    def has(self, name: str) -> bool:
        """Whether any source has spoken of this fact."""
        return name in self._said

    def facts(self) -> AcquisitionFacts:
        """What all sources agree on."""
        stated = {name: values[0] for name, values in self._said.items() if _agree(name, values)}
        return AcquisitionFacts(**stated)  # type: ignore[arg-type]  # each name got values of its own type


def _agree(name: str, values: list[Value]) -> bool:
    first, rounding = values[0], _ROUNDING.get(name, _TINY)
    return all(_same(first, other, rounding) for other in values[1:])


def _same(one: Value, other: Value, rounding: float) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= max(rounding, 1e-6 * abs(one))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(abs(a - b) <= 1 for a, b in zip(one, other, strict=True))
    return one == other
