"""The words of data quality: colors, and how a hospital counted its exams."""

import enum


class Color(enum.StrEnum):
    """What a report says at once (R16): complete; sound but not complete; with errors."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


COLOR_WORDS = {
    Color.GREEN: "complete",
    Color.YELLOW: "sound, not complete",
    Color.RED: "with errors",
}
CENSUS_WORDS = {
    "pacs": "counted in the archive",
    "ledger": "counted by the connector",
    "by_hand": "counted by a person",
}
"""How a hospital counted its exams, by the codes of `cmr_exchange.census`."""
