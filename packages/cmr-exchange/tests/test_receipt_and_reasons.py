"""Receipts are signed over canonical bytes; every reason says what is wrong, who can mend it and how."""

import dataclasses
import json
from importlib.resources import files

import jsonschema
import pytest

from cmr_exchange.canonical import canonical_json
from cmr_exchange.errors import MalformedDocumentError, UnknownVersionError
from cmr_exchange.reasons import REASONS, Mender, reason
from cmr_exchange.receipt import Receipt

SCHEMA = json.loads((files("cmr_exchange") / "schemas" / "receipt-1.json").read_text())
RECEIPT = Receipt(
    exchange_version=1,
    delivery="ab" * 32,
    center="riverside",
    exam="ABCDEFGHIJKLMNOP2",
    version=1,
    n_instances=200,
    n_bytes=26_000_000,
    accepted_at="2026-11-21T12:00:00Z",
    registry_key="r-1",
    signature="A" * 86 + "==",
)


def test_what_is_written_is_read_back_and_fits_the_schema():
    document = json.loads(canonical_json(RECEIPT.to_document()))
    jsonschema.validate(document, SCHEMA)
    assert Receipt.from_document(document) == RECEIPT


def test_the_signature_covers_everything_but_itself():
    other = dataclasses.replace(RECEIPT, signature="B" * 86 + "==")
    assert other.signed_bytes() == RECEIPT.signed_bytes()
    assert dataclasses.replace(RECEIPT, n_instances=199).signed_bytes() != RECEIPT.signed_bytes()


@pytest.mark.parametrize(
    ("field", "value"),
    [("accepted_at", "yesterday"), ("signature", "short"), ("n_bytes", -1), ("delivery", "x"), ("extra", 1)],
)
def test_it_refuses_a_field_off_the_declared_form(field, value):
    with pytest.raises(MalformedDocumentError):
        Receipt.from_document(RECEIPT.to_document() | {field: value})


def test_it_refuses_what_is_no_object_and_another_version():
    with pytest.raises(MalformedDocumentError):
        Receipt.from_document("receipt")
    with pytest.raises(UnknownVersionError):
        Receipt.from_document(RECEIPT.to_document() | {"exchange_version": 9})


def test_canonical_bytes_know_no_nan():
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json({"a": float("nan")})


@pytest.mark.parametrize("code", REASONS)
def test_each_reason_is_a_sentence_with_somebody_who_can_mend_it(code):
    found = reason(code)
    assert found.sentence.endswith(".")
    assert found.how.endswith(".")
    assert found.mender in Mender
    assert 0 < found.dicom_status <= 0xFFFF
