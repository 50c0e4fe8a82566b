"""Frames as arrays: every transfer syntax gives the same image, and a stream that lies about its size is no image."""

import struct

import imagecodecs
import numpy as np
import pytest
from pydicom.encaps import encapsulate

from cmr_deid.pixels.decoding import frames_of, warm_up_codecs
from cmr_deid.pixels.errors import UndecodableError
from cmr_deid.reading import read_raw

SYNTAX = "1.2.840.10008.1.2."
IMAGE = (np.arange(16 * 24).reshape(16, 24) * 7 % 3001).astype(np.uint16)
BYTES = (IMAGE % 251).astype(np.uint8)


def rle(image):
    planes = [image.astype(">u2").view(np.uint8).reshape(-1, 2)[:, i].tobytes() for i in (0, 1)]
    packed = []
    for plane in planes:
        runs = b"\x80"
        for start in range(0, len(plane), 100):
            part = plane[start : start + 100]
            same = len(set(part)) == 1
            runs += bytes((257 - len(part), part[0])) if same else bytes((len(part) - 1,)) + part
        packed.append(runs + b"\0" * (len(runs) % 2))
    return struct.pack("<16L", 2, 64, 64 + len(packed[0]), *[0] * 13) + b"".join(packed)


CODED = {
    "4.57": (imagecodecs.ljpeg_encode(IMAGE), IMAGE),
    "4.70": (imagecodecs.ljpeg_encode(IMAGE), IMAGE),
    "4.80": (imagecodecs.jpegls_encode(IMAGE), IMAGE),
    "4.90": (imagecodecs.jpeg2k_encode(IMAGE, level=0, codecformat="J2K"), IMAGE),
    "4.201": (imagecodecs.htj2k_encode(IMAGE, reversible=True), IMAGE),
    "5": (rle(IMAGE), IMAGE),
}


@pytest.fixture
def source(mr):
    """A small MR image with these pixels, read raw."""

    def made(value, syntax="1.2.840.10008.1.2.1", *, rows=16, columns=24, **values):
        def edit(dataset):
            dataset.Rows, dataset.Columns = rows, columns
            dataset.file_meta.TransferSyntaxUID = syntax
            dataset.PixelData = value
            if not syntax.endswith("1.2.1"):
                dataset["PixelData"].VR = "OB"
                dataset["PixelData"].is_undefined_length = True
            for keyword, item in values.items():
                setattr(dataset, keyword, item)

        return read_raw(mr(edit=edit))

    return made


def decoded(read):
    return np.stack(list(frames_of(read)))


@pytest.mark.parametrize("tail", CODED)
def test_every_transfer_syntax_gives_the_image(source, tail):
    stream, image = CODED[tail]
    found = decoded(source(encapsulate([stream]), SYNTAX + tail))
    assert np.array_equal(found, image[None])


def test_jpeg_of_8_bits_is_decoded_nearly(source):
    stream = imagecodecs.jpeg_encode(BYTES, level=98)
    found = decoded(source(encapsulate([stream]), SYNTAX + "4.50", BitsAllocated=8, BitsStored=8, HighBit=7))
    assert found.dtype == np.uint8
    assert np.abs(found[0].astype(int) - BYTES).mean() < 3


def test_native_frames_come_one_after_the_other(source):
    frames = decoded(source(IMAGE.tobytes() * 3, NumberOfFrames=3))
    assert np.array_equal(frames, np.stack([IMAGE] * 3))


def test_negative_values_and_white_for_low_are_understood(source):
    signed = (IMAGE.astype(np.int16) - 1500).astype("<i2")
    assert np.array_equal(decoded(source(signed.tobytes(), PixelRepresentation=1))[0], signed)
    white = decoded(source(IMAGE.tobytes(), PhotometricInterpretation="MONOCHROME1"))[0]
    assert np.array_equal(np.argsort(white, axis=None)[:5], np.argsort(-IMAGE.astype(int), axis=None)[:5])


def test_frames_in_several_fragments_are_put_together(source):
    stream = CODED["4.80"][0]
    pieces = encapsulate([stream, stream], fragments_per_frame=2)
    assert len(decoded(source(pieces, SYNTAX + "4.80", NumberOfFrames=2))) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"rows": 4097, "columns": 4},
        {"NumberOfFrames": 20_001},
        {"NumberOfFrames": 0},
        {"BitsAllocated": 1},
        {"PhotometricInterpretation": "PALETTE COLOR"},
        {"PhotometricInterpretation": "YBR_FULL"},
        {"NumberOfFrames": 2},
    ],
)
def test_sizes_and_kinds_that_are_not_looked_at_are_no_images(source, values):
    with pytest.raises(UndecodableError):
        decoded(source(IMAGE.tobytes(), **values))


def test_an_instance_without_pixels_has_no_image(mr):
    def edit(dataset):
        del dataset.PixelData

    with pytest.raises(UndecodableError):
        list(frames_of(read_raw(mr(edit=edit))))


