"""Raw T1 is summarized within one scheme and field strength, never over several."""

import pandas as pd
import pytest

from cmr_analysis.counts import spread_of
from cmr_analysis.errors import MixedTechniqueError

ONE = pd.DataFrame(
    {
        "native_t1_ms": [1000.0, 1010.0, 1020.0, None],
        "t1_scheme": ["MOLLI 5(3)3"] * 3 + [None],
        "field_strength_t": [1.5] * 4,
        "lv_edv_ml": [150.0, 160.0, 170.0, 180.0],
    }
)


def test_t1_of_one_technique_is_summarized():
    assert spread_of("T1", "ms", ONE, "native_t1_ms").quartiles == (1005.0, 1010.0, 1015.0)


@pytest.mark.parametrize(
    ("item", "others"),
    [
        ("t1_scheme", ["MOLLI 5(3)3", "SASHA", "MOLLI 5(3)3", None]),
        ("t1_scheme", ["MOLLI 5(3)3", None, "MOLLI 5(3)3", None]),
        ("field_strength_t", [1.5, 3.0, 1.5, 1.5]),
    ],
)
def test_t1_of_several_or_unknown_techniques_is_refused(item, others):
    with pytest.raises(MixedTechniqueError, match=item):
        spread_of("T1", "ms", ONE.assign(**{item: others}), "native_t1_ms")


def test_volumes_may_be_pooled_over_schemes():
    mixed = ONE.assign(t1_scheme=["a", "b", "c", "d"])
    assert spread_of("EDV", "mL", mixed, "lv_edv_ml").n == 4
