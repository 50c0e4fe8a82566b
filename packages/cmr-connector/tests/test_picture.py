"""The small picture of an image: a PNG that any browser shows, made of nothing but the image's own bits."""

import base64
import io
import struct
import zlib

import pydicom
import pytest

from cmr_connector.picture import SIDE, picture


@pytest.fixture
def image(cmr_exam):
    exam = cmr_exam()

    def made(**values):
        dataset = pydicom.dcmread(exam.root / exam.files[0])
        for keyword, value in values.items():
            setattr(dataset, keyword, value)
        buffer = io.BytesIO()
        dataset.save_as(buffer)
        return buffer.getvalue()

    return made


def decoded(address):
    data = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">2L", data[16:24])
    lines = zlib.decompress(data[data.index(b"IDAT") + 4 : -16])
    return width, height, b"".join(lines[i + 1 : i + width + 1] for i in range(0, len(lines), width + 1))


def pixels(*values):
    return struct.pack(f"<{len(values)}H", *values)


def test_an_image_becomes_a_small_gray_png(image):
    width, height, gray = decoded(picture(image()))
    assert 0 < width <= SIDE
    assert len(gray) == width * height
    assert max(gray) == 255
    assert min(gray) == 0


def test_a_large_image_is_shrunk(image):
    data = image(Rows=400, Columns=300, PixelData=bytes(400 * 300 * 2))
    assert decoded(picture(data))[:2] == (100, 134)


def test_stored_bits_alone_are_shown_and_signs_are_kept(image):
    values = {"Rows": 1, "Columns": 4, "BitsAllocated": 16, "BitsStored": 12, "HighBit": 11}
    unsigned = image(**values, PixelRepresentation=0, PixelData=pixels(0xF000, 1, 2, 3))
    assert decoded(picture(unsigned))[2] == bytes([0, 128, 255, 255])
    signed = image(**values, PixelRepresentation=1, PixelData=pixels(0x0FFF, 0, 1, 1))
    assert decoded(picture(signed))[2][:3] == bytes([0, 128, 255])


def test_an_inverted_image_is_shown_as_a_person_sees_it(image):
    data = image(Rows=1, Columns=2, PhotometricInterpretation="MONOCHROME1", PixelData=pixels(0, 9))
    assert decoded(picture(data))[2][0] == 255


def test_eight_bits_are_shown_too(image):
    data = image(Rows=1, Columns=2, BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=b"\0\x09")
    assert decoded(picture(data))[:2] == (2, 1)


@pytest.mark.parametrize(
    "odd",
    [
        {"SamplesPerPixel": 3},
        {"PhotometricInterpretation": "RGB"},
        {"BitsAllocated": 32},
        {"Rows": 0},
        {"Rows": 60_000},
    ],
)
def test_what_cannot_be_shown_so_is_not_shown(image, odd):
    assert picture(image(**odd)) is None


def test_what_is_no_image_has_no_picture(image):
    assert picture(b"nothing") is None
    dataset = pydicom.dcmread(io.BytesIO(image()))
    del dataset.PixelData
    del dataset.Rows
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    assert picture(buffer.getvalue()) is None