def larger(stream, tail):
    """The same stream, whose own header says that it is 65,535 pixels wide."""
    if tail == "4.90":
        return stream[:8] + struct.pack(">L", 65_535) + stream[12:]
    at = next(i for i in range(len(stream)) if stream[i] == 0xFF and stream[i + 1] in (0xC3, 0xF7))
    return stream[: at + 7] + struct.pack(">H", 65_535) + stream[at + 9 :]


@pytest.mark.parametrize("tail", ["4.70", "4.80", "4.90"])
def test_a_stream_that_is_larger_than_the_header_says_never_reaches_its_decoder(source, tail, monkeypatch):
    def decoder(stream):
        raise AssertionError

    for name in ("ljpeg_decode", "jpegls_decode", "jpeg2k_decode"):
        monkeypatch.setattr(imagecodecs, name, decoder)
    stream = larger(CODED[tail][0], tail)
    with pytest.raises(UndecodableError, match="size"):
        decoded(source(encapsulate([stream]), SYNTAX + tail))


def test_a_stream_of_very_many_tiles_never_reaches_its_decoder(source):
    stream = CODED["4.90"][0]
    stream = stream[:8] + struct.pack(">6L", 65_535, 65_535, 65_511, 65_519, 1, 1) + stream[32:]
    with pytest.raises(UndecodableError, match="tiles"):
        decoded(source(encapsulate([stream]), SYNTAX + "4.90"))


@pytest.mark.parametrize(
    ("tail", "stream"),
    [
        ("4.80", CODED["4.80"][0][:40]),
        ("4.80", b"\xff\xd8\xff"),
        ("4.80", b"\xff\xd8\xff\xe0\x00\x01" + bytes(20)),
        ("4.80", b"\xff\xd8\x00\xf7" + bytes(20)),
        ("4.90", b"\xff\x4f\xff\x51" + bytes(8)),
        ("4.90", b"\xff\x4f\xff\x51" + bytes(60)),
        ("4.70", b"no stream"),
        ("5", bytes(20)),
        ("5", struct.pack("<16L", 3, *[64] * 15) + bytes(20)),
        ("5", struct.pack("<16L", 2, 64, 66, *[0] * 13) + b"\x80\x80\x00\x07"),
    ],
)
def test_a_damaged_stream_is_no_image(source, tail, stream):
    with pytest.raises(UndecodableError):
        decoded(source(encapsulate([stream]), SYNTAX + tail))


def test_a_decoder_that_gives_another_size_is_not_believed(source, monkeypatch):
    monkeypatch.setattr(imagecodecs, "jpegls_decode", lambda stream: IMAGE[:4])
    with pytest.raises(UndecodableError, match="size"):
        decoded(source(encapsulate([CODED["4.80"][0]]), SYNTAX + "4.80"))


def test_a_narrower_answer_of_a_decoder_keeps_its_type(source, monkeypatch):
    monkeypatch.setattr(imagecodecs, "jpegls_decode", lambda stream: BYTES)
    assert decoded(source(encapsulate([CODED["4.80"][0]]), SYNTAX + "4.80")).dtype == np.uint8


def test_every_codec_is_there():
    warm_up_codecs()


def test_items_that_break_off_are_no_frames(source):
    read = source(encapsulate([CODED["4.80"][0]]), SYNTAX + "4.80")
    pixels = read.data_set[0x7FE00010]
    pixels.value = bytes(pixels.value)[:-8]
    assert len(decoded(read)) == 1


def test_pixels_that_are_too_few_are_no_image(source):
    with pytest.raises(UndecodableError, match="length"):
        decoded(source(IMAGE.tobytes()[:-2]))


@pytest.mark.parametrize(
    ("tail", "stream", "why"),
    [
        ("4.70", CODED["4.70"][0][:216], "codec"),
        ("5", struct.pack("<16L", 2, 64, 66, *[0] * 13) + b"\x80\x80\x00\x07", "length"),
        ("5", struct.pack("<16L", 2, 64, 66, *[0] * 13) + b"\x80", "length"),
    ],
)
def test_a_stream_that_ends_too_early_says_where_it_failed(source, tail, stream, why):
    with pytest.raises(UndecodableError, match=why):
        decoded(source(encapsulate([stream]), SYNTAX + tail))


def test_bytes_of_rle_that_mean_nothing_are_passed_over(source):
    halves = [b"\x80" + run for run in (b"\x82\x00" * 3 + b"\xfe\x00", b"\x82\x07" * 3 + b"\xfe\x07")]
    body = [half + b"\0" * (len(half) % 2) for half in halves]
    stream = struct.pack("<16L", 2, 64, 64 + len(body[0]), *[0] * 13) + b"".join(body)
    assert set(decoded(source(encapsulate([stream]), SYNTAX + "5"))[0].flatten().tolist()) == {7}
