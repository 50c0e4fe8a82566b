import io
import uuid

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, JPEG2000Lossless

from cmr_registry.archive.errors import StoredBytesDamagedError
from cmr_registry.archive.indexing import index_of
from cmr_registry.archive.models import Segment, Series, SeriesKey
from cmr_registry.archive.places import place_of
from cmr_registry.archive.selectors import (
    images_total,
    instance_bytes,
    instance_frames,
    series_find,
    series_index,
    study_find,
    thumbnail,
)
from cmr_registry.archive.tests.factories import accepted, cine, image, new_instance, part10
from cmr_registry.lib import scope
from cmr_registry.lib.scope import NoCenterScopeError, center_scope
from cmr_registry.lib.storage import storage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_centers")]


def kept(center, *instances):
    accepted(center, list(instances))
    series = series_find(instances[0].study_instance_uid, instances[0].series_instance_uid)
    return series, series_index(series)


def flip(name, place):
    content = bytearray(storage().get(name))
    content[place] ^= 0x10
    storage().put(name, bytes(content))


def test_a_flipped_byte_anywhere_in_a_stored_instance_is_found_and_never_served(riverside):
    series, index = kept(riverside, new_instance(image(size=8)))
    (instance,) = index.instances
    name = instance.segment_object
    for place in range(instance.offset, instance.offset + instance.length, 37):
        flip(name, place)
        with pytest.raises(StoredBytesDamagedError):
            instance_bytes(series, instance)
        with pytest.raises(StoredBytesDamagedError):
            instance_frames(series, instance, [1])
        flip(name, place)
    assert instance_bytes(series, instance)


def test_a_damaged_index_object_is_found(riverside):
    series, _ = kept(riverside, new_instance(image()))
    flip(Segment.objects.get().index_object_name, 50)
    index_of.cache_clear()
    with pytest.raises(StoredBytesDamagedError):
        series_index(series)


def test_a_lost_object_is_damage(riverside):
    series, index = kept(riverside, new_instance(image()))
    storage().delete(index.instances[0].segment_object)
    with pytest.raises(StoredBytesDamagedError):
        instance_bytes(series, index.instances[0])


def test_two_boxes_of_one_series_cannot_be_swapped(riverside):
    series, index = kept(riverside, *(new_instance(image(number=number, size=8)) for number in (1, 2)))
    one, two = index.instances
    assert one.length == two.length
    content = bytearray(storage().get(one.segment_object))
    a, b = slice(one.offset, one.offset + one.length), slice(two.offset, two.offset + two.length)
    content[a], content[b] = content[b], content[a]
    storage().put(one.segment_object, bytes(content))
    for instance in (one, two):
        with pytest.raises(StoredBytesDamagedError):
            instance_bytes(series, instance)


def test_a_series_whose_key_is_gone_or_changed_opens_no_more(riverside):
    kept(riverside, new_instance(image()))
    row = SeriesKey.objects.get()
    row.wrapped_key = bytes(row.wrapped_key)[:-1] + b"\x00"
    row.save()
    with pytest.raises(StoredBytesDamagedError):
        place_of(riverside.pk, "1.2.3", "1.2.3.1")
    row.delete()
    with pytest.raises(StoredBytesDamagedError):
        place_of(riverside.pk, "1.2.3", "1.2.3.1")


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_frames_are_found_in_every_native_encoding(riverside, syntax):
    pixels = np.arange(3 * 16 * 16, dtype=np.uint16).reshape(3, 16, 16)
    if syntax == ExplicitVRBigEndian:
        pixels = pixels.astype(">u2")
    made = image(size=16, frames=3, pixels=pixels, syntax=syntax)
    series, index = kept(riverside, new_instance(part10(made)))
    (instance,) = index.instances
    assert instance.n_frames == 3
    assert instance_frames(series, instance, [3, 1]) == [pixels[2].tobytes(), pixels[0].tobytes()]


def test_a_frame_of_odd_length_comes_without_its_padding(riverside):
    pixels = np.arange(9, dtype=np.uint8).reshape(3, 3)
    made = image(
        size=3, pixels=pixels, BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=pixels.tobytes() + b"\0"
    )
    series, index = kept(riverside, new_instance(part10(made)))
    assert instance_frames(series, index.instances[0], [1]) == [pixels.tobytes()]


@pytest.mark.parametrize(
    ("table", "fragments"), [("basic", 1), ("basic", 2), ("none", 1), ("none", 2), ("extended", 1)]
)
def test_frames_are_found_in_fragments(riverside, table, fragments):
    codes = [bytes([number]) * (60 + 2 * number) + b"\xff\xd9" for number in range(1, 4)]
    made = image(size=16, frames=3, syntax=JPEG2000Lossless)
    if table == "extended":
        made.PixelData, made.ExtendedOffsetTable, made.ExtendedOffsetTableLengths = encapsulate_extended(
            codes
        )
    else:
        made.PixelData = encapsulate(codes, fragments_per_frame=fragments, has_bot=table == "basic")
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    source = new_instance(part10(made))
    series, index = kept(riverside, source)
    (instance,) = index.instances
    assert instance.n_frames == 3
    assert instance_frames(series, instance, [1, 2, 3]) == codes
    assert list(generate_frames(made.PixelData, number_of_frames=3)) == codes


