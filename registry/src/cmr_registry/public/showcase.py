"""The registry in numbers: everybody by one property at a time, through disclosure control (R33).

An answer is asked once per snapshot and process, for every answer is remembered and audited.
"""

from django.core.cache import cache

from cmr_registry.cohorts.answering import safe_univariate
from cmr_registry.cohorts.answers import Answer, Outcome
from cmr_registry.cohorts.selectors import snapshot_current

PROPERTIES = (
    "sex",
    "age_band",
    "indication",
    "vendor",
    "field_strength",
    "known:race",
    "known:gbca_agent",
    "follow_up",
)
"""What the published registry report counts (registry.md 2.1), and what each count is known for."""
KEPT_S = 24 * 3600


def showcase() -> list[Answer]:
    """One answer per property of the current snapshot; empty where there is none, or where nothing may be shown."""
    snapshot = snapshot_current()
    if snapshot is None:
        return []
    key = f"showcase-{snapshot.pk}"
    kept: list[Answer] | None = cache.get(key)
    if kept is None:
        answers = [safe_univariate(name) for name in PROPERTIES]
        kept = [answer for answer in answers if answer.outcome is Outcome.ANSWERED]
        cache.set(key, kept, KEPT_S)
    return kept
