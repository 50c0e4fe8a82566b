"""Cases 55 to 64 of the adversarial list: files that are something else, lie about themselves or never end."""

import gzip
import io
import os
import resource
import struct
import time
import zipfile
import zlib

import pytest

from cmr_deid import cli
from cmr_deid.errors import DeidRefusal, InstanceHeld, InstanceRejected
from cmr_deid.reading import read_source
from cmr_deid.verify import inspect
from cmr_exchange.reasons import REASONS
from cmr_testkit.plants import Plant, found
from cmr_testkit.plants.part import header, in_items
from cmr_testkit.plants.place import put
from cmr_testkit.plants.reserved import Needle

SEQUENCE_END = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
HTML = b"<html><script>alert('Plyxquor')</script>"
STARTS = {
    "program of Windows": b"MZ\x90\0Plyxquor",
    "program of Linux": b"\x7fELF\x02\x01\x01Plyxquor",
    "page": HTML,
    "archive": b"PK\x03\x04Plyxquor",
    "TIFF": b"II*\0Plyxquor",
    "script": b"#!/bin/sh\necho Plyxquor\n",
}


def compressed(syntax, value):
    def edit(dataset):
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.PixelData = value
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True

    return edit


def refused(engine, data):
    """Reason of the refusal, which comes within 2 s and 512 MB and shows nothing of the patient."""
    begun = time.monotonic()
    with pytest.raises(DeidRefusal) as caught:
        engine.deidentify(data)
    assert time.monotonic() - begun < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2_000_000
    assert "fnordvexil" not in repr((caught.value, caught.value.__cause__)).lower()
    assert caught.value.reason.code in REASONS
    assert inspect(data).findings
    return caught.value.reason.code


@pytest.mark.parametrize("kind", STARTS)
def test_case_55_an_image_that_is_also_something_else_leaves_as_an_image_alone(mr, gone, engine, kind):
    start = STARTS[kind].ljust(128, b"\0")
    gone(mr(preamble=start), "plyxquor")
    assert engine.deidentify(mr(preamble=start)).data[:132] == bytes(128) + b"DICM"
    assert "hidden_bytes" in {one.reason_code for one in inspect(start + mr()[128:]).findings}


@pytest.mark.parametrize(
    "values",
    [
        {"Rows": 65535, "Columns": 65535},
        {"Rows": 65535, "Columns": 65535, "NumberOfFrames": 2**31 - 1},
        {"NumberOfFrames": 10**11},
        {"NumberOfFrames": -1},
        {"NumberOfFrames": 0},
        {"Rows": 0},
        {"Columns": 0},
        {"Rows": 1, "Columns": 1},
        {"BitsAllocated": 64},
        {"BitsAllocated": 12},
        {"BitsStored": 17},
        {"SamplesPerPixel": 65535},
    ],
)
def test_case_56_sizes_that_overflow_are_refused(mr, engine, values):
    assert refused(engine, mr(**values)) in ("pixel_length", "screen_save", "hidden_bytes")


def test_case_56_rows_of_another_form_are_read_or_refused(bent, engine):
    for vr, value in (
        ("UL", struct.pack("<L", 4)),
        ("UL", struct.pack("<L", 2**31)),
        ("OB", b"\4\0"),
        ("LO", b"4"),
    ):
        data = bent(lambda dataset, vr=vr, value=value: put(dataset, 0x00280010, vr, value))
        try:
            assert inspect(engine.deidentify(data).data).findings == ()
        except InstanceRejected as refusal:
            assert refusal.reason.code == "pixel_length"  # noqa: PT017


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "zero_length"),
        (b"D", "not_dicom"),
        (b"DICM", "not_dicom"),
        (bytes(131), "not_dicom"),
        (bytes(128) + b"DICN" + bytes(400), "not_dicom"),
        (bytes(128) + b"DICM", "truncated"),
        (bytes(128) + b"DICM" + b"\2\0\0\0UL\4\0\xff\xff\xff\xff", "truncated"),
    ],
)
def test_case_57_what_is_no_file_has_a_reason(engine, data, code):
    assert refused(engine, data) == code


