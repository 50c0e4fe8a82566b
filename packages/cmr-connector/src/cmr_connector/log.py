"""The connector's log: JSON lines through one allow-list of event names and fields (L10).

A value that is not declared here cannot be logged: no name, number, date or UID of a patient has a field.
"""

import datetime
import json
import sys
import threading
from collections.abc import Mapping
from typing import Any, TextIO

EVENTS: Mapping[str, frozenset[str]] = {
    "agent_started": frozenset({"version"}),
    "agent_stopped": frozenset(),
    "service_started": frozenset({"service", "port"}),
    "service_failed": frozenset({"service", "error"}),
    "association_refused": frozenset({"cause"}),
    "instance_taken": frozenset({"exam_number", "source", "outcome", "reason", "size"}),
    "file_refused": frozenset({"refusal_number", "source", "reason", "size"}),
    "report_taken": frozenset({"report_number", "source", "state", "n_values", "n_problems"}),
    "case_report_saved": frozenset({"exam_number", "version", "n_changed"}),
    "exam_prepared": frozenset({"exam_number", "version", "n_instances", "n_held", "n_values", "seconds"}),
    "exam_held": frozenset({"exam_number", "reason"}),
    "exam_released": frozenset({"exam_number"}),
    "exam_rejected": frozenset({"exam_number", "reason"}),
    "series_looked_at": frozenset({"exam_number", "n_frames", "n_findings", "seconds"}),
    "pixels_decided": frozenset({"exam_number", "choice", "n_instances"}),
    "delivery_opened": frozenset({"exam_number", "version", "n_missing"}),
    "batch_stored": frozenset({"exam_number", "n_stored", "n_failed", "seconds"}),
    "delivery_accepted": frozenset({"exam_number", "version", "n_instances"}),
    "delivery_refused": frozenset({"exam_number", "version", "reason"}),
    "delivery_postponed": frozenset({"exam_number", "version", "attempt", "wait_s", "cause"}),
    "statement_queued": frozenset({"kind", "version"}),
    "statement_accepted": frozenset({"kind", "version"}),
    "statement_refused": frozenset({"kind", "version", "reason"}),
    "statement_postponed": frozenset({"kind", "version", "attempt", "wait_s", "cause"}),
    "queries_fetched": frozenset({"n_queries"}),
    "queries_postponed": frozenset({"attempt", "wait_s", "cause"}),
    "query_answered": frozenset({"exam_number", "answer", "version"}),
    "census_counted": frozenset({"source", "n_months", "seconds"}),
    "census_postponed": frozenset({"cause", "wait_s"}),
    "table_brought": frozenset({"import_number", "source", "n_rows"}),
    "table_held": frozenset({"import_number", "n_reasons"}),
    "table_accepted": frozenset({"import_number", "version", "n_samples"}),
    "table_done": frozenset({"import_number", "n_rows"}),
    "table_failed": frozenset({"import_number"}),
    "mapping_checked": frozenset({"n_changed"}),
    "follow_up_imported": frozenset({"n_rows", "n_rejected", "n_patients"}),
    "desk_sign_in": frozenset({"outcome"}),
    "desk_setup_waits": frozenset({"file"}),
    "desk_act": frozenset({"act"}),
    "unexpected_error": frozenset({"where", "error"}),
}

_lock = threading.Lock()
_stream: TextIO | None = None


def to_stream(stream: TextIO | None) -> None:
    """Write to `stream` from now on; None means standard error."""
    global _stream
    with _lock:
        _stream = stream


def event(name: str, **fields: Any) -> None:
    """Log one event.

    Raises:
        KeyError: the event or one of its fields is not on the allow-list; a programming error.
    """
    undeclared = fields.keys() - EVENTS[name]
    if undeclared:
        raise KeyError(f"{name} has no field {sorted(undeclared)[0]}")
    at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    line = json.dumps({"at": at, "event": name, **fields})
    with _lock:
        out = _stream or sys.stderr
        out.write(line + "\n")
        out.flush()


def unexpected(where: str, error: BaseException) -> None:
    """Log that something unforeseen failed: the type of the error only, for its text may quote data."""
    event("unexpected_error", where=where, error=type(error).__name__)
