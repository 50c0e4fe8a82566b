"""Units as people write them in a header, and the factors between them and the units of the items."""

import re
from dataclasses import dataclass

from cmr_dictionary.items import Item

_ALIASES = {
    "ml": "mL", "cc": "mL", "cm3": "mL", "l": "L", "dl": "dL", "g": "g", "gr": "g", "kg": "kg", "mm": "mm", "cm": "cm",
    "m": "m", "ms": "ms", "msec": "ms", "s": "s", "sec": "s", "sek": "s", "min": "min", "h": "h", "hours": "h",
    "hrs": "h", "stunden": "h", "d": "d", "days": "d", "tage": "d", "months": "mo", "monate": "mo", "mo": "mo",
    "years": "years", "yrs": "years", "yr": "years", "y": "years", "jahre": "years", "a": "years", "anos": "years",
    "ans": "years", "anni": "years", "%": "%", "percent": "%", "prozent": "%", "pct": "%",
    "bpm": "/min", "/min": "/min", "1/min": "/min", "beats/min": "/min", "mmhg": "mm[Hg]", "mm hg": "mm[Hg]",
    "kpa": "kPa", "m2": "m2", "cm2": "cm2", "mm2": "mm2", "kg/m2": "kg/m2", "ml/m2": "mL/m2", "g/m2": "g/m2",
    "l/min": "L/min", "l/min/m2": "L/min/m2", "cm/s": "cm/s", "cm/sec": "cm/s", "m/s": "m/s", "m/sec": "m/s",
    "mg/dl": "mg/dL", "umol/l": "umol/L", "µmol/l": "umol/L", "μmol/l": "umol/L", "mg/l": "mg/L", "pg/ml": "pg/mL",
    "ng/l": "pg/mL", "ng/ml": "ng/mL", "pmol/l": "pmol/L", "l/l": "1", "ml/min/1.73m2": "mL/min/1.73m2",
    "ml/min/1.73 m2": "mL/min/1.73m2", "ml/min": "mL/min", "ml/min/g": "mL/min/g", "ml/g/min": "mL/min/g",
    "ml/min/kg": "mL/min/kg", "ml/kg/min": "mL/min/kg", "mmol/kg": "mmol/kg", "t": "T", "tesla": "T", "mets": "[MET]",
    "met": "[MET]", "lb": "lb", "lbs": "lb", "pounds": "lb", "in": "in", "inch": "in", "inches": "in",
    "% lv": "% LV mass",
    "%lv": "% LV mass", "% of lv mass": "% LV mass", "% lv mass": "% LV mass",
}  # fmt: skip
_FACTORS = {
    ("mL", "L"): 1000.0, ("g", "kg"): 1000.0, ("kg", "g"): 0.001, ("kg", "lb"): 0.45359237, ("cm", "m"): 100.0,
    ("cm", "mm"): 0.1, ("cm", "in"): 2.54, ("mm", "cm"): 10.0, ("mm", "m"): 1000.0, ("ms", "s"): 1000.0,
    ("min", "s"): 1 / 60, ("min", "h"): 60.0, ("h", "min"): 1 / 60, ("h", "d"): 24.0, ("d", "h"): 1 / 24,
    ("years", "mo"): 1 / 12, ("years", "d"): 1 / 365.25, ("%", "1"): 100.0, ("% LV mass", "1"): 100.0,
    ("% LV mass", "%"): 1.0, ("mm[Hg]", "kPa"): 7.50062, ("cm2", "mm2"): 0.01, ("cm/s", "m/s"): 100.0,
    ("mg/L", "mg/dL"): 10.0, ("pg/mL", "ng/mL"): 1000.0,
}  # fmt: skip
_FACTORS_OF_ITEM = {
    ("creatinine_mg_dl", "umol/L"): 1 / 88.42,
    ("ntprobnp_pg_ml", "pmol/L"): 8.457,
}
"""(item's unit, table's unit) -> factor; moles become grams only where the substance is known."""
_IN_HEADER = re.compile(r"[(\[]\s*([^()\[\]]{1,20}?)\s*[)\]]\s*$")


@dataclass(frozen=True, slots=True)
class Conversion:
    """A unit that the numbers of an item may come in, and the factor to the item's own unit."""

    unit: str
    factor: float


def unit_of(text: str) -> str | None:
    """The unit that a text means; None where it means none."""
    word = " ".join(text.strip().lower().replace("²", "2").replace("³", "3").replace("**", "").split())
    return _ALIASES.get(word)


def header_unit(header: str) -> tuple[str, str]:
    """A header without its unit, and the unit as it stands there: `LVEDV (ml)` gives `LVEDV` and `ml`."""
    found = _IN_HEADER.search(header)
    return (header[: found.start()].strip(), found[1]) if found else (header, "")


def conversions(item: Item) -> tuple[Conversion, ...]:
    """The units that the numbers of an item may come in, the item's own first."""
    found = [Conversion(item.unit, 1.0)]
    found += [Conversion(theirs, factor) for (own, theirs), factor in _FACTORS.items() if own == item.unit]
    found += [
        Conversion(theirs, factor) for (name, theirs), factor in _FACTORS_OF_ITEM.items() if name == item.name
    ]
    return tuple(found)


def conversion(item: Item, unit: str) -> Conversion | None:
    """From a unit, as a header writes it, to the item's; None where there is no way."""
    meant = unit_of(unit) or unit
    return next((one for one in conversions(item) if one.unit == meant), None)
