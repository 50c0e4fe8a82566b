"""Acquisition facts of one instance, read from the source before private attributes go (D4).

Right or unknown: a value that is missing, out of any physical range or of doubtful meaning is None.
"""

import math
import re
import struct

from cmr_deid.descriptors import clean_words
from cmr_deid.elements import DataSet, Element
from cmr_deid.text import plain
from cmr_exchange.facts import AcquisitionFacts

_SHARED, _PER_FRAME = 0x52009229, 0x52009230
_SIEMENS_VENC = re.compile(r"_v(\d{1,3})(?:in|fh|ap|rl)?(?:_|$)")
_VENDORS = (
    ("siemens", "siemens"),
    ("ge medical", "ge"),
    ("ge healthcare", "ge"),
    ("philips", "philips"),
    ("canon", "canon"),
    ("toshiba", "canon"),
    ("uih", "united"),
    ("united imaging", "united"),
)
_VENC_LIMITS = (1.0, 1000.0)


def read_facts(data_set: DataSet) -> AcquisitionFacts:
    """Facts of one instance; a series' facts are those on which its instances agree (the caller's choice)."""
    manufacturer = _manufacturer(plain(data_set.get(0x00080070)))
    sequence = plain(data_set.get(0x00180024)) or plain(data_set.get(0x00189005))
    phases = _number(data_set, (0x00181090,), 1, 10_000)
    return AcquisitionFacts(
        manufacturer=manufacturer,
        field_strength_t=_number(data_set, (0x00180087,), 0.01, 20),
        sequence_name=clean_words(sequence) or None,
        venc_cm_s=_venc(data_set, manufacturer, sequence),
        inversion_time_ms=_positive(data_set, (0x00180082,), (0x00189115, 0x00189079)),
        repetition_time_ms=_positive(data_set, (0x00180080,), (0x00189112, 0x00180080)),
        echo_time_ms=_positive(data_set, (0x00180081,), (0x00189114, 0x00189082)),
        flip_angle_deg=_positive(data_set, (0x00181314,), (0x00189112, 0x00181314)),
        n_phases=None if phases is None or phases != int(phases) else int(phases),
        nominal_interval_ms=_positive(data_set, (0x00181062,), (0x00189118, 0x00209251)),
    )


def _manufacturer(text: str) -> str | None:
    lower = text.lower()
    if not lower:
        return None
    return next((name for word, name in _VENDORS if word in lower), "other")


def _venc(data_set: DataSet, manufacturer: str | None, sequence: str) -> float | None:
    """Velocity encoding in cm/s from the standard's element, else from the vendor's own place."""
    standard = _number(data_set, (0x00189197, 0x00189217), *_VENC_LIMITS)
    if standard is not None:
        return standard
    if manufacturer == "siemens":
        match = _SIEMENS_VENC.search(sequence)
        return _within(float(match[1]), *_VENC_LIMITS) if match else None
    if manufacturer == "ge":
        value = _private_number(data_set, "GEMS_ACQU_01", 0x0019, 0xCC, "<h")
        return None if value is None else _within(value / 10, *_VENC_LIMITS)
    if manufacturer == "philips":
        return _philips_venc(data_set)
    return None


def _philips_venc(data_set: DataSet) -> float | None:
    element = _private(data_set, "Philips Imaging DD 001", 0x2001, 0x1A)
    if element is None or len(element.value) != 12:
        return None
    speeds = {abs(v) for v in struct.unpack("<3f", element.value) if v}
    return _within(speeds.pop(), *_VENC_LIMITS) if len(speeds) == 1 else None


def _private_number(data_set: DataSet, creator: str, group: int, number: int, form: str) -> float | None:
    element = _private(data_set, creator, group, number)
    if element is None:
        return None
    if element.vr in ("DS", "IS"):
        return _parsed(plain(element))
    if len(element.value) != struct.calcsize(form):
        return None
    return float(struct.unpack(form, element.value)[0])


def _private(data_set: DataSet, creator: str, group: int, number: int) -> Element | None:
    for block in range(0x10, 0x100):
        if plain(data_set.get(group << 16 | block)) == creator:
            return data_set.get(group << 16 | block << 8 | number)
    return None


def _positive(data_set: DataSet, *paths: tuple[int, ...]) -> float | None:
    for path in paths:
        value = _number(data_set, path, 1e-6, 1e6)
        if value is not None:
            return value
    return None


def _number(data_set: DataSet, path: tuple[int, ...], low: float, high: float) -> float | None:
    element = _find(data_set, path)
    if element is None:
        return None
    if element.vr == "FD":
        ok = len(element.value) == 8
        return _within(struct.unpack("<d", element.value)[0], low, high) if ok else None
    number = _parsed(plain(element))
    return None if number is None else _within(number, low, high)


def _find(data_set: DataSet, path: tuple[int, ...]) -> Element | None:
    """The element at a path, at the top or in the shared or first per-frame functional group."""
    if len(path) == 1:
        return data_set.get(path[0])
    for place in (_SHARED, _PER_FRAME):
        inner: DataSet | None = _first_item(data_set, place)
        for tag in path[:-1]:
            inner = _first_item(inner, tag) if inner else None
        if inner and path[-1] in inner:
            return inner[path[-1]]
    return None


def _first_item(data_set: DataSet, tag: int) -> DataSet | None:
    element = data_set.get(tag)
    return element.items[0] if element is not None and element.items else None


def _parsed(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _within(value: float, low: float, high: float) -> float | None:
    return value if math.isfinite(value) and low <= value <= high else None