@pytest.mark.parametrize("length", [0, 1, 0x7FFFFFFF, 0xFFFFFFFF])
def test_case_57_a_wrong_length_of_a_group_is_passed_over(mr, engine, length):
    data = bytearray(mr())
    data[140:144] = struct.pack("<L", length)
    result = engine.deidentify(bytes(data))
    assert b"fnordvexil" not in result.data.lower()
    assert inspect(result.data).findings == ()


@pytest.mark.parametrize("tag", [0x00080000, 0x00100000, 0x00280000])
def test_case_57_a_huge_length_of_an_inner_group_goes(with_bytes, gone, tag):
    extra = header(tag, "UL", 4) + b"\xff\xff\xff\xff"
    gone(with_bytes(extra), "fnordvexil")


def _zip_of(data, name="a.dcm"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, data)
    return buffer.getvalue()


def test_case_58_archives_and_bombs_are_never_unpacked(mr, engine):
    bomb = zlib.compress(bytes(64 << 20), 9)
    for data in (gzip.compress(mr()), gzip.compress(bytes(64 << 20)), bomb, zlib.compress(mr()), _zip_of(mr()),
                 _zip_of(_zip_of(_zip_of(bytes(8 << 20))))):  # fmt: skip
        assert refused(engine, data) == "not_dicom"
    assert refused(engine, bytes(128) + b"DICM" + bomb) in ("unreadable", "truncated")


def deflated(data, tail=b"", more=b""):
    """The same file with a deflated data set (PS3.5 A.5), `more` inside and `tail` after the stream."""
    end = 144 + struct.unpack_from("<L", data, 140)[0]
    meta = data[:end].replace(b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI\x16\x001.2.840.10008.1.2.1.99")
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return meta + stream.compress(data[end:] + more) + stream.flush() + tail


@pytest.mark.parametrize("tail", [b"", b"\0", b"Plyxquor", zlib.compress(b"Plyxquor")])
def test_case_25_and_58_a_deflated_data_set_leaves_without_its_trailer_or_not_at_all(mr, engine, tail):
    data = deflated(mr(), tail)
    assert inspect(data).findings
    try:
        result = engine.deidentify(data)
    except DeidRefusal as refusal:
        assert refusal.reason.code in ("transfer_syntax", "unreadable", "truncated", "hidden_bytes")  # noqa: PT017
        return
    plants = [
        Plant("here", "name", (Needle("word", name),)) for name in (b"plyxquor", b"fnordvexil", b"zebulonia")
    ]
    assert found(result.data, plants) == []
    assert inspect(result.data).findings == ()


def test_case_58_a_deflated_bomb_is_refused(mr, engine):
    bomb = deflated(mr(), more=bytes(256 << 20))
    assert len(bomb) < 1 << 20
    assert refused(engine, bomb)


def test_case_58_a_thousand_tiny_files_each_get_their_reason(tmp_path, capsys):
    source = tmp_path / "in"
    source.mkdir()
    for number in range(1000):
        (source / f"{number}").write_bytes(b"x" * (number % 7))
    key, report = tmp_path / "key", tmp_path / "R.jsonl"
    cli.main(["keygen", str(key)])
    assert (
        cli.main(["run", str(source), str(tmp_path / "out"), "--key-file", str(key), "--report", str(report)])
        == 1
    )
    assert len(report.read_text().splitlines()) == 1000
    assert "1000 rejected" in capsys.readouterr().out


def test_case_59_hostile_names_and_links_lead_nowhere(mr, tmp_path, capsys):
    source, outside = tmp_path / "in", tmp_path / "outside"
    source.mkdir()
    outside.mkdir()
    (outside / "secret.dcm").write_bytes(mr(PatientID="QX1"))
    names = [
        "..dcm",
        "CON",
        "nul.dcm",
        "a\u202emcd.exe",
        "A.dcm",
        "a.dcm",
        "-rf",
        "x" * 200,
        "tab\tline\n.dcm",
        ";rm",
    ]
    for number, name in enumerate(names):
        (source / name).write_bytes(mr(SOPInstanceUID=f"1.2.3.{number}"))
    os.symlink(outside / "secret.dcm", source / "link.dcm")
    os.symlink(outside, source / "linked")
    os.symlink(source, source / "loop")
    key, out, report = tmp_path / "key", tmp_path / "out", tmp_path / "R.jsonl"
    cli.main(["keygen", str(key)])
    arguments = [
        "run",
        str(source),
        str(out),
        "--key-file",
        str(key),
        "--report",
        str(report),
        "--number-sources",
    ]
    assert cli.main(arguments) == 0
    assert f"{len(names)} deidentified" in capsys.readouterr().out
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix == ".dcm"]
    made = [path for path in written if out in path.parents]
    assert len(made) == len(names)
    assert all(
        set(path.relative_to(out).as_posix()) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./dcm")
        for path in made
    )


