"""The fingerprint of an exam's measurements, by which the same report delivered twice is known."""

import functools
import hashlib
import json
from collections.abc import Mapping

from cmr_dictionary.dictionary import load
from cmr_dictionary.items import ItemKind

MEASURED_FORMS = ("lv", "rv_atria", "lge", "mapping", "perfusion", "flow_valve", "vessels_other")
LEAST_MEASUREMENTS = 4
LASTING = (
    "hx_prior_mi", "hx_prior_pci", "hx_prior_cabg", "hx_prior_avr", "hx_prior_pvr", "hx_stroke", "hx_cad", "tof",
)  # fmt: skip
"""Items of which a yes stays true at every later exam."""


def fingerprint(values: Mapping[str, object]) -> str:
    """Name what was measured, so that two exams with the same measurements have the same name.

    Only measured numbers count: not who the person is, nor how the center works, for these repeat themselves.

    Args:
        values: plain values by item.

    Returns:
        32 hexadecimal digits; empty where fewer than four measurements are stated, which chance could repeat.
    """
    measured = {
        name: float(value)
        for name, value in values.items()
        if name in _measured_items() and isinstance(value, int | float) and not isinstance(value, bool)
    }
    if len(measured) < LEAST_MEASUREMENTS:
        return ""
    text = json.dumps(measured, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def lasting_history(values: Mapping[str, object]) -> frozenset[str]:
    """Items of the history that are stated with yes and stay true ever after."""
    return frozenset(name for name in LASTING if str(values.get(name)) in ("1", "True"))


@functools.cache
def _measured_items() -> frozenset[str]:
    return frozenset(
        item.name
        for item in load().items.values()
        if item.form in MEASURED_FORMS
        and item.kind in (ItemKind.NUMBER, ItemKind.INTEGER)
        and not item.read_only
    )
