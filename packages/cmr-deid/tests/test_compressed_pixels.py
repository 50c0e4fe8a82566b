"""Compressed pixel data: the image stays, names beside it go or hold the instance, and the second look sees both."""

import io
import struct

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels import get_encoder

from cmr_deid.errors import InstanceHeld, InstanceRejected
from cmr_deid.pixel_data import clean_pixels
from cmr_deid.reading import read_raw
from cmr_deid.verify import inspect
from cmr_deid.verify.streams import Shape, stream_finding

JPEG, JPEG_LS, J2K, RLE = (f"1.2.840.10008.1.2.{tail}" for tail in ("4.70", "4.80", "4.90", "5"))
NAME = b"ZEBULONIA FNORDVEXIL"
START, END = b"\xff\xd8", b"\xff\xd9"
SHAPE = Shape(pixels=24, width=2, frames=1)


def segment(marker, body):
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


HEADER = segment(0xC3, b"\x10\0\x04\0\x06\x01\x01\x11\0")
SCAN = segment(0xDA, b"\x01\x01\0\0\0\0") + b"\x12\xff\0\x34\xff\xd0\x56"
GOOD_JPEG = START + HEADER + segment(0xC4, bytes(18)) + SCAN + END
GOOD_LS = START + segment(0xF7, b"\x10\0\x04\0\x06\x01\x01\x11\0") + SCAN[:10] + b"\x12\xff\x7f\x34" + END


def j2k(header=b"", tile_header=b"", length=None, tail=b"\xff\xd9"):
    data = b"\x11\xff\x23"
    body = tile_header + b"\xff\x93" + data
    size = 12 + len(body) if length is None else length
    tile = segment(0x90, struct.pack(">HLBB", 0, size, 0, 1)) + body
    return b"\xff\x4f" + segment(0x51, bytes(39)) + header + segment(0x52, bytes(10)) + tile + tail


def rle(*runs):
    runs = runs or (b"\xe9\x07", b"\x17" + bytes(range(24)) + b"\0")
    starts = [64 + sum(map(len, runs[:i])) for i in range(len(runs))]
    return struct.pack("<16L", len(runs), *starts, *[0] * (15 - len(runs))) + b"".join(runs)


def wrapped(*fragments, table=b"", tail=0):
    pieces = [table, *(f + b"\0" * (len(f) % 2) for f in fragments)]
    items = b"".join(struct.pack("<HHL", 0xFFFE, 0xE000, len(p)) + p for p in pieces)
    return items + struct.pack("<HHL", 0xFFFE, 0xE0DD, tail)


@pytest.fixture
def compressed(mr):
    """A small MR image with these compressed pixel data."""

    def made(value, syntax=JPEG, **values):
        def compress(dataset):
            dataset.file_meta.TransferSyntaxUID = syntax
            dataset.PixelData = value
            dataset["PixelData"].VR = "OB"
            dataset["PixelData"].is_undefined_length = True

        return mr(edit=compress, **values)

    return made