@pytest.mark.parametrize(
    "uid", ["../../../etc/passwd", "/etc/passwd", "1.2/../../3", "1.2\0.3", "CON", "1.2.3\n4"]
)
def test_case_59_a_uid_that_is_a_path_names_no_file(bent, engine, uid):
    for tag in (0x00080018, 0x0020000D, 0x0020000E):
        data = bent(lambda dataset, tag=tag: put(dataset, tag, "UI", uid.encode()))
        try:
            result = engine.deidentify(data)
        except InstanceRejected as refusal:
            assert refusal.reason.code == "missing_uid"  # noqa: PT017
            continue
        for made in (result.sop_instance_uid, result.study_instance_uid, result.series_instance_uid):
            assert set(made) <= set("0123456789.")
            assert made.startswith("2.25.")


def test_case_60_a_codestream_that_claims_65535_squared_is_refused(mr, engine):
    size = struct.pack(">HLLLLLLLL", 0, 65535, 65535, 0, 0, 65535, 65535, 0, 0)
    stream = b"\xff\x4f\xff\x51" + struct.pack(">H", 41) + size + b"\0\1\7\1\1"
    data = mr(
        edit=compressed(
            "1.2.840.10008.1.2.4.90", in_items(b"", stream + b"\0" * (len(stream) % 2)) + SEQUENCE_END
        )
    )
    assert refused(engine, data) in ("hidden_bytes", "pixel_length")


def test_case_60_endless_fragments_are_refused(mr, engine):
    piece = struct.pack("<HHL", 0xFFFE, 0xE000, 2) + b"\xff\xd8"
    for value in (piece * 100_000, piece * 100_000 + SEQUENCE_END):
        assert refused(engine, mr(edit=compressed("1.2.840.10008.1.2.4.70", value))) in (
            *("truncated", "pixel_length", "hidden_bytes", "unreadable"),
        )


@pytest.mark.parametrize("depth", [33, 100, 10_000])
@pytest.mark.parametrize("vr", ["SQ", "UN"])
def test_case_60_nesting_without_end_is_refused(with_bytes, engine, depth, vr):
    level = header(0x00081140, vr, 0xFFFFFFFF) + struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
    if vr == "UN":
        level = struct.pack("<HHL", 0x0008, 0x1140, 0xFFFFFFFF) + struct.pack(
            "<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF
        )
        level = (
            header(0x00081140, "UN", 0xFFFFFFFF)
            + struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
            + level * depth
        )
        assert refused(engine, with_bytes(level)) == "too_deep"
    else:
        assert refused(engine, with_bytes(level * depth)) == "too_deep"


GOOD = (
    b"\xff\xd8\xff\xc3\0\x0b\x10\0\x04\0\x06\x01\x01\x11\0\xff\xc4\0\x14"
    + bytes(18)
    + b"\xff\xda\0\x08\x01\x01\0\0\0\0\x12\x34\x56\xff\xd9"
)


