"""Reading headers and finding frames: odd input gives a reason or no frames, never another error."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)

from cmr_registry.archive.headers import header_read, metadata_encode
from cmr_registry.archive.pixel_data import NO_PIXELS, locate
from cmr_registry.archive.tests.factories import image, part10

GOOD = part10(image(size=8))
ENCAPSULATED = image(size=8, frames=3, syntax=JPEG2000Lossless)
ENCAPSULATED.PixelData = encapsulate([b"one\xff\xd9", b"two\xff\xd9", b"six\xff\xd9"])
ENCAPSULATED["PixelData"].VR, ENCAPSULATED["PixelData"].is_undefined_length = "OB", True
FRAGMENTS = part10(ENCAPSULATED)


@given(
    source=st.sampled_from([(GOOD, ExplicitVRLittleEndian), (FRAGMENTS, JPEG2000Lossless)]),
    changes=st.lists(st.tuples(st.integers(132, 5000), st.integers(0, 255)), min_size=1, max_size=8),
    cut=st.integers(0, 400),
)
@settings(max_examples=300, deadline=None)
def test_a_mutated_instance_is_read_or_refused_and_its_frames_lie_within_it(source, changes, cut):
    data, syntax = bytearray(source[0]), source[1]
    for place, value in changes:
        data[place % len(data)] = value
    data = bytes(data[: len(data) - cut])
    try:
        header = header_read(data, str(syntax))
    except ValueError:
        return
    metadata_encode(header.metadata)
    pixels = header.pixels
    assert 0 <= pixels.offset <= pixels.offset + pixels.length <= len(data)
    for frame in pixels.frames or ():
        assert all(pixels.offset <= offset and offset + length <= len(data) for offset, length in frame)


@pytest.mark.parametrize("data", [b"", b"\x00" * 200, b"\x00" * 128 + b"DICM", b"hello" * 100])
def test_what_is_no_instance_is_a_value_error_or_has_no_pixels(data):
    try:
        header = header_read(data, ExplicitVRLittleEndian)
    except ValueError:
        return
    assert header.pixels == NO_PIXELS


def test_a_deflated_instance_has_a_header_and_no_frames():
    made = part10(image(size=8, syntax=DeflatedExplicitVRLittleEndian))
    header = header_read(made, DeflatedExplicitVRLittleEndian)
    assert header.metadata["00280010"]["Value"] == [8]
    assert header.pixels == NO_PIXELS


@pytest.mark.parametrize("cut", [1, 64, 128, 136])
def test_pixel_data_that_end_too_early_have_no_frames(cut):
    assert header_read(GOOD[: len(GOOD) - cut], ExplicitVRLittleEndian).pixels == NO_PIXELS


def test_pixel_data_shorter_than_the_header_says_have_no_frames():
    made = image(size=8)
    made.Rows = 9
    assert header_read(part10(made), ExplicitVRLittleEndian).pixels == NO_PIXELS


def test_an_instance_without_pixel_data_has_no_frames():
    made = image(size=8)
    del made.PixelData
    assert header_read(part10(made), ExplicitVRLittleEndian).pixels == NO_PIXELS


def test_frames_less_than_none_are_none():
    made = image(size=8)
    made.NumberOfFrames = -3
    assert header_read(part10(made), ExplicitVRLittleEndian).pixels == NO_PIXELS


def test_a_pixel_data_element_without_an_item_has_no_frames():
    start = b"\xe0\x7f\x10\x00" + b"OB\x00\x00" + b"\xff\xff\xff\xff"
    assert locate(start, 0, JPEG2000Lossless, 1) == NO_PIXELS
    table_only = start + struct.pack("<HHI", 0xFFFE, 0xE000, 0)
    assert locate(table_only, 0, JPEG2000Lossless, 1) == NO_PIXELS
    too_long = table_only + struct.pack("<HHI", 0xFFFE, 0xE000, 999) + b"x" * 10
    assert locate(too_long, 0, JPEG2000Lossless, 1) == NO_PIXELS


def test_an_element_cut_within_its_length_has_no_frames():
    assert locate(b"\xe0\x7f\x10\x00OW\x00\x00\x01", 0, ExplicitVRLittleEndian, 1) == NO_PIXELS
    assert locate(b"\xe0\x7f\x10", 0, ImplicitVRLittleEndian, 1) == NO_PIXELS


def test_a_last_frame_without_its_end_marker_is_still_a_frame():
    item = struct.Struct("<HHI")
    data = b"\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff" + item.pack(0xFFFE, 0xE000, 0)
    for fragment in (b"half", b"end\xff\xd9", b"cut "):
        data += item.pack(0xFFFE, 0xE000, len(fragment)) + fragment
    data += item.pack(0xFFFE, 0xE0DD, 0)
    frames = locate(data, 0, JPEG2000Lossless, 2).frames
    assert [[data[at : at + length] for at, length in frame] for frame in frames] == [
        [b"half", b"end\xff\xd9"],
        [b"cut "],
    ]
