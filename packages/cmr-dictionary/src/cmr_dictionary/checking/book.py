"""All rules and all checks, in the order in which problems are told."""

from collections.abc import Mapping
from types import MappingProxyType

from cmr_dictionary.checking.parents import PARENT_CHECKS
from cmr_dictionary.checking.rule import Check, Rule
from cmr_dictionary.checking.scars import SCAR_CHECKS
from cmr_dictionary.checking.single import SINGLE_RULES
from cmr_dictionary.checking.tissue import TISSUE_CHECKS
from cmr_dictionary.checking.volumes import VOLUME_CHECKS

CHECKS: tuple[Check, ...] = (*VOLUME_CHECKS, *SCAR_CHECKS, *TISSUE_CHECKS, *PARENT_CHECKS)
"""Every check across items."""
RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.id: rule for rule in (*SINGLE_RULES, *(check.rule for check in CHECKS))}
)
"""Every rule by its name."""
