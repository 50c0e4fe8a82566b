"""What is drawn in one exact value, and what only looks like it; images that stand for a slice position."""

import numpy as np
import pytest

from cmr_deid.pixels.projections import evened, most_new_strokes, project, visible
from cmr_deid.pixels.strokes import drawn_fields, inked_places, noise_of, strokes_of
from cmr_testkit.burned import ink as inks


@pytest.fixture
def tissue():
    return np.random.default_rng(3).normal(300, 9, (128, 128)).clip(0).astype(np.uint16)


def drawn(image, ink, row=20, column=20):
    result = image.astype(np.float32)
    window = result[row : row + ink.shape[0], column : column + ink.shape[1]]
    window += ink[: window.shape[0], : window.shape[1]] * (1500 - window)
    return result.astype(np.uint16)


def fields(image):
    return drawn_fields(image, strokes_of(image))


def test_bar_codes_and_matrix_codes_are_fields(tissue):
    rng = np.random.default_rng(5)
    assert fields(drawn(tissue, inks.bar_code(rng, 24, 16)))
    assert fields(drawn(tissue, inks.qr_code(rng, 2)))


def test_tissue_a_ruler_a_line_and_a_frame_are_none(tissue):
    assert fields(tissue) == []
    assert fields(drawn(tissue, inks.ruler(90, 8))) == []
    assert fields(drawn(tissue, np.ones((100, 2), np.float32))) == []
    frame = np.zeros((80, 80), np.float32)
    frame[:2], frame[-2:], frame[:, :2], frame[:, -2:] = 1, 1, 1, 1
    assert fields(drawn(tissue, frame)) == []


def test_noise_is_measured_where_neighbors_differ(tissue):
    assert noise_of(tissue) == pytest.approx(9, rel=0.15)
    assert noise_of(np.zeros((9, 9), np.uint16)) == 1.0


def test_the_density_of_nothing_is_nothing(tissue):
    assert strokes_of(tissue).density(np.zeros(tissue.shape, bool)) == 0.0


def test_an_image_of_one_value_can_be_shown():
    flat = np.full((40, 40), 7, np.uint16)
    flat[3, 3] = 9
    assert visible(flat).max() == 255
    assert visible(np.zeros((40, 40), np.uint16)).max() == 0
    assert evened(flat).shape == flat.shape


def test_the_frame_that_differs_is_found(tissue):
    frames = np.stack([tissue] * 5)
    frames[3] = drawn(tissue, inks.written(["Novak"], 12))
    assert most_new_strokes(frames) == 3
    assert len(project(frames).grays) == 3
    assert len(project(frames[:1]).grays) == 2


def places(image):
    return inked_places(image, strokes_of(image))


def test_letters_of_any_script_are_inked_places(tissue):
    for ink in (
        inks.written(["Novak Anna"], 10, smooth=False),
        inks.chinese("王小明", 16),
        inks.written(["ﻲﻠﻋ ﺪﻤﺤﻣ"], 16, smooth=False),
        inks.turned(inks.written(["Novak Anna"], 10, smooth=False), 90),
    ):
        [found] = places(drawn(tissue, ink))[:1]
        assert 15 <= found[0] <= 20 + ink.shape[0]
        assert 15 <= found[1] <= 20 + ink.shape[1]


def test_tissue_a_letter_a_ruler_and_a_value_that_was_cut_off_are_none(tissue):
    assert places(tissue) == []
    assert places(drawn(tissue, inks.written(["R"], 14))) == []
    assert places(drawn(tissue, inks.ruler(90, 8))) == []
    assert places(np.minimum(drawn(tissue, inks.written(["Novak"], 12)), 312)) == []
    assert places(drawn(tissue, np.ones((60, 2), np.float32))) == []
    assert places(drawn(tissue, inks.written(["Novak Anna"], 12, smooth=False)) // 100) == []
    broken = np.ones((90, 7), np.float32)
    broken[:, :6] = 0
    broken[44:46] = 0
    broken[::8] = 1
    assert places(drawn(tissue, broken)) == []