CLEAN = {
    "jpeg": (GOOD_JPEG, JPEG),
    "jpeg with jfif": (START + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + GOOD_JPEG[2:], JPEG),
    "jpeg with adobe": (START + segment(0xEE, b"Adobe\0d\0\0\0\0\0") + GOOD_JPEG[2:], JPEG),
    "jpeg-ls": (GOOD_LS, JPEG_LS),
    "j2k": (j2k(), J2K),
    "j2k of openjpeg": (j2k(segment(0x64, b"\0\1Created by OpenJPEG version 2.5.2")), J2K),
    "j2k of kakadu": (j2k(segment(0x64, b"\0\1Kakadu-v7.10")), J2K),
    "j2k with an open tile": (j2k(length=0), J2K),
    "j2k with packet lengths": (j2k(tile_header=segment(0x58, b"\0\1")), J2K),
    "rle": (rle(), RLE),
    "rle with a pause": (rle(b"\x80\xe9\x07", b"\xe9\x07"), RLE),
}
DIRTY = {
    "jpeg comment": (START + segment(0xFE, NAME) + GOOD_JPEG[2:], JPEG),
    "comment before the end": (GOOD_JPEG[:-2] + segment(0xFE, NAME) + END, JPEG),
    "exif": (START + segment(0xE1, b"Exif\0\0" + NAME) + GOOD_JPEG[2:], JPEG),
    "jfif with a thumbnail": (
        START + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\1\1" + NAME) + GOOD_JPEG[2:],
        JPEG,
    ),
    "adobe with a name": (START + segment(0xEE, b"Adobe\0" + NAME) + GOOD_JPEG[2:], JPEG),
    "bytes after the end": (GOOD_JPEG + NAME, JPEG),
    "jpeg-ls comment": (START + segment(0xFE, NAME) + GOOD_LS[2:], JPEG_LS),
    "j2k comment": (j2k(segment(0x64, b"\0\1" + NAME)), J2K),
    "j2k comment of no encoder": (j2k(segment(0x64, b"\0\1Created by OpenJPEG version Smithson")), J2K),
    "bytes after j2k": (j2k() + NAME, J2K),
}
HELD = {
    "no jpeg": (START + b"\xff" + NAME * 20, JPEG),
    "an empty jpeg": (START + END, JPEG),
    "tables without a scan": (START + HEADER + segment(0xC4, bytes(18)) + END, JPEG),
    "unknown segment": (START + segment(0xF0, NAME) + GOOD_JPEG[2:], JPEG),
    "segment of no length": (START + HEADER + b"\xff\xc4\0\1" + SCAN + END, JPEG),
    "segment longer than the file": (START + HEADER + b"\xff\xc4\x7f\x7f", JPEG),
    "text between segments": (START + HEADER + NAME + SCAN + END, JPEG),
    "scan without an end": (START + HEADER + SCAN, JPEG),
    "scan cut within a marker": (START + HEADER + SCAN + b"\x11\xff", JPEG),
    "j2k cut in its header": (b"\xff\x4f" + segment(0x51, bytes(39)), J2K),
    "j2k comment in a tile": (j2k(tile_header=segment(0x64, b"\0\1" + NAME)), J2K),
    "j2k tile of a wrong length": (j2k(length=9999), J2K),
    "j2k tile that ends in its header": (j2k(length=13), J2K),
    "j2k without an end": (j2k(tail=b"\0\0"), J2K),
    "open j2k tile without an end": (j2k(length=0, tail=b""), J2K),
    "rle with a name behind": (rle() + NAME, RLE),
    "rle with a name between": (rle(b"\xe9\x07" + NAME, b"\xe9\x07"), RLE),
    "rle too short": (rle(b"\xe9\x07", b"\xf9\x07"), RLE),
    "rle with text in its header": (rle()[:40] + NAME + rle()[60:], RLE),
    "rle of another depth": (rle(b"\xe9\x07"), RLE),
    "rle too short for a header": (b"\x02\0\0\0", RLE),
}


@pytest.mark.parametrize("kind", CLEAN)
def test_a_clean_stream_keeps_its_bytes(engine, compressed, kind):
    stream, syntax = CLEAN[kind]
    value = wrapped(stream)
    result = engine.deidentify(compressed(value, syntax))
    assert bytes(read_raw(result.data).data_set[0x7FE00010].value) == value
    assert inspect(result.data).findings == ()
    assert not [c for c in result.changes if "no image" in c.rule]


@pytest.mark.parametrize("kind", DIRTY)
def test_what_is_no_image_goes_and_the_second_look_sees_it(engine, compressed, kind):
    stream, syntax = DIRTY[kind]
    result = engine.deidentify(compressed(wrapped(stream), syntax))
    assert NAME not in result.data
    assert b"Smithson" not in result.data
    assert inspect(result.data).findings == ()
    assert [c.action for c in result.changes if "no image" in c.rule] == ["cleaned"]
    assert engine.deidentify(result.data).data == result.data
    assert stream_finding(wrapped(stream), syntax, SHAPE) == "hidden_bytes"


@pytest.mark.parametrize("kind", HELD)
def test_a_stream_that_cannot_be_read_is_held_and_stopped(engine, compressed, kind):
    stream, syntax = HELD[kind]
    with pytest.raises(InstanceHeld, match="hidden_bytes"):
        engine.deidentify(compressed(wrapped(stream), syntax))
    assert stream_finding(wrapped(stream), syntax, SHAPE) == "hidden_bytes"


