import io

import numpy as np
import pytest
from PIL import Image

from cmr_registry.archive import pictures
from cmr_registry.archive.errors import NotRenderableError, StoredBytesDamagedError
from cmr_registry.archive.models import Series
from cmr_registry.archive.rendering import cine_sheet, render_frame
from cmr_registry.archive.selectors import (
    exam_stacks,
    series_find,
    series_index,
    series_stack,
    stack_around,
    thumbnail,
)
from cmr_registry.archive.tests.factories import accepted, cine, image, new_instance, part10
from cmr_registry.lib.storage import storage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_centers")]


def kept(center, *instances):
    accepted(center, list(instances))
    series = series_find(instances[0].study_instance_uid, instances[0].series_instance_uid)
    return series, series_index(series).instances


def shown(picture):
    return np.asarray(Image.open(io.BytesIO(picture)))


def rendered(center, *, size=16, frame=1, window=None, **elements):
    series, (instance,) = kept(center, new_instance(part10(image(size=size, **elements))))
    return shown(render_frame(series, instance, frame=frame, window=window))


def ramp(size=16, dtype=np.uint16):
    return np.arange(size * size, dtype=dtype).reshape(size, size)


def test_a_frame_is_windowed_as_asked(riverside):
    gray = rendered(riverside, pixels=ramp(), window=(128, 256))
    assert gray.shape == (16, 16)
    assert np.abs(gray.astype(int) - ramp()).max() <= 1


def test_a_frame_is_windowed_as_its_header_says(riverside):
    gray = rendered(riverside, pixels=ramp(), WindowCenter=64, WindowWidth=128)
    assert np.abs(gray.ravel()[:128].astype(int) - 2 * np.arange(128)).max() <= 2
    assert (gray.ravel()[128:] == 255).all()


def test_a_frame_without_a_window_is_stretched_between_its_percentiles(riverside):
    gray = rendered(riverside, pixels=ramp() * 4)
    assert gray.min() == 0
    assert gray.max() == 255


def test_the_window_counts_in_rescaled_values(riverside):
    plain = rendered(riverside, pixels=ramp(), window=(128, 256))
    scaled = rendered(
        riverside, pixels=ramp(), window=(156, 512), RescaleSlope=2, RescaleIntercept=-100, series="1.2.3.2"
    )
    assert np.abs(plain.astype(int) - scaled).max() <= 1


def test_low_values_are_bright_where_the_header_says_so(riverside):
    gray = rendered(riverside, pixels=ramp(), window=(128, 256), PhotometricInterpretation="MONOCHROME1")
    assert gray[0, 0] > 250
    assert gray[-1, -1] < 5


def test_signed_values_keep_their_sign(riverside):
    pixels = (ramp(dtype=np.int16) - 128) & 0x0FFF
    gray = rendered(riverside, pixels=pixels.astype(np.uint16), window=(0, 256), PixelRepresentation=1)
    assert np.abs(gray.ravel().astype(int) - np.arange(256)).max() <= 1


def test_bits_above_those_stored_are_not_shown(riverside):
    gray = rendered(riverside, pixels=ramp() | 0xF000, window=(128, 256))
    assert np.abs(gray.astype(int) - ramp()).max() <= 1


def test_a_compressed_frame_is_decoded(riverside):
    pixels = ramp()
    gray = rendered(riverside, pixels=pixels, compress=True, window=(128, 256))
    assert np.abs(gray.astype(int) - pixels).max() <= 1


def test_a_color_frame_stays_colored(riverside):
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[..., 0] = 200
    facts = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "BitsAllocated": 8, "BitsStored": 8}
    gray = rendered(riverside, pixels=pixels, PlanarConfiguration=0, HighBit=7, **facts)
    assert gray.shape == (16, 16, 3)
    assert (gray == pixels).all()
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))
    again = rendered(riverside, pixels=planes, PlanarConfiguration=1, HighBit=7, series="1.2.3.2", **facts)
    assert (again == pixels).all()


def test_one_frame_of_many_is_shown(riverside):
    pixels = np.stack([np.full((16, 16), 10 * number, np.uint16) for number in (1, 2, 3)])
    assert (rendered(riverside, pixels=pixels, frames=3, frame=3, window=(128, 257))[0, 0] - 30) in (
        0,
        1,
        255,
    )


def test_a_picture_fits_the_viewport_and_keeps_its_proportions(riverside):
    made = image(size=32, pixels=np.zeros((16, 32), np.uint16), Rows=16)
    series, (instance,) = kept(riverside, new_instance(part10(made)))
    assert shown(render_frame(series, instance, size=(64, 64))).shape == (32, 64)
    assert shown(render_frame(series, instance, size=(8, 8))).shape == (4, 8)


@pytest.mark.parametrize(
    "elements",
    [
        {"PhotometricInterpretation": "PALETTE COLOR"},
        {"Rows": 0},
        {"Rows": 60_000, "Columns": 60_000},
        {"BitsAllocated": 64},
    ],
)
def test_what_cannot_be_shown_says_so(riverside, elements):
    series, (instance,) = kept(riverside, new_instance(part10(image(**elements))))
    with pytest.raises(NotRenderableError):
        render_frame(series, instance)
    assert thumbnail(series) is None


