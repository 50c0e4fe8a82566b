"""The truth of an exam is in its images: what is measured on the files is what the JSON says."""

import json

import numpy as np
import pytest
from measuring import cavity_volume_ml, is_short_axis, radii, read_all


@pytest.mark.parametrize("vendor", ["siemens", "ge"])
@pytest.mark.parametrize("size", ["tiny", "small"])
def test_the_end_diastolic_volume_is_measured_on_the_images(cmr_exam, vendor, size):
    exam = cmr_exam(vendor=vendor, size=size, seed=4)

    measured = cavity_volume_ml(exam, phase=0, base_mm=0.0)

    assert measured == pytest.approx(exam.truth["lv_edv_ml"], rel=0.03)


@pytest.mark.parametrize("seed", [4, 6])
def test_the_ejection_fraction_is_measured_on_the_images(cmr_exam, seed):
    exam = cmr_exam(vendor="ge", size="small", seed=seed)
    truth = exam.truth

    edv = cavity_volume_ml(exam, phase=0, base_mm=0.0)
    esv = cavity_volume_ml(exam, phase=truth["es_phase"], base_mm=truth["mitral_plane_es_mm"] - 4)

    assert 100 * (edv - esv) / edv == pytest.approx(truth["lv_ef_pct"], abs=2.5)


def test_the_ventricle_is_smallest_at_the_end_systolic_phase(cmr_exam):
    exam = cmr_exam(vendor="ge", size="small", seed=4)
    base = exam.truth["mitral_plane_es_mm"] + 4

    volumes = [cavity_volume_ml(exam, phase, base) for phase in range(exam.truth["phases"])]

    assert int(np.argmin(volumes)) == exam.truth["es_phase"]
    assert volumes[0] == max(volumes)


def test_both_ventricles_eject_the_same_volume(cmr_exam):
    truth = cmr_exam().truth

    assert truth["rv_edv_ml"] - truth["rv_esv_ml"] == pytest.approx(truth["lv_sv_ml"], abs=0.2)


def late_images(exam):
    return [image for image in read_all(exam) if image.get("InversionTime") == 320]


def bright_in_wall(image, truth):
    """Pixels at least twice as bright as blood, within reach of the left ventricle."""
    pixels, away = image.pixel_array.astype(float), radii(image, truth)
    blood = np.median(pixels[away < 9])
    return (pixels > 1.7 * blood) & (away < 33)


@pytest.mark.parametrize("territory", ["lad", "rca", "lcx"])
def test_the_infarct_lies_in_its_segments_and_has_its_mass(cmr_exam, territory):
    exam = cmr_exam(vendor="ge", size="small", seed=6, infarct=territory)
    images = [image for image in late_images(exam) if is_short_axis(image, exam.truth)]

    area = sum(
        bright_in_wall(image, exam.truth).sum() * float(image.PixelSpacing[0]) ** 2 for image in images
    )
    mass = area * exam.truth["sax_spacing_mm"] / 1000 * 1.05

    assert mass == pytest.approx(exam.truth["infarct"]["mass_g"], rel=0.35)
    assert 4 < exam.truth["infarct"]["pct_lv"] < 45


def test_an_anterior_infarct_is_bright_above_and_left_of_the_cavity(cmr_exam):
    exam = cmr_exam(vendor="ge", size="small", seed=6, infarct="lad")
    image = late_images(exam)[3]
    rows, _ = np.nonzero(bright_in_wall(image, exam.truth))
    middle = (image.Rows - 1) / 2

    assert exam.truth["infarct"]["segments"] == [7, 8, 13, 14, 17]
    assert rows.mean() < middle
    assert rows.size > 5


def test_the_remote_wall_is_nulled_and_blood_lies_between(cmr_exam):
    exam = cmr_exam(vendor="ge", size="small", seed=6)
    image = late_images(exam)[2]
    pixels, away = image.pixel_array.astype(float), radii(image, exam.truth)

    wall = np.array([pixels[(away > r) & (away < r + 2.5)].mean() for r in range(20, 40)]).min()

    assert wall / np.median(pixels[away < 9]) < 0.35


def test_without_an_infarct_nothing_in_the_wall_enhances(cmr_exam):
    exam = cmr_exam(vendor="ge", size="small", seed=6)

    assert exam.truth["infarct"]["mass_g"] == 0
    assert not any(
        bright_in_wall(image, exam.truth)[radii(image, exam.truth) < 25].any() for image in late_images(exam)
    )


def test_the_truth_says_that_it_is_synthetic_and_how_papillary_muscles_count(cmr_exam):
    exam = cmr_exam()
    written = json.loads(exam.truth_path.read_text())

    assert written == exam.truth
    assert written["label"].startswith("SYNTHETIC")
    assert "lv_papillary = 1" in written["papillary_convention"]
    assert written["lv_mass_g"] > 60


def test_images_carry_noise_and_contrast_of_a_cine(cmr_exam):
    exam = cmr_exam(vendor="ge", size="small", seed=4)
    image = next(i for i in read_all(exam) if is_short_axis(i, exam.truth) and i.InstanceNumber == 25)
    pixels, away = image.pixel_array.astype(float), radii(image, exam.truth)
    blood, bright = np.median(pixels[away < 9]), np.percentile(pixels, 99.5)
    wall = np.array([pixels[(away > r) & (away < r + 2.5)].mean() for r in range(20, 40)]).min()

    assert 30 < 100 * (blood - wall) / bright < 65
    corners = [
        pixels[rows, columns]
        for rows in (slice(5), slice(-5, None))
        for columns in (slice(5), slice(-5, None))
    ]
    assert 3 < min(corner.std() for corner in corners) < 15
