"""Reading an uploaded ZIP with care."""

import io
import zipfile

import pytest

from cmr_registry.intake import zips
from cmr_registry.intake.zips import ZipRejected, members_of


def archive(*files, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as zipped:
        for name, data in files:
            zipped.writestr(name, data)
    return buffer


def codes(buffer):
    return [member.why and member.why.code for member in members_of(buffer)]


def test_files_are_called_by_their_place_and_folders_are_passed_over():
    members = list(members_of(archive(("a/", b""), ("a/Jane Doe.dcm", b"one"), ("two.dcm", b"two"))))
    assert [(member.place, member.data) for member in members] == [(1, b"one"), (2, b"two")]


def test_the_droppings_of_operating_systems_are_passed_over():
    buffer = archive(("__MACOSX/._a", b"x"), (".DS_Store", b"x"), ("Thumbs.db", b"x"), ("a.dcm", b"one"))
    assert [member.data for member in members_of(buffer)] == [b"one"]


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04 but broken"])
def test_what_is_no_zip_is_refused_as_a_whole(data):
    with pytest.raises(ZipRejected, match="not a ZIP archive"):
        list(members_of(io.BytesIO(data)))


def test_an_archive_without_files_is_refused():
    with pytest.raises(ZipRejected, match="no files"):
        list(members_of(archive(("empty/", b""))))


def test_too_many_files_are_refused_before_any_is_read(monkeypatch):
    monkeypatch.setattr(zips, "MAX_MEMBERS", 2)
    with pytest.raises(ZipRejected, match="more than 2 files"):
        next(members_of(archive(("a", b"1"), ("b", b"2"), ("c", b"3"))))


def test_an_archive_that_unpacks_to_too_much_is_refused_before_any_is_read(monkeypatch):
    monkeypatch.setattr(zips, "MAX_UNPACKED", 10)
    with pytest.raises(ZipRejected, match="unpacks to more than"):
        next(members_of(archive(("a", b"1" * 11))))


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(ZipRejected, match="far more than images do"):
        next(members_of(archive(("bomb", bytes(20 * 2**20)))))


def test_a_file_that_is_too_large_is_told_and_the_others_are_read(monkeypatch):
    monkeypatch.setattr(zips, "MAX_MEMBER", 4)
    assert codes(archive(("a", b"12345"), ("b", b"1234"))) == ["too_large", None]


def test_an_archive_within_the_archive_is_not_opened():
    inner = archive(("a.dcm", b"one")).getvalue()
    assert codes(archive(("inner.zip", inner), ("b.dcm", b"two"))) == ["not_dicom", None]


def test_a_damaged_file_is_told_and_the_others_are_read():
    buffer = archive(("a", b"first file"), ("b", b"second file"), compression=zipfile.ZIP_STORED)
    data = buffer.getvalue().replace(b"first file", b"fIrst file")
    assert codes(io.BytesIO(data)) == ["truncated", None]


def test_a_locked_file_is_told_and_the_others_are_read():
    buffer = archive(("a", b"first"), ("b", b"second"), compression=zipfile.ZIP_STORED)
    data = bytearray(buffer.getvalue())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    assert codes(io.BytesIO(bytes(data))) == ["unreadable", None]
