"""A census is a month and four numbers; no exam, day or patient has a field in it."""

import json
from importlib.resources import files

import jsonschema
import pytest

from cmr_exchange.census import Census, CensusSource
from cmr_exchange.errors import MalformedDocumentError, UnknownVersionError

SCHEMA = json.loads((files("cmr_exchange") / "schemas" / "census-1.json").read_text())
STATED = Census(1, "riverside", "2026-10", 140, 131, 120, CensusSource.PACS, "2026-11-03T04:00:00Z")


def test_what_is_written_is_read_back_and_fits_the_schema():
    document = json.loads(STATED.canonical_bytes())
    jsonschema.validate(document, SCHEMA)
    assert Census.from_document(document) == STATED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("month", "2026-13"),
        ("month", "2026-10-07"),
        ("month", "October"),
        ("n_hospital", -1),
        ("n_delivered", 2.5),
        ("n_eligible", True),
        ("source", "guessed"),
        ("counted_at", "2026-11-03"),
        ("center", "The Center"),
        ("patients", ["DOE^JANE"]),
    ],
)
def test_it_refuses_a_field_off_the_declared_form(field, value):
    document = STATED.to_document() | {field: value}
    with pytest.raises(MalformedDocumentError) as refusal:
        Census.from_document(document)
    assert "DOE" not in str(refusal.value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


@pytest.mark.parametrize("changes", [{"n_eligible": 141}, {"month": "2026-12"}])
def test_it_refuses_numbers_and_months_that_contradict_each_other(changes):
    with pytest.raises(MalformedDocumentError):
        Census.from_document(STATED.to_document() | changes)


def test_it_refuses_another_exchange_version():
    with pytest.raises(UnknownVersionError):
        Census.from_document(STATED.to_document() | {"exchange_version": 7})