@pytest.mark.parametrize(
    "table",
    [b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\x08\0\0\0", b"PLYXQUOR", b"\0\0\0\0\x99\0\0\0", b"\0" * 400],
)
def test_case_61_a_wrong_offset_table_is_replaced(mr, engine, table):
    value = in_items(table, GOOD + b"\0" * (len(GOOD) % 2)) + SEQUENCE_END
    result = engine.deidentify(mr(edit=compressed("1.2.840.10008.1.2.4.70", value)))
    assert b"PLYXQUOR" not in result.data
    assert inspect(result.data).findings == ()


@pytest.mark.parametrize(
    ("declared", "value", "codes"),
    [
        ("1.2.840.10008.1.2.4.90", GOOD, {"hidden_bytes", "pixel_length"}),
        ("1.2.840.10008.1.2.5", GOOD, {"hidden_bytes", "pixel_length"}),
        ("1.2.840.10008.1.2.4.80", GOOD[:2], {"hidden_bytes", "pixel_length"}),
        ("1.2.840.10008.1.2.1", GOOD, {"transfer_syntax"}),
    ],
)
def test_case_62_a_transfer_syntax_that_is_not_true_is_refused(mr, engine, declared, value, codes):
    fragments = in_items(b"", value + b"\0" * (len(value) % 2)) + SEQUENCE_END
    data = mr(edit=compressed("1.2.840.10008.1.2.4.70", fragments))
    old, new = b"1.2.840.10008.1.2.4.70", declared.encode()
    size = len(new) + len(new) % 2
    lying = data.replace(b"UI\x16\0" + old, b"UI" + struct.pack("<H", size) + new.ljust(size, b"\0"))
    assert lying != data
    assert refused(engine, lying) in codes


def test_case_62_implicit_bytes_under_an_explicit_syntax_are_read_as_they_are(mr, engine):
    implicit = mr(syntax="1.2.840.10008.1.2")
    lying = implicit.replace(b"UI\x12\x001.2.840.10008.1.2\0", b"UI\x14\x001.2.840.10008.1.2.1\0")
    result = engine.deidentify(lying)
    assert b"fnordvexil" not in result.data.lower()
    assert inspect(result.data).findings == ()
    assert result.data == engine.deidentify(implicit).data


@pytest.mark.parametrize(
    "syntax",
    [
        "1.2.840.10008.1.2.2",
        "1.2.840.113619.5.2",
        "1.3.46.670589.33.1.4.1",
        "1.2.840.10008.1.2.4.100",
        "1.2.3.4",
    ],
)
def test_case_63_big_endian_and_case_64_vendors_codecs_are_refused(mr, engine, syntax):
    size = len(syntax) + len(syntax) % 2
    data = mr().replace(
        b"UI\x14\x001.2.840.10008.1.2.1\0",
        b"UI" + struct.pack("<H", size) + syntax.encode().ljust(size, b"\0"),
    )
    assert refused(engine, data) == "transfer_syntax"


def test_case_63_a_big_endian_data_set_under_a_little_endian_syntax_is_refused(mr, engine):
    data = mr()
    end = 144 + struct.unpack_from("<L", data, 140)[0]
    assert refused(engine, data[:end] + struct.pack(">HH2sH", 0x0008, 0x0005, b"CS", 10) + b"ISO_IR 100" * 30)


def test_case_64_a_palette_out_of_range_loses_its_palette_or_is_refused(bent, engine):
    def palette(dataset):
        put(dataset, 0x00280004, "CS", b"PALETTE COLOR")
        for tag in (0x00281101, 0x00281102, 0x00281103):
            put(dataset, tag, "US", struct.pack("<3H", 2, 65535, 16))
        for tag in (0x00281201, 0x00281202, 0x00281203):
            put(dataset, tag, "OW", b"PLYXQUOR")

    try:
        result = engine.deidentify(bent(palette))
    except (InstanceRejected, InstanceHeld):
        return
    assert b"PLYXQUOR" not in result.data
    assert inspect(result.data).findings == ()
    assert len(read_source(result.data).PixelData) == 48