def test_a_frame_that_is_not_there_says_so(riverside):
    series, (instance,) = kept(riverside, new_instance(image()))
    with pytest.raises(NotRenderableError):
        render_frame(series, instance, frame=2)


def test_damaged_bytes_are_not_shown(riverside):
    series, (instance,) = kept(riverside, new_instance(image()))
    content = bytearray(storage().get(instance.segment_object))
    content[instance.offset + 100] ^= 1
    storage().put(instance.segment_object, bytes(content))
    with pytest.raises(StoredBytesDamagedError):
        render_frame(series, instance)


def test_a_stack_is_ordered_by_position_and_phase(riverside):
    series, _ = kept(riverside, *cine(n_positions=3, n_phases=12))
    laid = series_stack(series)
    assert laid.stack.positions == (0, 10, 20)
    assert laid.stack.phases == tuple(range(0, 480, 40))
    for position in range(3):
        numbers = [one.instance.number("00200013") for one in laid.row(position)]
        assert numbers == [position * 12 + phase + 1 for phase in range(12)]
    assert laid.image(1, 2).instance.number("00200013") == 15


def test_a_series_without_geometry_has_no_stack(riverside):
    series, _ = kept(riverside, new_instance(image()))
    assert series_stack(series) is None


def test_a_sheet_holds_the_phases_in_order_under_one_window(riverside):
    series, _ = kept(riverside, *cine(n_positions=1, n_phases=12))
    row = series_stack(series).row(0)
    picture, columns, rows, width, height = cine_sheet(series, [one.instance for one in row])
    canvas = shown(picture)
    assert (columns, rows, width, height) == (4, 3, 32, 32)
    tiles = [canvas[32 * (n // 4), 32 * (n % 4)] for n in range(12)]
    assert [int(tile) for tile in tiles] == sorted(int(tile) for tile in tiles)
    assert len(set(tiles)) == 12


def test_a_sheet_of_frames_of_one_instance(riverside):
    pixels = np.stack([np.full((16, 16), 400 * number, np.uint16) for number in range(5)])
    series, (instance,) = kept(riverside, new_instance(image(size=16, frames=5, pixels=pixels)))
    picture, columns, rows, *_ = cine_sheet(
        series, [instance] * 5, frames=[1, 2, 3, 4, 5], window=(1000, 2000)
    )
    canvas = shown(picture)
    assert (columns, rows) == (3, 2)
    assert [int(canvas[16 * (n // 3), 16 * (n % 3)]) // 50 for n in range(6)] == [0, 1, 2, 3, 4, 0]


def test_frames_of_different_size_make_no_sheet(riverside, monkeypatch):
    series, instances = kept(riverside, new_instance(image(size=16)), new_instance(image(size=32, number=2)))
    with pytest.raises(NotRenderableError):
        cine_sheet(series, instances)
    with pytest.raises(NotRenderableError):
        cine_sheet(series, [])
    monkeypatch.setattr(pictures, "MOST_SHEET_PIXELS", 100)
    with pytest.raises(NotRenderableError):
        cine_sheet(series, instances[:1])


def test_slices_that_came_as_series_each_are_one_stack(riverside):
    whole = []
    for position in range(4):
        for phase in range(12):
            made = image(
                series=f"1.2.3.{position + 1}",
                number=phase + 1,
                ImagePositionPatient=[0, 0, 10 * position],
                ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
                PixelSpacing=[1.5, 1.5],
                TriggerTime=40 * phase,
            )
            whole.append(new_instance(made))
    study = accepted(riverside, whole)
    Series.objects.update(kind="cine", view="sax")
    (stack,) = exam_stacks(study)
    assert (stack.kind, stack.view) == ("cine", "sax")
    assert stack.laid.stack.positions == (0, 10, 20, 30)
    assert len(stack.laid.series) == 4
    assert stack.laid.image(2, 5).series.series_instance_uid == "1.2.3.3"
    around = stack_around(Series.objects.select_related("study").first())
    assert around.stack == stack.laid.stack
    Series.objects.update(view="4ch")
    assert len(exam_stacks(study)) == 4
    assert len(stack_around(Series.objects.select_related("study").first()).stack.positions) == 1


def test_series_without_geometry_are_left_out_of_the_stacks_of_an_exam(riverside):
    study = accepted(riverside, [new_instance(image())])
    assert exam_stacks(study) == ()


def test_real_enhanced_images_are_stacked_frame_by_frame(riverside, shared_data):
    files = sorted(shared_data("mr_other/dcm_qa_enh").rglob("*.dcm"))
    series, instances = kept(riverside, *(new_instance(file) for file in files))
    assert [one.n_frames for one in instances] == [len(one.headers) for one in instances]
    laid = series_stack(series)
    assert sum(len(laid.row(position)) for position in range(len(laid.stack.positions))) == len(laid.images)
    for image_ in laid.images[:3]:
        assert shown(render_frame(series, image_.instance, frame=image_.frame)).std() > 1
    assert shown(thumbnail(series)).std() > 1


def test_the_thumbnail_shows_the_middle_slice_about_end_systole(riverside):
    series, instances = kept(riverside, *cine(n_positions=3, n_phases=12))
    frames = [(one, 1) for one in instances]
    chosen, _ = pictures._chosen(instances, frames)
    assert chosen.number("00200013") == 12 + 4 + 1
    assert shown(thumbnail(series)).shape == (128, 128)
