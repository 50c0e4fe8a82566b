"""Writing burned into synthetic series: every layout is drawn, visible and the same for the same seed."""

import numpy as np
import pydicom
import pytest

from cmr_testkit.burned import corpus
from cmr_testkit.burned import ink as inks
from cmr_testkit.burned.clean import CONTRASTS, clean_slice, with_look_alikes
from cmr_testkit.burned.files import burn_files
from cmr_testkit.burned.layouts import LAYOUTS, LEAST_CONTRAST, burned


@pytest.fixture(scope="module")
def cine():
    return clean_slice(3, contrast="cine", pixels=128, frames=3)


@pytest.mark.parametrize("kind", LAYOUTS)
def test_every_layout_is_drawn_where_it_says_and_nowhere_else(cine, kind):
    shown = burned(cine, 5, kind)
    outside = np.ones(cine.shape[1:], bool)
    for row, column, rows, columns in shown.boxes:
        outside[max(0, row - 1) : row + rows + 1, max(0, column - 1) : column + columns + 1] = False
    assert np.array_equal(shown.frames[:, outside], cine[:, outside])
    assert not np.array_equal(shown.frames, cine)
    assert np.array_equal(burned(cine, 5, kind).frames, shown.frames)


def test_text_in_one_frame_is_in_one_frame(cine):
    shown = burned(cine, 5, "one_frame")
    assert sum(not np.array_equal(a, b) for a, b in zip(shown.frames, cine, strict=True)) == 1


def test_numbered_layouts_are_visible_and_of_every_kind():
    found = [corpus.layout(number) for number in range(len(LAYOUTS))]
    assert {one.kind for one in found} == set(LAYOUTS)
    assert min(one.contrast for one in found) >= LEAST_CONTRAST
    assert all(one.known for one in found)


def test_a_layout_that_nobody_could_read_is_not_numbered(monkeypatch):
    monkeypatch.setattr(corpus, "LEAST_CONTRAST", 1e9)
    with pytest.raises(ValueError, match="0"):
        corpus.layout(0)


def test_clean_slices_follow_the_contrasts_and_look_alikes_only_add_marks():
    assert {"cine", "lge", "psir", "localizer"} <= set(CONTRASTS)
    slices = [corpus.clean(number) for number in range(6)]
    assert {one.shape[0] for one in slices} == {1, 4}
    assert not np.array_equal(corpus.look_alike(0), corpus.clean(0))
    assert np.array_equal(with_look_alikes(slices[0], 0), corpus.look_alike(0))


def test_letters_are_drawn_with_or_without_the_large_font(monkeypatch):
    inks.font.cache_clear()
    large = inks.written(["Novak"], 12)
    inks.font.cache_clear()
    monkeypatch.setattr(inks.importlib.util, "find_spec", lambda name: None)
    small = inks.written(["Novak"], 12)
    inks.font.cache_clear()
    assert large.shape != small.shape
    assert small.max() > 0.9


def test_files_of_a_series_get_lines_in_their_corner(cmr_exam, tmp_path):
    files = [path for path in cmr_exam().files if path.parent.name == "SE000002"]
    for before, after in zip(files, burn_files(files, tmp_path / "out", ["Quist"]), strict=True):
        old, new = pydicom.dcmread(before), pydicom.dcmread(after)
        assert old.PatientName == new.PatientName
        assert np.array_equal(old.pixel_array[20:], new.pixel_array[20:])
        assert not np.array_equal(old.pixel_array[:20], new.pixel_array[:20])
