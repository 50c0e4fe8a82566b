"""Regions that are blanked, and the proof that nothing else of the image changed."""

import struct

import pytest

from cmr_deid.errors import InstanceHeld
from cmr_deid.pixel_data import Shape, blanked, pixels_equal
from cmr_deid.reading import read_raw, read_source
from cmr_deid.verify import inspect

WHOLE = (0, 0, 4, 6)
CORNER = (1, 2, 2, 3)
PIXEL_DATA = 0x7FE00010
JPEG_LS = "1.2.840.10008.1.2.4.80"
STREAM = b"\xff\xd8\xff\xf7\0\x0b\x10\0\x04\0\x06\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\0\0\x12\xff\x7f\x34\xff\xd9"


def with_comment(stream):
    return stream[:2] + b"\xff\xfe\0\x0cZEBULONIA " + stream[2:]


def compressed(mr, stream, **values):
    def compress(dataset):
        dataset.file_meta.TransferSyntaxUID = JPEG_LS
        padded = stream + b"\0" * (len(stream) % 2)
        items = (
            struct.pack("<HHL", 0xFFFE, 0xE000, 0) + struct.pack("<HHL", 0xFFFE, 0xE000, len(padded)) + padded
        )
        dataset.PixelData = items + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True

    return mr(edit=compress, **values)


@pytest.mark.parametrize(
    ("mask", "zero"),
    [
        (CORNER, {8, 9, 10, 14, 15, 16}),
        (WHOLE, set(range(24))),
        ((3, 4, 99, 99), {22, 23}),
        ((-1, -1, 2, 2), {0}),
        ((0, 6, 4, 1), set()),
        ((9, 0, 1, 1), set()),
        ((2, 2, -1, -1), set()),
    ],
)
def test_a_mask_blanks_its_pixels_and_no_other(mask, zero):
    before = struct.pack("<24H", *range(1, 25))
    after = struct.unpack("<24H", blanked(before, Shape(4, 6, 1, 2), [mask]))
    assert {index for index, value in enumerate(after) if not value} == zero
    assert all(value in (0, index + 1) for index, value in enumerate(after))


def test_a_mask_blanks_every_frame():
    after = blanked(bytes([7]) * 24, Shape(2, 4, 3, 1), [(1, 1, 1, 2)])
    assert after == bytes([7, 7, 7, 7, 7, 0, 0, 7]) * 3


def test_the_engine_blanks_masks_and_says_so(mr, engine):
    source = mr()
    result = engine.deidentify(source, pixels_looked_at=True, masks=(CORNER,))
    values = struct.unpack("<24H", read_source(result.data).PixelData)
    assert [values[i] for i in (8, 9, 10, 14, 15, 16)] == [0] * 6
    assert pixels_equal(source, result.data, (CORNER,))
    assert not pixels_equal(source, result.data)
    assert not pixels_equal(source, result.data, (WHOLE,))
    assert any(change.rule == "regions blanked" for change in result.changes)
    assert inspect(result.data).findings == ()


def test_pixels_that_were_looked_at_are_marked_so_twice_the_same(mr, engine):
    once = engine.deidentify(mr(), pixels_looked_at=True)
    after = read_source(once.data)
    assert after.BurnedInAnnotation == "NO"
    assert "113101" in [item.CodeValue for item in after.DeidentificationMethodCodeSequence]
    assert engine.deidentify(once.data, pixels_looked_at=True).data == once.data
    assert engine.deidentify(once.data).data == once.data
    later = engine.deidentify(engine.deidentify(mr()).data, pixels_looked_at=True)
    assert later.data == once.data
    assert later.subject == once.subject


def test_masks_of_compressed_pixels_are_held(mr, engine):
    with pytest.raises(InstanceHeld, match="burned_in_text"):
        engine.deidentify(compressed(mr, STREAM), masks=(CORNER,))


def test_compressed_images_are_equal_without_their_comments(mr, engine):
    source = compressed(mr, with_comment(STREAM))
    result = engine.deidentify(source)
    assert b"ZEBULONIA" not in result.data
    assert pixels_equal(source, result.data)
    assert not pixels_equal(source, compressed(mr, STREAM.replace(b"\x34", b"\x35")))
    assert not pixels_equal(source, mr())


def test_native_images_are_equal_only_bit_for_bit(mr, engine):
    source = mr()
    for syntax in ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2"):
        assert pixels_equal(source, engine.deidentify(mr(syntax=syntax)).data)
    place = len(source) - 2
    assert not pixels_equal(source, source[:place] + b"\x99\x09")
    for values in (
        {"Rows": 6, "Columns": 4},
        {"BitsStored": 11},
        {"PixelRepresentation": 1},
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"PixelRepresentation": None, "Rows": 2, "Columns": 12},
    ):
        assert not pixels_equal(source, mr(**values))
    assert pixels_equal(mr(PixelRepresentation=None), source)


@pytest.mark.parametrize("other", [b"", b"x" * 999, "no pixels", "a text as rows", "no frames"])
def test_a_file_that_cannot_be_read_has_no_equal(mr, other):
    source = mr()
    other = {
        "no pixels": source[: source.index(b"\xe0\x7f\x10\x00OW")],
        "a text as rows": source.replace(b"\x28\x00\x10\x00US", b"\x28\x00\x10\x00LO"),
        "no frames": mr(NumberOfFrames="1").replace(b"IS\x02\x001 ", b"IS\x02\x00? "),
    }.get(other, other)
    assert not pixels_equal(source, other)
    assert not pixels_equal(other, source)


def test_pixels_are_found_behind_sequences_of_any_length(mr, nested):
    def open_ended(dataset):
        dataset["ReferencedImageSequence"].is_undefined_length = True

    references = nested({"ReferencedSOPInstanceUID": "1.2.3"})
    files = [
        mr(ReferencedImageSequence=references),
        mr(ReferencedImageSequence=nested({"ReferencedSOPInstanceUID": "1.2.3"}), edit=open_ended),
        mr(ReferencedImageSequence=references, syntax="1.2.840.10008.1.2"),
    ]
    assert all(pixels_equal(mr(), data) for data in files)
    assert len({bytes(read_raw(data).data_set[PIXEL_DATA].value) for data in files}) == 1
