"""The heart's formulas: volumes are what they claim, muscle is conserved, segments fill the wall."""

import numpy as np
import pytest

from cmr_testkit.heart import MYOCARDIUM_G_ML, Heart, draw_heart_size, rv_volume_ml, systole_for
from cmr_testkit.infarct import Infarct, infarct_cover, infarct_mass_g


@pytest.fixture
def heart():
    return Heart(draw_heart_size(np.random.default_rng(3), female=False, infarct=False))


def shell_volume_ml(part):
    z = np.linspace(part.base_z, part.apex_z, 4001)
    return float(np.trapezoid(np.pi * part.radius_at(z) ** 2, z)) / 1000


@pytest.mark.parametrize("time", [0.0, 0.36, 0.7])
def test_cavity_and_wall_have_the_volumes_of_the_truth(heart, time):
    beat = heart.at(time)
    size = heart.size
    wanted = size.lv_esv_ml + (size.lv_edv_ml - size.lv_esv_ml) * beat.fill

    assert shell_volume_ml(beat.endo) == pytest.approx(wanted, rel=1e-3)
    wall = shell_volume_ml(beat.epi) - shell_volume_ml(beat.endo)
    assert wall * MYOCARDIUM_G_ML == pytest.approx(size.lv_mass_g, rel=5e-3)


def test_the_right_ventricle_has_its_volume_at_both_ends(heart):
    for time, wanted in ((0.0, heart.size.rv_edv_ml), (0.36, heart.size.rv_esv_ml)):
        beat = heart.at(time)
        assert rv_volume_ml(beat.rv, beat.epi) == pytest.approx(wanted, abs=0.1)


def test_the_right_ventricle_agrees_with_counting_voxels(heart):
    beat = heart.at(0.0)
    grid = np.arange(-100, 110, 1.5)
    x, y, z = np.meshgrid(grid, grid, grid[grid > 0], indexing="ij")
    shrink = np.maximum(beat.rv.profile(z), 1e-9)
    body = ((x + beat.rv.offset * shrink) / beat.rv.width) ** 2 + (y / beat.rv.height) ** 2 < shrink**2
    body &= (z > beat.rv.base_z) & (z < beat.rv.apex_z) & (np.hypot(x, y) > beat.epi.radius_at(z))

    assert body.sum() * 1.5**3 / 1000 == pytest.approx(heart.size.rv_edv_ml, rel=0.03)


def test_the_whole_wall_as_infarct_weighs_as_much_as_the_wall(heart):
    beat = heart.at(0.78)
    mass = infarct_mass_g(beat, Infarct(tuple(range(1, 18)), 1.0))

    assert mass == pytest.approx(heart.size.lv_mass_g, rel=0.01)


def test_the_painted_infarct_covers_as_much_as_its_mass(heart):
    beat, infarct = heart.at(0.78), Infarct((7, 8, 13, 14, 17), 0.7)
    grid = np.arange(-45, 45, 1.0, dtype=np.float32)
    x, y, z = np.meshgrid(grid, grid, np.arange(0, 115, 1.0, dtype=np.float32), indexing="ij")
    radius = np.hypot(x, y)
    wall = (radius < beat.epi.radius_at(z)) & (radius >= beat.endo.radius_at(z))
    cover = infarct_cover(beat, infarct, x, y, z, 1.0) * wall

    assert cover.sum() / 1000 * MYOCARDIUM_G_ML == pytest.approx(infarct_mass_g(beat, infarct), rel=0.06)


@pytest.mark.parametrize("phases", [3, 11, 12, 25, 30])
def test_end_systole_is_a_sampled_phase(phases):
    assert (systole_for(phases) * phases) % 1 == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("transmurality", "code"), [(0.2, 1), (0.4, 2), (0.5, 2), (0.74, 3), (0.95, 4)])
def test_the_answer_code_is_the_quarter_of_the_wall(transmurality, code):
    assert Infarct((1,), transmurality).aha_code == code
