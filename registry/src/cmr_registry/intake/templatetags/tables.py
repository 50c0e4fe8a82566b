"""Words of imported tables for templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cmr_registry.intake.table_screening import TableFinding
from cmr_registry.intake.table_states import RowOutcome, TableState

register = template.Library()

STATE_WORDS = {
    TableState.CHECKING: ("being checked", ""),
    TableState.PREVIEW: ("waits for you", "tag-warn"),
    TableState.IMPORTING: ("being taken in", ""),
    TableState.DONE: ("taken in", "tag-ok"),
    TableState.DISCARDED: ("let go", ""),
}
OUTCOME_WORDS = {
    RowOutcome.NEW: "new exam",
    RowOutcome.CHANGED: "known exam, values added",
    RowOutcome.UNCHANGED: "nothing new",
    RowOutcome.REFUSED: "nothing taken",
}


@register.filter
def table_state_tag(state: str) -> SafeString:
    """The state of an import as a word with its color."""
    words, tone = STATE_WORDS[TableState(state)]
    return format_html('<span class="tag {}">{}</span>', tone, words)


@register.filter
def outcome_words(outcome: str) -> str:
    """What became of a row."""
    return OUTCOME_WORDS[RowOutcome(outcome)]


@register.filter
def place_words(finding: TableFinding) -> str:
    """Where in the table a finding is: row and column by number."""
    row = f"row {finding.row}" if finding.row else ""
    column = f"column {finding.column}" if finding.column else ""
    where = ", ".join(part for part in (row, column) if part) or "whole table"
    return where[:1].upper() + where[1:]
