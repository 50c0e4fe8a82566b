"""One contract for every store: the same sentences hold on local files and on a real S3 server."""

import errno
import os
import uuid

import pytest

from cmr_registry.lib import files
from cmr_registry.lib.errors import ObjectMissingError, StorageError, StorageFullError
from cmr_registry.lib.storage import store_at


@pytest.fixture(params=["files", pytest.param("s3", marks=pytest.mark.peer)])
def store(request, tmp_path):
    if request.param == "files":
        return store_at(f"file://{tmp_path}/objects")
    server = request.getfixturevalue("swift")
    return store_at(server.url, tuple(sorted(server.options.items())))


@pytest.fixture
def files_store(tmp_path):
    return store_at(f"file://{tmp_path}/objects")


@pytest.fixture
def name():
    return f"{uuid.uuid4()}/ab/{uuid.uuid4().hex}"


@pytest.mark.parametrize("size", [0, 1, 70_000, 9 * 2**20])
def test_what_was_put_is_got(store, name, size):
    data = os.urandom(size)
    store.put(name, data)
    assert store.get(name) == data
    assert store.exists(name)


def test_putting_the_same_object_again_is_harmless(store, name):
    store.put(name, b"the bytes")
    store.put(name, b"the bytes")
    assert store.get(name) == b"the bytes"


def test_a_range_is_read_without_the_rest(store, name):
    store.put(name, bytes(range(256)))
    assert store.get_range(name, 10, 5) == bytes(range(10, 15))
    assert store.get_range(name, 250, 6) == bytes(range(250, 256))
    assert store.get_range(name, 0, 0) == b""


def test_a_range_past_the_end_is_an_error_and_never_shorter_bytes(store, name):
    store.put(name, b"short")
    with pytest.raises(ObjectMissingError):
        store.get_range(name, 3, 3)
    with pytest.raises(ObjectMissingError):
        store.get_range(name, 50, 3)


def test_an_absent_object_is_missing(store, name):
    assert not store.exists(name)
    with pytest.raises(ObjectMissingError):
        store.get(name)
    with pytest.raises(ObjectMissingError):
        store.get_range(name, 0, 1)


def test_deleting_is_idempotent(store, name):
    store.put(name, b"x")
    store.delete(name)
    store.delete(name)
    assert not store.exists(name)


def test_names_lists_what_lies_under_a_folder(store):
    center, other = str(uuid.uuid4()), str(uuid.uuid4())
    wanted = {f"{center}/aa/1", f"{center}/ab/2", f"{center}/ab/3"}
    for name in (*wanted, f"{other}/aa/1"):
        store.put(name, b"x")
    assert set(store.names(center)) == wanted
    assert set(store.names(f"{center}/ab")) == {f"{center}/ab/2", f"{center}/ab/3"}
    assert wanted < set(store.names())


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", "", "a/../b", "A", "a/.hidden", "a\x00b", "a/b\n"])
def test_it_refuses_a_name_that_could_leave_the_store(store, name):
    with pytest.raises(StorageError):
        store.put(name, b"x")
    with pytest.raises(StorageError):
        store.get(name)


def test_an_address_of_another_kind_is_refused():
    with pytest.raises(StorageError):
        store_at("ftp://host/folder")


@pytest.mark.parametrize(
    ("code", "kind"),
    [(errno.ENOSPC, StorageFullError), (errno.EDQUOT, StorageFullError), (errno.EIO, StorageError)],
)
@pytest.mark.parametrize("step", ["open", "write", "fsync", "rename"])
def test_a_failing_disk_leaves_nothing_behind(files_store, monkeypatch, name, step, code, kind):
    files_store.put(f"{name}-before", b"a whole object")

    def fail(*_args, **_kwargs):
        raise OSError(code, "disk")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, step, fail)
        with pytest.raises(kind) as caught:
            files_store.put(name, b"x" * 100)
    assert type(caught.value) is kind
    assert not files_store.exists(name)
    assert list(files_store.names()) == [f"{name}-before"]
    assert [f for _, _, found in os.walk(files_store.root) for f in found if f.endswith(".part")] == []
    files_store.put(name, b"x" * 100)
    assert files_store.get(name) == b"x" * 100


def test_a_failed_fsync_is_not_retried(files_store, monkeypatch, name):
    calls = []

    def fail(handle):
        calls.append(handle)
        raise OSError(errno.EIO, "lost pages")

    (files_store.root / name).parent.mkdir(parents=True)
    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(StorageError):
        files_store.put(name, b"x")
    assert len(calls) == 1


def test_the_object_is_synced_before_it_has_its_name_and_the_folder_after(files_store, monkeypatch, name):
    steps, fsync, rename = [], os.fsync, os.rename
    (files_store.root / name).parent.mkdir(parents=True)
    monkeypatch.setattr(files.os, "fsync", lambda handle: (steps.append("fsync"), fsync(handle)))
    monkeypatch.setattr(files.os, "rename", lambda *names: (steps.append("rename"), rename(*names)))
    files_store.put(name, b"x")
    assert steps == ["fsync", "rename", "fsync"]


def test_short_writes_are_carried_on(files_store, monkeypatch, name):
    write = os.write
    monkeypatch.setattr(files.os, "write", lambda handle, data: write(handle, bytes(data[:7])))
    files_store.put(name, b"0123456789" * 10)
    assert files_store.get(name) == b"0123456789" * 10


def test_an_error_of_the_disk_names_no_path(files_store, monkeypatch, name):
    def fail(*_args):
        raise OSError(errno.EIO, "disk", "/a/secret/path")

    monkeypatch.setattr(files.os, "rename", fail)
    with pytest.raises(StorageError) as caught:
        files_store.put(name, b"x")
    assert "/" not in str(caught.value)