def test_frames_that_cannot_be_told_apart_are_not_guessed(riverside):
    made = image(size=16, frames=3, syntax=JPEG2000Lossless)
    made.PixelData = encapsulate([b"no marker at all" * 4, b"two fragments for three" * 4], has_bot=False)
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    source = new_instance(part10(made))
    series, index = kept(riverside, source)
    (instance,) = index.instances
    assert instance.n_frames == 0
    assert instance_bytes(series, instance) == source.data


def test_a_frame_that_is_not_there_is_an_index_error(riverside):
    series, index = kept(riverside, new_instance(image()))
    for number in (0, 2, -1):
        with pytest.raises(IndexError):
            instance_frames(series, index.instances[0], [number])
    assert instance_frames(series, index.instances[0], []) == []


def test_one_frame_of_a_large_instance_is_read_without_the_rest(riverside, monkeypatch):
    pixels = np.random.default_rng(0).integers(0, 4096, (40, 256, 256), dtype=np.uint16)
    series, index = kept(riverside, new_instance(image(size=256, frames=40, pixels=pixels)))
    (instance,) = index.instances
    sizes, read = [], storage().get_range
    monkeypatch.setattr(type(storage()), "get_range", lambda self, *a: (sizes.append(a[2]), read(*a))[1])
    assert instance_frames(series, instance, [20]) == [pixels[19].tobytes()]
    assert sum(sizes) < 2.2 * 2**20 < instance.length


def test_metadata_hold_the_header_and_no_pixels(riverside):
    _, index = kept(riverside, new_instance(image(SeriesDescription="cine SAX", ImageComments="æøå")))
    metadata = index.instances[0].metadata
    assert metadata["0008103E"] == {"vr": "LO", "Value": ["cine SAX"]}
    assert metadata["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}
    assert "7FE00010" not in metadata
    assert not any(tag.startswith("0002") for tag in metadata)


def test_long_binary_values_are_left_in_the_instance(riverside):
    made = image()
    block = made.private_block(0x0019, "A CREATOR", create=True)
    block.add_new(0x01, "OB", b"\x01" * 10_000)
    block.add_new(0x02, "OB", b"\x02" * 16)
    series, index = kept(riverside, new_instance(made))
    metadata = index.instances[0].metadata
    assert metadata["00191001"] == {"vr": "OB"}
    assert "InlineBinary" in metadata["00191002"]
    assert b"\x01" * 10_000 in instance_bytes(series, index.instances[0])


def test_a_number_that_json_cannot_say_becomes_null(riverside):
    made = image()
    made.add_new(0x00189087, "FD", float("nan"))
    _, index = kept(riverside, new_instance(made))
    assert index.instances[0].metadata["00189087"]["Value"] == [None]


def test_the_scope_decides_who_finds_a_study(riverside, lakeside):
    kept(riverside, new_instance(image()))
    with center_scope([riverside.pk]):
        assert study_find("1.2.3").center_id == riverside.pk
        assert images_total() == 1
    for others in ([lakeside.pk], [], [uuid.uuid4()]):
        with center_scope(others):
            assert study_find("1.2.3") is None
            assert series_find("1.2.3", "1.2.3.1") is None
            assert images_total() == 0
    assert study_find("1.2.4") is None


def test_without_a_scope_nothing_is_asked(riverside):
    kept(riverside, new_instance(image()))
    token = scope._scope.set(None)
    try:
        with pytest.raises(NoCenterScopeError):
            study_find("1.2.3")
    finally:
        scope._scope.reset(token)


def test_a_withdrawn_subject_hides_its_studies_at_once(riverside):
    series, _ = kept(riverside, new_instance(image()))
    subject = series.study.subject
    subject.withdrawn_at = series.study.accepted_at
    subject.save()
    assert study_find("1.2.3") is None
    assert series_find("1.2.3", "1.2.3.1") is None
    assert images_total() == 0


def test_a_thumbnail_is_a_small_png(riverside):
    series, _ = kept(riverside, *cine())
    assert thumbnail(series).startswith(b"\x89PNG")
    assert thumbnail(series) not in storage().get(series.thumbnail_object)


def test_a_damaged_or_absent_thumbnail_is_none(riverside):
    series, _ = kept(riverside, *cine())
    flip(series.thumbnail_object, 40)
    assert thumbnail(series) is None
    assert thumbnail(Series(center=riverside)) is None


def test_real_images_are_read_back_bit_equal(riverside, shared_data):
    files = sorted(shared_data("cmr/scd_ge_cine/SCD0000301").rglob("*.dcm"))[::10]
    instances = [new_instance(file) for file in files]
    series, index = kept(riverside, *instances)
    assert len(index.instances) == len(files) > 5
    for one in instances:
        instance = index.find(one.sop_instance_uid)
        assert instance_bytes(series, instance) == one.data
        assert instance_frames(series, instance, [1]) == [dcmread(io.BytesIO(one.data)).PixelData]
