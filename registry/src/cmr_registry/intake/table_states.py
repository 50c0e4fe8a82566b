"""The states of an imported table, who moves it on, and where it may go."""

import enum


class TableState(enum.StrEnum):
    """Where an import stands."""

    CHECKING = "checking"
    PREVIEW = "preview"
    IMPORTING = "importing"
    DONE = "done"
    DISCARDED = "discarded"


class RowOutcome(enum.StrEnum):
    """What became of a row, or would become of it: a new exam, values changed or all known, nothing taken."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


S = TableState
ALLOWED: dict[TableState, frozenset[TableState]] = {
    S.CHECKING: frozenset({S.PREVIEW, S.DISCARDED}),
    S.PREVIEW: frozenset({S.IMPORTING, S.DISCARDED}),
    S.IMPORTING: frozenset({S.DONE}),
    S.DONE: frozenset(),
    S.DISCARDED: frozenset(),
}

OWNER: dict[TableState, str] = {
    S.CHECKING: "worker",
    S.PREVIEW: "center coordinator",
    S.IMPORTING: "worker",
    S.DONE: "nobody",
    S.DISCARDED: "nobody",
}

RUNNING = frozenset({S.CHECKING, S.IMPORTING})
"""States that the worker moves on."""


def require_table_step(now: str, to: TableState) -> TableState:
    """`to`, where the table allows the step.

    Raises:
        ValueError: it does not; a programming error.
    """
    if to not in ALLOWED[TableState(now)]:
        raise ValueError(f"An import that is {now} cannot become {to.value}.")
    return to
