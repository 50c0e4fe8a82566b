"""What is not verified yet can be read by its reader, and by nobody who looks at the disk."""

import errno
import io
import os
import zipfile

import pytest

from cmr_registry.lib.errors import StorageFullError
from cmr_registry.lib.spool import Spool, SpoolUploadHandler

PLAIN = b"PatientName=Doe^Jane " * 20_000


def on_disk(spool):
    """The bytes of the file as the disk has them."""
    return os.pread(spool._file.fileno(), 2 * len(PLAIN), 0)


def test_it_gives_back_what_was_written_at_any_place():
    spool = Spool()
    for at in range(0, len(PLAIN), 1_009):
        spool.write(PLAIN[at : at + 1_009])
    reader = spool.reader()
    assert reader.read() == PLAIN
    for place in (0, 1, 15, 16, 17, 4_099, len(PLAIN) - 3):
        reader.seek(place)
        assert reader.read(40) == PLAIN[place : place + 40]
    assert reader.seek(-5, os.SEEK_END) == len(PLAIN) - 5
    assert reader.read() == PLAIN[-5:]


def test_nothing_of_it_lies_on_the_disk_in_the_clear():
    first, second = Spool(), Spool()
    for spool in (first, second):
        spool.write(PLAIN)
    assert len(on_disk(first)) == len(PLAIN)
    assert b"Doe^Jane" not in on_disk(first)
    assert on_disk(first) != on_disk(second), "each has a key of its own"


def test_it_has_no_name_in_the_folder(tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    spool = Spool()
    spool.write(PLAIN)
    assert list(tmp_path.iterdir()) == []
    spool.close()
    assert spool._key == b""


def test_a_zip_is_read_out_of_it():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", PLAIN)
        archive.writestr("b", PLAIN[::-1])
    handler = SpoolUploadHandler()
    handler.new_file("archive", "a.zip", "application/zip", None)
    handler.receive_data_chunk(packed.getvalue(), 0)
    uploaded = handler.file_complete(len(packed.getvalue()))
    with zipfile.ZipFile(uploaded.file) as archive:
        assert archive.read("b") == PLAIN[::-1]
        assert archive.read("a") == PLAIN


def test_a_full_disk_is_told_as_such():
    class Full:
        def seek(self, *place):
            return 0

        def write(self, data):
            raise OSError(errno.ENOSPC, "")

        def close(self):
            pass

    spool = Spool()
    spool._file.close()
    spool._file = Full()
    with pytest.raises(StorageFullError):
        spool.write(b"x")
