"""Bits above the stored ones: no place for an overlay or a text, on both looks."""

import struct

import pytest

from cmr_deid.errors import InstanceHeld, InstanceRejected
from cmr_deid.reading import read_raw
from cmr_deid.verify import inspect
from cmr_deid.verify.bits import has_hidden_bits


def pixels(form, *values):
    return struct.pack(f"<24{form}", *(values * 24)[:24])


LAWFUL = [
    ("12 of 16", 16, 12, 0, pixels("H", 4095, 0)),
    ("16 of 16", 16, 16, 0, pixels("H", 65535, 0)),
    ("8 of 16", 16, 8, 0, pixels("H", 255)),
    ("7 of 16", 16, 7, 0, pixels("H", 127)),
    ("7 of 8", 8, 7, 0, pixels("B", 127)),
    ("signed", 16, 12, 1, pixels("h", -2048, 2047, -1)),
    ("signed without copies of the sign", 16, 12, 1, pixels("H", 4095)),
    ("signed 8 of 16", 16, 8, 1, pixels("h", -128, 127)),
    ("20 of 32", 32, 20, 0, pixels("L", (1 << 20) - 1)),
]
HIDING = [
    ("overlay in bit 12", 16, 12, 0, pixels("H", 4095, 0, 4096)),
    ("overlay in bit 15", 16, 12, 0, pixels("H", 0x8001)),
    ("text in the high bytes", 16, 8, 0, b"SaMaIaTaHaSaOaNa".ljust(48, b"\0")),
    ("text in high bytes of signed pixels", 16, 8, 1, b"aSaMaIaTaH".ljust(48, b"\0")),
    ("a bit under a used byte", 16, 7, 0, pixels("H", 128)),
    ("8 of 8 bits with 7 stored", 8, 7, 0, pixels("B", 128)),
    ("signed with an overlay", 16, 12, 1, pixels("H", 0x1001)),
    ("24 of 32", 32, 20, 0, pixels("L", 1 << 24)),
]


def image(bits, stored, signed, value):
    def fill(dataset):
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, stored, stored - 1
        dataset.PixelRepresentation = signed
        dataset.PixelData = value

    return fill


@pytest.mark.parametrize(
    ("bits", "stored", "signed", "value"), [c[1:] for c in LAWFUL], ids=[c[0] for c in LAWFUL]
)
def test_pixels_without_hidden_bits_stay_bit_equal(engine, mr, bits, stored, signed, value):
    result = engine.deidentify(mr(edit=image(bits, stored, signed, value)))
    assert bytes(read_raw(result.data).data_set[0x7FE00010].value) == value
    assert inspect(result.data).findings == ()


@pytest.mark.parametrize(
    ("bits", "stored", "signed", "value"), [c[1:] for c in HIDING], ids=[c[0] for c in HIDING]
)
def test_pixels_with_hidden_bits_are_held_and_stopped(engine, mr, bits, stored, signed, value):
    with pytest.raises(InstanceHeld, match="hidden_bytes"):
        engine.deidentify(mr(edit=image(bits, stored, signed, value)))
    assert has_hidden_bits(value, bits, stored, bool(signed))


def test_an_overlay_put_into_an_output_is_stopped(engine, mr):
    data = engine.deidentify(mr()).data
    hidden = data[:-47] + b"\x10" + data[-46:]
    assert [f.reason_code for f in inspect(hidden).findings] == ["hidden_bytes"]


def test_pixels_that_do_not_start_at_the_lowest_bit_are_held_and_stopped(engine, mr):
    with pytest.raises(InstanceHeld, match="hidden_bytes"):
        engine.deidentify(mr(HighBit=15))
    assert "hidden_bytes" in {f.reason_code for f in inspect(mr(HighBit=15)).findings}


@pytest.mark.parametrize("stored", [None, 0, 17])
def test_stored_bits_that_cannot_be_are_refused(engine, mr, stored):
    with pytest.raises(InstanceRejected, match="pixel_length"):
        engine.deidentify(mr(BitsStored=stored))
    assert has_hidden_bits(b"", 16, stored or 0, False)
    assert has_hidden_bits(b"", 12, 12, False)


def test_text_in_place_of_the_stored_bits_is_refused(engine, mr):
    data = mr()
    assert data.count(b"US\x02\x00\x0c\x00") == 1
    with pytest.raises(InstanceRejected):
        engine.deidentify(data.replace(b"US\x02\x00\x0c\x00", b"LO\x02\x00Jo"))
