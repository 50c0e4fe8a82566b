"""All rules and all checks, in the order in which problems are told."""

from collections.abc import Mapping
from types import MappingProxyType

from cmr_dictionary.checking.clinic import CLINIC_CHECKS
from cmr_dictionary.checking.days import DAY_CHECKS
from cmr_dictionary.checking.flow import FLOW_CHECKS
from cmr_dictionary.checking.images import IMAGE_CHECKS
from cmr_dictionary.checking.parents import PARENT_CHECKS
from cmr_dictionary.checking.rule import Check, Rule
from cmr_dictionary.checking.scars import SCAR_CHECKS
from cmr_dictionary.checking.single import SINGLE_RULES
from cmr_dictionary.checking.stress import STRESS_CHECKS
from cmr_dictionary.checking.tissue import TISSUE_CHECKS
from cmr_dictionary.checking.volumes import VOLUME_CHECKS

GROUPS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        "Volumes, mass and wall motion": VOLUME_CHECKS,
        "Late enhancement": SCAR_CHECKS,
        "Mapping": TISSUE_CHECKS,
        "Contrast, stress and perfusion": STRESS_CHECKS,
        "Flow and valves": FLOW_CHECKS,
        "Person, procedure and conclusion": CLINIC_CHECKS,
        "Questions and what follows from them": PARENT_CHECKS,
        "Report against images": IMAGE_CHECKS,
        "Days and duplicates": DAY_CHECKS,
    }
)
"""Every check across items, by subject."""
CHECKS: tuple[Check, ...] = tuple(check for checks in GROUPS.values() for check in checks)
RULE_GROUPS: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {"One value by itself": SINGLE_RULES}
    | {name: tuple(check.rule for check in checks) for name, checks in GROUPS.items()}
)
"""Every rule, by subject."""
RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.id: rule for rules in RULE_GROUPS.values() for rule in rules}
)
"""Every rule by its name."""
