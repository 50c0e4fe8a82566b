"""A magnet's frequency is kept to 1 kHz."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_deid.reading import read_source
from cmr_deid.resolution import coarser


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"63.892071 ", b"63.892"),
        (b"123.256388", b"123.256 "),
        (b"123.256385", b"123.256 "),
        (b"6.36977e+01 ", b"63.698"),
        (b"85255980.000000 ", b"85256000"),
        (b"63.68 ", b"63.68 "),
        (b"63.683", b"63.683"),
        (b"63.6890001\\127.74 ", b"63.689\\127.74"),
        (b"", b""),
        (b"none", b"none"),
    ],
)
def test_a_frequency_is_kept_to_a_kilohertz(before, after):
    assert coarser("DS", before) == after + b" " * (len(after) % 2)


def test_a_binary_frequency_too():
    assert coarser("FD", struct.pack("<2d", 63.892071, 127.74)) == struct.pack("<2d", 63.892, 127.74)


@given(st.floats(0.1, 1e9))
def test_twice_is_the_same(frequency):
    for vr, value in (("DS", f"{frequency:.10g}".encode()), ("FD", struct.pack("<d", frequency))):
        once = coarser(vr, value)
        assert coarser(vr, once) == once


def test_two_images_of_one_magnet_are_given_alike(mr, engine):
    outputs = [
        read_source(engine.deidentify(mr(ImagingFrequency=frequency)).data)
        for frequency in ("123.256388", "123.256385", "123.256")
    ]
    assert {str(output.ImagingFrequency) for output in outputs} == {"123.256"}


def test_the_record_says_that_it_was_cleaned(mr, engine):
    changes = engine.deidentify(mr(ImagingFrequency="123.256388")).changes
    [change] = [change for change in changes if "ImagingFrequency" in change.path]
    assert change.action == "cleaned"
    changes = engine.deidentify(mr(ImagingFrequency="123.256")).changes
    assert [c.action for c in changes if "ImagingFrequency" in c.path] == ["kept"]


def test_the_private_frequency_of_philips_is_given_alike(mr, engine):
    def plant(dataset):
        block = dataset.private_block(0x2001, "Philips Imaging DD 001", create=True)
        block.add_new(0x83, "DS", "63.887654")

    output = read_source(engine.deidentify(mr(edit=plant)).data)
    assert str(output[0x20011083].value) == "63.888"
