"""A withdrawal is a pseudonym and a scope; nothing else crosses."""

import json
from importlib.resources import files

import jsonschema
import pytest

from cmr_exchange.errors import MalformedDocumentError, UnknownVersionError
from cmr_exchange.withdrawal import Withdrawal, WithdrawalScope

SCHEMA = json.loads((files("cmr_exchange") / "schemas" / "withdrawal-1.json").read_text())
STATED = Withdrawal(1, "riverside", "ABCDEFGHIJKLMNOP2", WithdrawalScope.SUBJECT)


def test_what_is_written_is_read_back_and_fits_the_schema():
    document = json.loads(json.dumps(STATED.to_document()))
    jsonschema.validate(document, SCHEMA)
    assert Withdrawal.from_document(document) == STATED
    assert set(document) == {"exchange_version", "center", "subject", "scope"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("scope", "everything"), ("subject", "DOE^JANE"), ("center", "The Center"), ("reason", "moved to Bern")],
)
def test_it_refuses_a_field_off_the_declared_form(field, value):
    document = STATED.to_document() | {field: value}
    with pytest.raises(MalformedDocumentError) as refusal:
        Withdrawal.from_document(document)
    assert value not in str(refusal.value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_it_refuses_another_exchange_version():
    with pytest.raises(UnknownVersionError):
        Withdrawal.from_document(STATED.to_document() | {"exchange_version": 7})
