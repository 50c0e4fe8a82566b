"""Reading archives that a person, or an enemy, hands over."""

import io
import zipfile

import pytest

from cmr_connector.archive_reader import Limits, count_members, members_of
from cmr_connector.errors import ArchiveReadError

IMAGE = bytes(128) + b"DICM" + b"x" * 400


def make(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


@pytest.fixture
def archive(tmp_path):
    return tmp_path / "a.zip"


def found(path, limits=None):
    return [(member.label, member.reason) for member in members_of(path, limits)]


def test_members_come_in_order_and_media_files_are_left_out(archive):
    make(archive, [("DICOMDIR", b"x"), ("IM/1", IMAGE), ("IM/2", IMAGE), ("autorun.inf", b"x")])
    assert found(archive) == [("a.zip/IM/1", None), ("a.zip/IM/2", None)]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "..\\x", "C:\\x"])
def test_names_that_point_outside_are_passed_over(archive, name):
    make(archive, [(name, IMAGE)])
    assert found(archive) == []


def test_what_is_no_image_is_not_unpacked(archive):
    make(archive, [("a.txt", b"hello"), ("empty", b"")])
    assert found(archive) == [("a.zip/a.txt", "not_dicom"), ("a.zip/empty", "zero_length")]


def test_a_member_over_a_limit_has_its_reason_and_the_others_come(archive):
    bomb = bytes(128) + b"DICM" + bytes(10**6)
    make(archive, [("bomb", bomb), ("good", IMAGE)], zipfile.ZIP_DEFLATED)
    assert found(archive, Limits(ratio=100)) == [("a.zip/bomb", "too_large"), ("a.zip/good", None)]
    assert found(archive, Limits(member_bytes=1000)) == [("a.zip/bomb", "too_large"), ("a.zip/good", None)]


@pytest.mark.parametrize("limits", [Limits(members=1), Limits(total_bytes=600)])
def test_an_archive_over_a_limit_is_refused_as_a_whole(archive, limits):
    make(archive, [("1", IMAGE), ("2", IMAGE)])
    with pytest.raises(ArchiveReadError):
        list(members_of(archive, limits))


def test_archives_nest_once_and_no_deeper(archive):
    inner, middle = io.BytesIO(), io.BytesIO()
    make(inner, [("i", IMAGE)])
    make(middle, [("inner.zip", inner.getvalue()), ("m", IMAGE)])
    make(archive, [("middle.zip", middle.getvalue())])
    assert found(archive) == [
        ("a.zip/middle.zip/inner.zip", "not_dicom"),
        ("a.zip/middle.zip/m", None),
    ]


def test_an_encrypted_archive_is_refused(archive):
    make(archive, [("1", IMAGE)])
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    with pytest.raises(ArchiveReadError, match="encrypted"):
        list(members_of(archive))


@pytest.mark.parametrize("cut", [30, 200, 500])
def test_a_broken_archive_is_refused(archive, cut):
    make(archive, [("1", IMAGE)])
    archive.write_bytes(archive.read_bytes()[:cut])
    with pytest.raises(ArchiveReadError, match="broken"):
        list(members_of(archive))


def test_changed_bytes_are_noticed(archive):
    make(archive, [("1", IMAGE)])
    data = bytearray(archive.read_bytes())
    data[data.index(b"xxxx") + 300] ^= 1
    archive.write_bytes(data)
    with pytest.raises(ArchiveReadError, match="broken"):
        list(members_of(archive))


def test_a_folder_gives_files_and_archives_and_no_links(tmp_path):
    folder = tmp_path / "cd"
    (folder / ".hidden").mkdir(parents=True)
    (folder / ".hidden" / "x").write_bytes(IMAGE)
    (folder / "image").write_bytes(IMAGE)
    (folder / "upload.part").write_bytes(IMAGE)
    (folder / "link").symlink_to(folder / "image")
    make(folder / "more.zip", [("m", IMAGE)])
    assert found(folder) == [("image", None), ("more.zip/m", None)]
    assert count_members(folder) == 2
