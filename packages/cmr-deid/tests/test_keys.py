import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_deid.errors import KeyFileError
from cmr_deid.keys import CenterKey, new_key
from cmr_exchange.reading import CODE

ENTROPY = bytes(range(32))


def test_a_key_file_is_read_back_as_it_was_written():
    key = new_key(ENTROPY)
    assert CenterKey.from_text(key.to_text()) == key


def test_the_key_is_hidden_in_every_print_of_it():
    key = new_key(ENTROPY)
    for shown in (repr(key), str(key), f"{key}"):
        assert key.key_id in shown
        assert "master" not in shown
        assert "\\x01" not in shown


def test_the_key_id_fits_the_contract_and_changes_with_the_key():
    ids = {new_key(bytes([i]) + ENTROPY[1:]).key_id for i in range(1, 50)}
    assert len(ids) == 49
    assert all(CODE.fullmatch(key_id) and key_id.startswith("k-") and len(key_id) == 10 for key_id in ids)


@pytest.mark.parametrize("entropy", [b"", bytes(31), bytes(33), bytes(32), b"\xff" * 32])
def test_it_refuses_entropy_that_cannot_be_random(entropy):
    with pytest.raises(KeyFileError):
        new_key(entropy)


@pytest.mark.parametrize(
    "text", ["", "hello", "[]", "{}", '{"format": "x", "version": 1}', "\0", "-----BEGIN KEY-----"]
)
def test_another_file_is_refused_with_the_way_to_mend_it(text):
    with pytest.raises(KeyFileError, match="keygen"):
        CenterKey.from_text(text)


def test_a_newer_version_is_refused():
    text = new_key(ENTROPY).to_text().replace('"version": 1', '"version": 2')
    with pytest.raises(KeyFileError, match="version"):
        CenterKey.from_text(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key_id", "k-aaaaaaaa"),
        ("key", "AAAA"),
        ("key", "not base 64 !"),
        ("check", "0" * 16),
        ("key", None),
    ],
)
def test_a_damaged_key_file_is_refused_without_showing_the_key(field, value):
    document = json.loads(new_key(ENTROPY).to_text())
    secret = document["key"]
    document[field] = value
    with pytest.raises(KeyFileError) as caught:
        CenterKey.from_text(json.dumps(document))
    assert secret not in str(caught.value)


@pytest.mark.parametrize("field", ["key_id", "key", "check"])
def test_an_incomplete_key_file_is_refused(field):
    document = json.loads(new_key(ENTROPY).to_text())
    del document[field]
    with pytest.raises(KeyFileError, match="incomplete"):
        CenterKey.from_text(json.dumps(document))


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_two_purposes_never_share_key_material(one, other):
    key = new_key(ENTROPY)
    assert (key.derive(one) == key.derive(other)) == (one == other)
    assert len(key.derive(one)) == 32
