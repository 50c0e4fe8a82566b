"""Formulas have versions, and a formula that changes without a new version is noticed."""

import pytest

from cmr_dictionary import ItemKind, derive, load
from cmr_dictionary.derivations import INDEXING, BodySurface, body_surface_m2, derivations
from cmr_dictionary.logic import variables
from cmr_dictionary.segments import COMPUTED, SEGMENTS

CALCULATED = [item for item in load().items.values() if item.kind is ItemKind.DERIVED]
FULL = {
    **{f"wm_rest_{n}": "1" for n in SEGMENTS},
    **{f"wm_stress_{n}": "1" for n in SEGMENTS},
    **{f"{stem}_{n}": "0" for n in SEGMENTS for stem in ("perf_stress", "perf_rest", "lge_aha")},
    "gbca_given": 1,
    "gbca_agent": "1",
}


@pytest.mark.parametrize("item", CALCULATED, ids=lambda item: item.name)
def test_a_formula_stands_in_the_table_of_versions_as_it_is_evaluated(item):
    one = derivations()[item.name]
    assert one.formula == item.calculation, "a changed formula is a new version in data/derivations.csv"
    assert set(one.inputs) == variables(item.calculation)
    assert one.id == f"{item.name} {one.version}"


def test_every_item_that_is_computed_over_segments_has_a_version():
    computed = {name for function in COMPUTED for name in function(FULL)}
    items = load().items
    assert {name for name in computed if items[name].matrix not in ("wm17_rest", "wm17_stress")} <= set(
        derivations()
    )


def test_every_formula_names_its_source():
    matrices = {item.matrix for item in load().items.values()}
    for one in derivations().values():
        assert one.source
        assert one.version >= 1
        assert all(name in load().items or name in matrices for name in one.inputs)


@pytest.mark.parametrize(
    ("formula", "area"),
    [(BodySurface.MOSTELLER, 1.97), (BodySurface.DUBOIS, 1.95), (BodySurface.HAYCOCK, 1.99)],
)
def test_the_three_formulas_of_body_surface_give_their_known_areas(formula, area):
    assert body_surface_m2(formula, 175, 80) == pytest.approx(area, abs=0.011)


def test_the_registry_indexes_by_the_formula_that_it_names():
    assert derive({"height_cm": 175, "weight_kg": 80})["bsa_mosteller_m2"] == body_surface_m2(
        INDEXING, 175, 80
    )
    assert "[bsa_mosteller_m2]" in derivations()["lv_edvi_ml_m2"].formula
