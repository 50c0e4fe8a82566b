"""A whole series: slice positions, devices, what is asked of a person, and what the child process needs."""

import base64
import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cmr_deid.pixels import series as series_module
from cmr_deid.pixels.errors import ReaderError
from cmr_deid.pixels.reading_text import Line
from cmr_deid.pixels.series import MOST_FINDINGS, crop_of, look, warm_up

NAME = Line(((6.0, 6.0), (40.0, 6.0), (40.0, 16.0), (6.0, 16.0)), 0.8, 34.0, 10.0, "Novak Anna", 0.97)


class FakeReader:
    def __init__(self, *lines):
        self.found, self.shapes = lines, []

    def lines(self, image):
        self.shapes.append(image.shape)
        return list(self.found)


@pytest.fixture
def image(mr):
    def made(position=(0.0, 0.0, 0.0), side=64, frames=1, edit=None, **values):
        pixels = np.random.default_rng(1).normal(300, 9, (frames, side, side)).astype("<u2")

        def fill(dataset):
            dataset.Rows = dataset.Columns = side
            dataset.PixelData = pixels.tobytes()
            dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
            if edit is not None:
                edit(dataset)

        return mr(edit=fill, ImagePositionPatient=list(position) if position else None, **values)

    return made


def test_frames_of_one_position_are_looked_at_together(image):
    reader = FakeReader()
    answer = look([image(), image(), image((0.0, 0.0, 8.0)), image(None), image(None)], [], reader)
    assert (answer["positions"], answer["frames"], answer["seen"], answer["native"]) == (4, 5, True, True)
    assert len(reader.shapes) == 3 + 2 + 2 + 2


def test_magnitude_and_phase_at_one_position_are_not_mixed(image):
    assert look([image(), image(ImageType=["ORIGINAL", "PRIMARY", "P"])], [], FakeReader())["positions"] == 2


def test_frames_of_an_enhanced_image_are_sorted_by_their_own_positions(image):
    def enhance(dataset):
        dataset.NumberOfFrames = 4
        groups = []
        for z in (0.0, 0.0, 8.0, None):
            group = Dataset()
            if z is not None:
                plane = Dataset()
                plane.ImagePositionPatient = [0.0, 0.0, z]
                group.PlanePositionSequence = Sequence([plane])
            groups.append(group)
        dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)

    answer = look([image(None, frames=4, edit=enhance)], [], FakeReader())
    assert (answer["positions"], answer["frames"]) == (3, 4)


def test_frames_without_groups_lie_where_their_image_lies(image):
    def multiply(dataset):
        dataset.NumberOfFrames = 3

    answer = look([image(frames=3, edit=multiply)], [], FakeReader())
    assert (answer["positions"], answer["frames"]) == (1, 3)


def test_a_finding_says_what_it_means_and_shows_its_place(image):
    answer = look([image()], ["Novak"], FakeReader(NAME))
    [finding] = answer["findings"]
    assert (finding["kind"], finding["meaning"], finding["size"]) == ("text", "identifies", [64, 64])
    assert base64.b64decode(finding["crop"]).startswith(b"\x89PNG")
    assert json.loads(json.dumps(answer)) == answer
    assert look([image()], [], FakeReader(NAME))["findings"][0]["meaning"] == "unknown"


def test_technical_text_is_no_finding_but_an_unread_line_is(image):
    sat = Line(NAME.corners, 0.9, 34.0, 10.0, "SAT", 0.99)
    assert look([image()], [], FakeReader(sat))["findings"] == []
    for misread in (
        Line(NAME.corners, 0.9, 34.0, 10.0, "R", 0.5),
        Line(NAME.corners, 0.9, 34.0, 10.0, "313", 0.62),
    ):
        [finding] = look([image()], [], FakeReader(misread))["findings"]
        assert finding["meaning"] == "unknown"


def test_a_code_is_asked_whatever_is_read_in_it(image):
    def stripes(dataset):
        pixels = np.frombuffer(dataset.PixelData, "<u2").reshape(64, 64).copy()
        pixels[20:44, 10:50:2] = 2000
        dataset.PixelData = pixels.tobytes()

    [finding] = look([image(edit=stripes)], ["Novak"], FakeReader())["findings"]
    assert (finding["kind"], finding["meaning"], finding["text"]) == ("field", "unknown", "")


def test_a_sheet_full_of_text_is_told_in_part(image):
    lines = [
        Line(((2.0, y), (60.0, y), (60.0, y + 1), (2.0, y + 1)), 0.8, 58.0, 1.0, "Novak", 0.9)
        for y in np.arange(0.0, 60.0, 6.0)
    ]
    files = [image((0.0, 0.0, float(z))) for z in range(4)]
    assert len(look(files, [], FakeReader(*lines))["findings"]) == MOST_FINDINGS


def test_devices_that_differ_are_no_device(image):
    assert look([image()], [], FakeReader())["device"]["model"] == "Aera"
    assert look([image(), image(ManufacturerModelName="Skyra")], [], FakeReader())["device"] == {}
    assert look([], [], FakeReader())["device"] == {}


@pytest.mark.parametrize("broken", [b"no image", b""])
def test_a_series_with_an_image_that_cannot_be_read_is_not_seen(image, broken):
    answer = look([image(), broken], [], FakeReader(NAME))
    assert (answer["seen"], answer["findings"]) == (False, [])


def test_a_series_without_its_sizes_is_not_seen(image):
    def cut(dataset):
        del dataset.Rows

    assert not look([image(edit=cut)], [], FakeReader())["seen"]


def test_a_crop_at_the_corner_is_a_picture_of_that_corner():
    image = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
    assert crop_of(image, (0, 0, 4, 4)).startswith(b"\x89PNG")
    assert crop_of(np.zeros((900, 900), np.uint16), (0, 0, 900, 900)).startswith(b"\x89PNG")


def test_models_that_find_nothing_stop_the_child(monkeypatch):
    monkeypatch.setattr(series_module, "warm_up_codecs", lambda: None)
    with pytest.raises(ReaderError):
        warm_up(FakeReader())


def test_the_models_find_writing(reader):
    warm_up(reader)


def test_no_series_of_the_real_cines_is_held(reader, shared_data):
    """A few frames of each; all of them are in `make drill NAME=burned-in-text`."""
    siemens = [
        sorted((shared_data("cmr/bivme_siemens_cine") / name).iterdir())[::8] for name in ("Se3", "Se6")
    ]
    general = [pydicom.dcmread(path) for path in sorted(shared_data("cmr/scd_ge_cine").rglob("*.dcm"))[::7]]
    middle = sorted(general, key=lambda one: float(one.SliceLocation))[len(general) // 2].SliceLocation
    slices = [one.filename for one in general if one.SliceLocation == middle]
    for files in (*siemens, slices):
        answer = look((Path(path).read_bytes() for path in files), [], reader)
        assert (answer["seen"], answer["findings"]) == (True, [])


def test_the_name_in_the_pseudo_phi_image_is_read(reader, shared_data):
    data = (shared_data("deid/presidio_pseudo_phi") / "2_ORIGINAL.dicom").read_bytes()
    answer = look([data], ["Kaufman", "07221943"], reader)
    assert {one["meaning"] for one in answer["findings"]} >= {"identifies"}
    assert any("KAUFMAN" in one["text"] for one in answer["findings"])
    assert pydicom.dcmread(shared_data("deid/presidio_pseudo_phi") / "2_ORIGINAL.dicom").Rows == 552
