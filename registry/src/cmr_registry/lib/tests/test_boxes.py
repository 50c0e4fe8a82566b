import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmr_registry.lib import boxes
from cmr_registry.lib.boxes import BoxDamagedError, box_length, new_key, open_box, open_range, seal

KEY, AAD = new_key(), b"center|study|series|instance"
SMALL_CHUNK = 64


@pytest.fixture
def small_chunks(monkeypatch):
    """The same code with chunks of 64 bytes, so that every chunk boundary is cheap to try."""
    monkeypatch.setattr(boxes, "CHUNK", SMALL_CHUNK)
    monkeypatch.setattr(boxes, "_STEP", 12 + SMALL_CHUNK + 16)


def range_of(box, start, stop, key=KEY, aad=AAD):
    return open_range(key, aad, lambda at, count: box[at : at + count], len(box), start, stop)


@pytest.mark.parametrize("size", [0, 1, 1000, 2**20, 2**20 + 1, 3 * 2**20, 3 * 2**20 + 5])
def test_a_box_opens_to_what_was_sealed(size):
    data = bytes(size // 2) + b"\x01" * (size - size // 2)
    box = seal(KEY, AAD, data)
    assert len(box) == box_length(size)
    assert open_box(KEY, AAD, box) == data


def test_two_boxes_of_the_same_bytes_differ():
    assert seal(KEY, AAD, b"data") != seal(KEY, AAD, b"data")


@given(data=st.binary(max_size=400), place=st.integers(0), flip=st.integers(1, 255))
@settings(max_examples=150)
def test_any_changed_byte_of_a_small_box_is_refused(data, place, flip):
    box = bytearray(seal(KEY, AAD, data))
    box[place % len(box)] ^= flip
    with pytest.raises(BoxDamagedError):
        open_box(KEY, AAD, bytes(box))


def test_every_changed_byte_of_a_large_box_is_refused(small_chunks):
    data = bytes(range(200))
    box = seal(KEY, AAD, data)
    for place in range(len(box)):
        changed = bytearray(box)
        changed[place] ^= 0x80
        with pytest.raises(BoxDamagedError):
            open_box(KEY, AAD, bytes(changed))


def test_every_cut_of_a_large_box_is_refused(small_chunks):
    box = seal(KEY, AAD, bytes(200))
    for length in range(len(box)):
        with pytest.raises(BoxDamagedError):
            open_box(KEY, AAD, box[:length])
    with pytest.raises(BoxDamagedError):
        open_box(KEY, AAD, box + b"\x00")


def test_chunks_can_be_neither_swapped_nor_dropped_nor_taken_from_another_box(small_chunks):
    step, header = 12 + SMALL_CHUNK + 16, 25
    data = bytes(range(256))
    one, two = seal(KEY, AAD, data), seal(KEY, AAD, data)
    chunks = [one[header + i * step : header + (i + 1) * step] for i in range(4)]
    shorter = one[:17] + (192).to_bytes(8, "big") + b"".join(chunks[:3])
    swapped = one[:header] + chunks[1] + chunks[0] + chunks[2] + chunks[3]
    mixed = one[:header] + two[header : header + step] + b"".join(chunks[1:])
    for forged in (shorter, swapped, mixed):
        with pytest.raises(BoxDamagedError):
            open_box(KEY, AAD, forged)


@given(
    size=st.integers(0, 400),
    start=st.integers(0, 400),
    stop=st.integers(0, 400),
)
@settings(max_examples=300)
def test_a_range_is_the_same_as_a_slice_of_the_whole(size, start, stop):
    start, stop = min(start, stop, size), min(max(start, stop), size)
    data = bytes(i % 251 for i in range(size))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "CHUNK", SMALL_CHUNK)
        patch.setattr(boxes, "_STEP", 12 + SMALL_CHUNK + 16)
        assert range_of(seal(KEY, AAD, data), start, stop) == data[start:stop]


def test_a_range_of_a_large_box_reads_only_its_chunks():
    box, reads = seal(KEY, AAD, bytes(5 * 2**20)), []

    def read(start, count):
        reads.append(count)
        return box[start : start + count]

    assert open_range(KEY, AAD, read, len(box), 2**20 + 3, 2**20 + 10) == bytes(7)
    assert sum(reads) < 2**20 + 200


def test_a_range_outside_of_the_plaintext_is_refused():
    for size in (10, 2**20 + 10):
        box = seal(KEY, AAD, bytes(size))
        for start, stop in ((0, size + 1), (-1, 4), (5, 4)):
            with pytest.raises(BoxDamagedError):
                range_of(box, start, stop)


@pytest.mark.parametrize("size", [50, 2**20 + 50])
def test_another_key_or_another_place_does_not_open_it(size):
    box = seal(KEY, AAD, bytes(size))
    with pytest.raises(BoxDamagedError):
        open_box(new_key(), AAD, box)
    with pytest.raises(BoxDamagedError):
        open_box(KEY, AAD + b"x", box)
