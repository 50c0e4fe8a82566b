"""Measurements of an exam as its page shows them: reported beside computed, with their range or z-score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cmr_dictionary import derive, display, load
from cmr_dictionary.derivations import INDEXING, BodySurface, body_surface_m2, derivations
from cmr_dictionary.local_reference import MAPPED_ITEMS, LocalReference, LocalZ, Technique, z_of
from cmr_dictionary.reference import ReferenceRange, ranges_for
from cmr_dictionary.values import unit_words

MEASURES = {
    "lv_ef_pct": "lv_ef_reported_pct",
    "lv_edv_ml": "", "lv_esv_ml": "", "lv_sv_ml": "", "lv_mass_g": "",
    "lv_edvi_ml_m2": "", "lv_esvi_ml_m2": "", "lv_svi_ml_m2": "", "lv_massi_g_m2": "",
    "lv_co_l_min": "", "lv_ci_l_min_m2": "",
    "rv_ef_pct": "", "rv_edv_ml": "", "rv_esv_ml": "", "rv_sv_ml": "", "rv_edvi_ml_m2": "", "rv_esvi_ml_m2": "",
    "la_vol_max_ml": "", "lv_gls_pct": "", "lv_gcs_pct": "",
    "ar_rf_pct": "ar_rf_reported_pct", "mr_rf_pct": "mr_rf_reported_pct", "pr_rf_pct": "pr_rf_reported_pct",
    "qpqs": "", "wmsi": "", "lge_n_segments": "", "lge_ischemic_pct_lv": "",
    "native_t1_ms": "", "post_t1_ms": "", "ecv_pct": "ecv_reported_pct", "t2_myo_ms": "", "t2star_septal_ms": "",
}  # fmt: skip
"""Item in the order of the page -> item under which it is reported, where that is another."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the page.

    Attributes:
        item, label: name and words of the item.
        reported: as the report states it; empty where it does not.
        computed: as the formula gives it; empty where it does not.
        formula: name and version of the formula; empty where nothing was computed.
        difference: reported minus computed, with its sign; empty where one is absent.
        range: the published range with the best evidence, None where none fits the exam.
        more_ranges: how many others fit.
        place: `below`, `within` or `above` the range, empty without one.
        local: the z-score or why there is none; None for items that have published ranges.
    """

    item: str
    label: str
    reported: str
    computed: str
    formula: str
    difference: str
    range: ReferenceRange | None
    more_ranges: int
    place: str
    local: LocalZ | None

    @property
    def range_words(self) -> str:
        """The range with the unit as people write it, empty without one."""
        return f"{self.range.words} {unit_words(load().items[self.item])}" if self.range else ""

    @property
    def z(self) -> str:
        """The z-score with its sign, empty where there is none."""
        return "" if self.local is None or self.local.z is None else f"{self.local.z:+.1f}"


def measures_of(
    values: Mapping[str, object], references: Iterable[LocalReference], year: int | None
) -> tuple[Measure, ...]:
    """The rows of an exam; an item without any number has none.

    Args:
        values: plain values of the exam.
        references: those of its center.
        year: year of the exam.
    """
    derived, local = derive(values), tuple(references)
    technique = _technique(values, year)
    rows = []
    for item, reported_as in MEASURES.items():
        reported = _number(values.get(reported_as or item))
        computed = _number(derived.get(item))
        if reported is not None or computed is not None:
            rows.append(_row(item, reported_as, (reported, computed), values, (local, technique)))
    return tuple(rows)


def surface_words(values: Mapping[str, object]) -> str:
    """By which body surface area the exam is indexed, and what the other formulas give; empty without size."""
    height, weight = _number(values.get("height_cm")), _number(values.get("weight_kg"))
    if not height or not weight:
        return ""
    areas = {formula: body_surface_m2(formula, height, weight) for formula in BodySurface}
    others = ", ".join(
        f"{formula.value} {areas[formula]:.2f}" for formula in BodySurface if formula is not INDEXING
    )
    return f"Indexed by a body surface area of {areas[INDEXING]:.2f} m² ({INDEXING.value}). Others: {others}."


def measure_label(item: str) -> str:
    """What people call an item."""
    return load().items[item].label


def _row(
    item: str,
    reported_as: str,
    numbers: tuple[float | None, float | None],
    values: Mapping[str, object],
    against: tuple[tuple[LocalReference, ...], Technique],
) -> Measure:
    reported, computed = numbers
    value = computed if computed is not None else reported
    ranges = ranges_for(item, values)
    return Measure(
        item=item,
        label=measure_label(item),
        reported=_shown(reported_as or item, reported),
        computed=_shown(item, computed),
        formula=derivations()[item].id if computed is not None else "",
        difference=_difference(item, reported, computed),
        range=ranges[0] if ranges else None,
        more_ranges=max(0, len(ranges) - 1),
        place=ranges[0].place(value) if ranges and value is not None else "",
        local=_local(item if computed is not None else reported_as or item, value, against),
    )


def _local(
    item: str, value: float | None, against: tuple[tuple[LocalReference, ...], Technique]
) -> LocalZ | None:
    if item not in MAPPED_ITEMS or value is None:
        return None
    return z_of(item, value, *against)


def _technique(values: Mapping[str, object], year: int | None) -> Technique:
    return Technique(
        scanner=str(values.get("scanner_model", "")),
        field_strength_t=_number(values.get("field_strength_t")),
        software=str(values.get("software_version", "")),
        scheme=str(values.get("t1_scheme", "")),
        year=year,
    )


def _difference(item: str, reported: float | None, computed: float | None) -> str:
    if reported is None or computed is None:
        return ""
    difference = round(reported - computed, 1)
    return _shown(item, difference) if difference <= 0 else f"+{_shown(item, difference)}"


def _shown(item: str, number: float | None) -> str:
    return "" if number is None else display(load().items[item], number)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
