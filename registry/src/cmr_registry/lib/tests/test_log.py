import json
import logging

import pytest

from cmr_registry.lib import log
from cmr_registry.lib.log import AllowListHandler, event, request_scope


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_json_line_with_its_request(capsys):
    with request_scope("r1"):
        event("delivery_closed", delivery="d", n_expected=3)
    event("worker_started")
    first, second = lines(capsys)
    assert (first["event"], first["n_expected"], first["request"]) == ("delivery_closed", 3, "r1")
    assert "request" not in second


@pytest.mark.parametrize(("name", "fields"), [("patient_seen", {}), ("worker_started", {"patient": "Jane"})])
def test_what_is_not_declared_cannot_be_logged(name, fields):
    with pytest.raises(KeyError):
        event(name, **fields)


def test_a_librarys_message_loses_its_text(capsys):
    logger = logging.Logger("somewhere")
    logger.addHandler(AllowListHandler())
    try:
        raise ValueError("Jane Doe, born 1950")
    except ValueError:
        logger.exception("row of %s failed", "Jane Doe", extra={"status_code": 500})
    (line,) = lines(capsys)
    assert (line["logger"], line["level"], line["error"], line["status"]) == (
        "somewhere",
        "error",
        "ValueError",
        500,
    )
    assert "Jane" not in str(line)


def test_no_declared_field_could_hold_a_name_or_a_value():
    allowed = {
        "port", "workers", "method", "route", "status", "ms", "delivery", "n_stored", "n_failed", "state",
        "n_expected", "error", "logger", "level", "mail", "n_attempts", "n_exams", "snapshot", "release",
        "search", "task", "tally", "recheck", "table", "n_rows",
    }  # fmt: skip
    assert set().union(*log.EVENTS.values()) <= allowed