@pytest.mark.parametrize(
    "value",
    [
        wrapped(GOOD_JPEG, table=NAME),
        wrapped(GOOD_JPEG, tail=0x454E414A),
        wrapped(GOOD_JPEG, NAME),
        wrapped(GOOD_JPEG[:30], GOOD_JPEG[30:]),
    ],
)
def test_text_around_the_fragments_goes(engine, compressed, value):
    result = engine.deidentify(compressed(value))
    assert bytes(read_raw(result.data).data_set[0x7FE00010].value) == wrapped(GOOD_JPEG)
    assert stream_finding(value, JPEG, SHAPE) in ("hidden_bytes", "pixel_length")


def test_frames_of_many_fragments_become_one_each(engine, compressed):
    head, tail = GOOD_JPEG[:30], GOOD_JPEG[30:]
    result = engine.deidentify(compressed(wrapped(head, tail, GOOD_JPEG, NAME), NumberOfFrames=2))
    value = bytes(read_raw(result.data).data_set[0x7FE00010].value)
    assert value == wrapped(GOOD_JPEG, GOOD_JPEG)
    assert inspect(result.data).findings == ()


def test_an_offset_table_that_is_true_stays(engine, compressed):
    value = encapsulate([GOOD_JPEG, GOOD_JPEG])
    result = engine.deidentify(compressed(value, NumberOfFrames=2))
    assert value in result.data
    assert inspect(result.data).findings == ()


@pytest.mark.parametrize(
    "value", [wrapped(GOOD_JPEG), wrapped(NAME), wrapped(), wrapped(NAME, GOOD_JPEG, GOOD_JPEG)]
)
def test_another_number_of_frames_than_declared_is_refused(engine, compressed, value):
    with pytest.raises(InstanceRejected, match="pixel_length"):
        engine.deidentify(compressed(value, NumberOfFrames=2))


def test_a_file_altered_behind_the_seal_is_cleaned_again(engine, compressed):
    clean = engine.deidentify(compressed(wrapped(GOOD_JPEG))).data
    place = clean.rindex(GOOD_JPEG)
    assert engine.deidentify(clean[: place - 8] + wrapped(GOOD_JPEG, NAME)[8:]).data == clean


def test_fewer_frames_than_declared_are_stopped():
    assert stream_finding(wrapped(GOOD_JPEG), JPEG, Shape(24, 2, 2)) == "pixel_length"
    assert stream_finding(b"", JPEG, SHAPE) == "hidden_bytes"
    assert stream_finding(wrapped(rle()), RLE, Shape(24, 99, 1)) == "hidden_bytes"


@pytest.mark.parametrize(
    "syntax", [pydicom.uid.JPEG2000Lossless, pydicom.uid.RLELossless], ids=["JPEG 2000", "RLE"]
)
def test_what_real_encoders_write_passes_both_looks(engine, mr, syntax):
    if not get_encoder(syntax).is_available:
        pytest.skip(f"no encoder for {syntax.name} on this machine")
    image = np.random.default_rng(3).integers(0, 4096, (64, 48), dtype=np.uint16)

    def fill(dataset):
        dataset.Rows, dataset.Columns, dataset.PixelData = 64, 48, image.tobytes()

    dataset = pydicom.dcmread(io.BytesIO(mr(edit=fill)))
    dataset.compress(syntax, generate_instance_uid=False)
    source = io.BytesIO()
    dataset.save_as(source)
    result = engine.deidentify(source.getvalue())
    assert inspect(result.data).findings == ()
    assert np.array_equal(pydicom.dcmread(io.BytesIO(result.data)).pixel_array, image)


@pytest.mark.parametrize(
    "name",
    ["MRImageStorage_JPG2000_Lossless.dcm", "JPEG2000.dcm", "JPEGLSNearLossless_16.dcm", "JPEG-lossy.dcm"],
)
def test_published_streams_keep_their_image(shared_data, name):
    source = read_raw(next(shared_data("dicom_odd").rglob(name)).read_bytes())
    (before,) = generate_frames(bytes(source.data_set[0x7FE00010].value), number_of_frames=1)
    clean_pixels(source.data_set, source.transfer_syntax_uid)
    value = bytes(source.data_set[0x7FE00010].value)
    assert stream_finding(value, source.transfer_syntax_uid, Shape(1, 1, 1)) is None
    (after,) = generate_frames(value, number_of_frames=1)
    comment = before.find(b"\xff\x64\0", 0, 200)
    if len(after) + 8 < len(before):
        stop = comment + 2 + int.from_bytes(before[comment + 2 : comment + 4], "big")
        before = before[:comment] + before[stop:]
    assert after.rstrip(b"\0") == before[: before.rindex(b"\xff\xd9") + 2]
