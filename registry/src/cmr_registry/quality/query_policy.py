"""Which checks ask by themselves: those that a person at the hospital can answer by looking once.

The others stand in the quality report; a steward or coordinator makes queries of them where it is worth the time.
Rows are data (`data/query_policy.csv`: rule, why); a test demands that every rule exists.
"""

import csv
import functools
from collections.abc import Mapping
from importlib.resources import files


@functools.cache
def asking_rules() -> Mapping[str, str]:
    """Rule -> why it asks by itself."""
    text = (files("cmr_registry.quality") / "data" / "query_policy.csv").read_text("utf-8")
    return {row["rule"]: row["why"] for row in csv.DictReader(text.splitlines())}
