"""The filter of the follow-up list."""

from typing import ClassVar

from cmr_registry.lib.filters import Choices, ShowForm


class FollowUpFilterForm(ShowForm):
    """Which subjects the list shows."""

    choices: ClassVar[Choices] = [
        ("", "All subjects"),
        ("conflicts", "With contradictions"),
        ("died", "Died while watched"),
        ("known", "Vital status known"),
        ("not_watched", "Not watched"),
        ("without", "Nothing stated yet"),
    ]
