"""Where an import stands, what becomes of its rows, and which changes are allowed."""

import enum
from collections.abc import Mapping


class ImportState(enum.StrEnum):
    """Where one table stands."""

    MAPPING = "mapping"
    HELD = "held"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Outcome(enum.StrEnum):
    """What became of one row."""

    TAKEN = "taken"
    QUESTIONED = "questioned"
    PARTLY = "partly"
    REFUSED = "refused"
    LEFT_OUT = "left_out"


IMPORT_TRANSITIONS: Mapping[ImportState, frozenset[ImportState]] = {
    # held: it came by the drop folder and its template has changed; a person maps it anew
    ImportState.HELD: frozenset({ImportState.MAPPING}),
    ImportState.MAPPING: frozenset({ImportState.RUNNING}),
    ImportState.RUNNING: frozenset({ImportState.DONE, ImportState.FAILED}),
    # again: a person changes the mapping and takes the same file in once more
    ImportState.DONE: frozenset({ImportState.MAPPING}),
    ImportState.FAILED: frozenset({ImportState.MAPPING}),
}
