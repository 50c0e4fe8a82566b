"""Random values that the dictionary takes, for tests of every road that a value goes."""

import math

from hypothesis import strategies as st

from cmr_dictionary import load
from cmr_dictionary.items import Item, ItemKind, Transfer
from cmr_dictionary.technique import vocabulary

CROSSING = [item for item in load().items.values() if item.may_cross]


def numbers(item: Item) -> st.SearchStrategy[float]:
    """Numbers within the hard limits, with at most three digits behind the point, as coarse as they are stored."""
    low = -9_000.0 if item.hard_min is None else item.hard_min
    high = 9_000.0 if item.hard_max is None else item.hard_max
    if item.kind == ItemKind.INTEGER:
        return st.integers(math.ceil(low), math.floor(high))
    steps = 2 if item.transfer == Transfer.ROUNDED else 1000
    return st.integers(math.ceil(low * steps), math.floor(high * steps)).map(lambda step: step / steps)


def texts(item: Item) -> st.SearchStrategy[str]:
    """Texts of technique words."""
    if item.name == "indication_icd10":
        return st.sampled_from(["I42.0", "I25.10", "Q21.3"])
    return st.sampled_from(sorted(vocabulary()[item.name]) or ["1.5"])


def values_of(item: Item) -> st.SearchStrategy[object]:
    """Values of one item that the checks take."""
    codes = [code.code for code in item.code_list]
    if item.kind == ItemKind.CODE:
        return st.sampled_from(codes)
    if item.kind == ItemKind.CODES:
        return st.lists(st.sampled_from(codes), min_size=1, max_size=4, unique=True)
    if item.kind == ItemKind.YES_NO:
        return st.sampled_from([0, 1])
    return texts(item) if item.kind == ItemKind.TEXT else numbers(item)


@st.composite
def records(draw, items=None, most=12):
    """Plain values by item name."""
    chosen = draw(
        st.lists(st.sampled_from(items or CROSSING), max_size=most, unique_by=lambda item: item.name)
    )
    return {item.name: draw(values_of(item)) for item in chosen}
