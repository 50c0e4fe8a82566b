"""The server's log: JSON lines through one allow-list of event names and fields (L10).

What is not declared here cannot be logged: no value, name, UID or address of an object has a field. Messages of
Django and other libraries pass `AllowListHandler`, which keeps their origin and the type of the error only.
"""

import contextlib
import contextvars
import datetime
import json
import logging
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

EVENTS: Mapping[str, frozenset[str]] = {
    "server_started": frozenset({"port", "workers"}),
    "worker_started": frozenset(),
    "worker_stopped": frozenset(),
    "request_answered": frozenset({"method", "route", "status", "ms"}),
    "instances_stored": frozenset({"delivery", "n_stored", "n_failed"}),
    "delivery_opened": frozenset({"delivery", "state", "n_expected"}),
    "delivery_closed": frozenset({"delivery", "n_expected"}),
    "delivery_settled": frozenset({"delivery", "state", "n_expected", "ms"}),
    "claim_lost": frozenset(
        {"delivery", "snapshot", "task", "release", "search", "mail", "tally", "recheck", "table"}
    ),
    "work_failed": frozenset(
        {"delivery", "snapshot", "task", "release", "search", "mail", "tally", "recheck", "table", "error"}
    ),
    "table_brought": frozenset({"table", "n_rows"}),
    "table_refused": frozenset(),
    "table_settled": frozenset({"table", "state", "n_rows"}),
    "exams_checked": frozenset({"n_exams", "ms"}),
    "quality_counted": frozenset({"tally", "n_exams", "ms"}),
    "release_settled": frozenset({"release", "state", "n_exams", "ms"}),
    "snapshot_settled": frozenset({"snapshot", "state", "n_exams", "ms"}),
    "answer_failed": frozenset({"snapshot", "error"}),
    "mail_sent": frozenset({"mail"}),
    "mail_failed": frozenset({"mail", "error", "n_attempts"}),
    "library_message": frozenset({"logger", "level", "error", "status"}),
}

_request: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
_lock = threading.Lock()


@contextlib.contextmanager
def request_scope(request_id: str = "") -> Iterator[str]:
    """Let every line within carry one request id; a fresh one where none is given."""
    name = request_id or uuid.uuid4().hex
    token = _request.set(name)
    try:
        yield name
    finally:
        _request.reset(token)


def event(name: str, **fields: Any) -> None:
    """Log one event on standard error.

    Raises:
        KeyError: the event or one of its fields is not on the allow-list; a programming error.
    """
    undeclared = fields.keys() - EVENTS[name]
    if undeclared:
        raise KeyError(f"{name} has no field {sorted(undeclared)[0]}")
    at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    line = {"at": at, "event": name, **fields}
    if _request.get():
        line["request"] = _request.get()
    with _lock:
        sys.stderr.write(json.dumps(line) + "\n")
        sys.stderr.flush()


class AllowListHandler(logging.Handler):
    """Turns any library's log record into `library_message`: where it came from, never what it says."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the origin, the level and the type of the error; the text may quote data and is dropped."""
        fields: dict[str, Any] = {"logger": record.name, "level": record.levelname.lower()}
        if record.exc_info and record.exc_info[0]:
            fields["error"] = record.exc_info[0].__name__
        if isinstance(getattr(record, "status_code", None), int):
            fields["status"] = record.status_code  # type: ignore[attr-defined]
        event("library_message", **fields)
