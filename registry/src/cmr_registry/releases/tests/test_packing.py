"""An archive lies in encrypted parts that open only in their place."""

import hashlib
import io
import zipfile

import pytest

from cmr_exchange.release import MANIFEST_NAME
from cmr_registry.lib.errors import BoxDamagedError
from cmr_registry.lib.storage import storage
from cmr_registry.releases import packing
from cmr_registry.releases.example import example_frozen
from cmr_registry.releases.packing import ArchiveWriter, PartWriter, archive_read, part_read, parts_clear

KEY, NAME = bytes(range(32)), "0b0e7d6c-3f8a-4a53-9f4e-6d7c5b4a3f21"


@pytest.fixture
def written(monkeypatch):
    monkeypatch.setattr(packing, "PART_BYTES", 1_000)
    writer = PartWriter(NAME, KEY)
    archive = ArchiveWriter(writer)
    archive.add("tables/a.csv", b"a,b\n" * 500, rows=499)
    archive.add("images/s/e/r/0001.dcm", bytes(range(256)) * 12)
    archive.finish(example_frozen().manifest)
    return writer, writer.finish(), archive


def documents(writer):
    return [part.to_document() for part in writer.parts]


def test_what_is_read_is_what_was_written(written):
    writer, digest, archive = written
    data = b"".join(archive_read(NAME, KEY, documents(writer)))
    assert hashlib.sha256(data).hexdigest() == digest
    assert len(data) == writer.size
    opened = zipfile.ZipFile(io.BytesIO(data))
    assert opened.testzip() is None
    assert set(opened.namelist()) == {"tables/a.csv", "images/s/e/r/0001.dcm", MANIFEST_NAME}
    assert {info.date_time for info in opened.infolist()} == {packing.EPOCH}
    assert [(one.path, one.rows) for one in archive.files] == [
        ("tables/a.csv", 499),
        ("images/s/e/r/0001.dcm", None),
    ]


def test_no_plaintext_lies_in_the_store(written):
    writer, _, _ = written
    assert len(writer.parts) > 3
    for part in writer.parts:
        assert b"a,b\n" not in storage().get(part.object_name)


def test_a_part_opens_only_in_its_place_and_release(written):
    writer, _, _ = written
    first, second = documents(writer)[:2]
    for release, number, part in ((NAME, 1, first), ("another", 0, first), (NAME, 0, second)):
        with pytest.raises(BoxDamagedError):
            part_read(release, KEY, number, part)


def test_a_changed_part_is_not_handed_out(written):
    writer, _, _ = written
    name = writer.parts[0].object_name
    box = storage().get(name)
    storage().delete(name)
    storage().put(name, box[:-1] + bytes([box[-1] ^ 1]))
    with pytest.raises(BoxDamagedError, match="frozen"):
        list(archive_read(NAME, KEY, documents(writer)))


def test_what_an_interrupted_build_left_is_cleared(written):
    writer, _, _ = written
    parts_clear(storage(), NAME, writer.parts[:1])
    assert list(storage().names(f"releases/{NAME}")) == [writer.parts[0].object_name]


def test_an_empty_stream_has_no_part():
    writer = PartWriter(NAME, KEY)
    assert writer.writable()
    assert writer.finish() == hashlib.sha256(b"").hexdigest()
    assert writer.parts == []
