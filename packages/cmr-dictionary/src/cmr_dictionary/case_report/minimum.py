"""The items that every exam should have: the short form that a case report opens with."""

import functools

from cmr_dictionary.case_report.settling import entered_items
from cmr_dictionary.modules import REGISTRY, Obligation, modules


@functools.cache
def minimum_items() -> tuple[str, ...]:
    """Names of the minimum items of the module `registry` that a person can enter, in the order of the dictionary."""
    listed = frozenset(modules()[REGISTRY].of(Obligation.MINIMUM))
    return tuple(name for name in entered_items() if name in listed)
