import json
import stat
import subprocess
import sys

import pytest
from cryptography.exceptions import InvalidSignature

from cmr_registry.lib.errors import BoxDamagedError, KeyDestroyedError, KeyMissingError, KeyringError
from cmr_registry.lib.keyring import Keyring


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "keyring.json"


MAKE_KEY = """
import pathlib, sys
from cmr_registry.lib.keyring import Keyring
print(Keyring(pathlib.Path(sys.argv[1])).center_key("riverside").key.hex())
"""


def test_a_center_key_is_made_at_first_use_and_kept(path):
    made = Keyring(path).center_key("riverside")
    assert len(made.key) == 32
    assert Keyring(path).center_key("riverside") == made
    assert Keyring(path).center_key("lakeside").key != made.key


def test_only_the_owner_may_read_the_file(path):
    Keyring(path).center_key("riverside")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_make_a_key_at_once_agree_on_it(path):
    command = [sys.executable, "-c", MAKE_KEY, str(path)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    keys = {worker.communicate(timeout=60)[0].strip() for worker in workers}
    assert keys == {Keyring(path).center_key("riverside").key.hex()}


def test_it_sees_what_another_process_added(path):
    ours, theirs = Keyring(path), Keyring(path)
    ours.center_key("riverside")
    key = theirs.center_key("lakeside")
    assert ours.center_key("lakeside") == key
    assert ours.center_key("riverside") == theirs.center_key("riverside")


def test_a_wrapped_key_opens_only_for_its_center_and_purpose(path):
    ring = Keyring(path)
    ring.center_key("lakeside")
    wrapped = ring.wrap("riverside", b"k" * 32, b"series 1")
    assert b"k" * 32 not in wrapped
    assert ring.unwrap("riverside", wrapped, b"series 1") == b"k" * 32
    with pytest.raises(BoxDamagedError):
        ring.unwrap("riverside", wrapped, b"series 2")
    with pytest.raises(KeyMissingError):
        ring.unwrap("lakeside", wrapped, b"series 1")


def test_a_lost_key_is_not_made_again_for_reading(path):
    wrapped = Keyring(path).wrap("riverside", b"k" * 32, b"series")
    path.unlink()
    with pytest.raises(KeyMissingError):
        Keyring(path).unwrap("riverside", wrapped, b"series")
    assert not path.exists()


@pytest.mark.parametrize("damage", [b"", b"\xff", b"\x03\xff\xff\xff", b"\x02"])
def test_a_damaged_wrapped_key_is_refused(path, damage):
    ring = Keyring(path)
    ring.center_key("riverside")
    with pytest.raises((BoxDamagedError, KeyMissingError)):
        ring.unwrap("riverside", damage, b"series")


def test_a_destroyed_key_opens_nothing_and_never_comes_back(path):
    ring = Keyring(path)
    wrapped = ring.wrap("riverside", b"k" * 32, b"series")
    key = ring.center_key("riverside").key
    ring.destroy("riverside")
    with pytest.raises(KeyDestroyedError):
        ring.unwrap("riverside", wrapped, b"series")
    with pytest.raises(KeyDestroyedError):
        Keyring(path).center_key("riverside")
    assert json.dumps(key.hex()) not in path.read_text()


def test_a_receipt_key_signs_and_stays_the_same(path):
    signing = Keyring(path).signing_key()
    again = Keyring(path).signing_key()
    assert again.name == signing.name
    signature = signing.private_key.sign(b"receipt")
    again.private_key.public_key().verify(signature, b"receipt")
    with pytest.raises(InvalidSignature):
        again.private_key.public_key().verify(signature, b"another")


def test_no_key_shows_in_a_representation(path):
    ring = Keyring(path)
    assert str(ring.center_key("riverside").key) not in repr(ring.center_key("riverside"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}'])
def test_an_unreadable_file_is_said_and_not_overwritten(path, text):
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(KeyringError):
        Keyring(path).center_key("riverside")
    assert path.read_text() == text
