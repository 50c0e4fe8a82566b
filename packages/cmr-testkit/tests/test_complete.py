"""The complete protocol: every kind of series is there, and its images show what the truth says."""

import numpy as np
import pytest
from measuring import radii

from cmr_testkit.acquire import exam_headers, instances_of, timed_shots
from cmr_testkit.complete import KINDS
from cmr_testkit.drawn import default_protocol
from cmr_testkit.exam import plan_exam
from cmr_testkit.flow import VESSELS
from cmr_testkit.protocol import LGE_TIME
from cmr_testkit.screen import write_text
from cmr_testkit.vendors import VENDORS


def images_of(exam, *labels):
    """(shot, rescaled pixels, dataset) of every image of the series with one of these labels."""
    for series, shots in timed_shots(exam):
        if series.label in labels:
            at = 0
            for _, dataset in instances_of(exam, series, shots):
                kind = np.int16 if dataset.PixelRepresentation else np.uint16
                frames = np.frombuffer(dataset.PixelData, kind).reshape(-1, dataset.Rows, dataset.Columns)
                for i, frame in enumerate(frames):
                    slope, intercept = scaling(dataset, i)
                    yield shots[at], frame * slope + intercept, dataset
                    at += 1


def scaling(dataset, frame):
    """Slope and intercept of a frame of a classic or an Enhanced instance."""
    if "PerFrameFunctionalGroupsSequence" in dataset:
        dataset = dataset.PerFrameFunctionalGroupsSequence[frame].PixelValueTransformationSequence[0]
    return float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))


def measured_flow(exam, view):
    """Volumes in mL that pass the vessel in each phase: velocity summed over bright blood around the center."""
    vendor, vessel = exam.vendor, VESSELS[view]
    bright, volumes = {}, []
    for shot, values, _ in images_of(exam, *(f"flow_{view}{end}" for end in ("", "_magnitude", "_phase"))):
        rows, columns = np.mgrid[: values.shape[0], : values.shape[1]]
        spacing, half = shot.plane.spacing, (shot.plane.pixels - 1) / 2
        if shot.step.component == "M":
            # the vessel moves with the base of the heart, a good centimeter at most
            near = np.hypot(rows - half, columns - half) * spacing < vessel.radius + 16
            bright[shot.phase] = near & (values > 0.4 * values[near].max())
            continue
        if vendor.startswith("siemens"):
            values = values / 4096 * shot.series.venc_cm_s
        velocity = values / 10 if vendor == "ge" else values
        seconds = shot.rr_ms / 1000 / shot.series.phases
        inside = bright[shot.phase % shot.series.phases]
        volumes.append(velocity[inside].sum() * (spacing / 10) ** 2 * seconds)
    return volumes


@pytest.mark.parametrize("vendor", ["siemens", "siemens-xa", "ge", "philips"])
@pytest.mark.parametrize("view", ["ao", "pa"])
def test_the_net_flow_is_measured_on_the_velocity_images(vendor, view):
    exam = plan_exam(vendor=vendor, size="small", seed=4, protocol="complete")

    volumes = measured_flow(exam, view)

    assert len(volumes) == 12
    assert sum(volumes) == pytest.approx(exam.truth["flow"][view]["net_ml"], rel=0.03)


def test_forward_flow_is_the_stroke_volume_without_aliasing():
    exam = plan_exam(vendor="philips", size="small", seed=4, protocol="complete")

    for view in ("ao", "pa"):
        volumes = measured_flow(exam, view)
        forward = sum(volume for volume in volumes if volume > 0)
        assert forward == pytest.approx(exam.truth[f"{view}_fwd_ml"], rel=0.03)


def wall(shot, exam):
    """Distances in mm between which the left ventricular wall of a short-axis image surely lies."""
    beat, level = exam.scene.heart.at(LGE_TIME), level_of(shot, exam)
    inner, outer = (float(part.radius_at(np.array([level]))[0]) for part in (beat.endo, beat.epi))
    return inner + 0.35 * (outer - inner), outer - 0.35 * (outer - inner)


def level_of(shot, exam):
    frame = exam.scene.frame
    return float((shot.plane.center - frame.origin) @ frame.apex)


def lateral(shot, values, dataset, exam, low, high):
    """Values of the free wall: right of the long axis, between two distances from it."""
    away = radii(dataset, exam.truth)
    columns = np.mgrid[: values.shape[0], : values.shape[1]][1]
    middle = np.argmin(away.min(axis=0))
    return values[(away > low) & (away < high) & (columns > middle + 5)]


@pytest.mark.parametrize(
    ("label", "wall_item", "blood_item"),
    [
        ("t1_map_sax_native", "native_t1_ms", "native_t1_blood_ms"),
        ("t1_map_sax_post", "post_t1_ms", "post_t1_blood_ms"),
        ("t2_map_sax", "t2_myo_ms", None),
        ("t2star_map_sax", "t2star_septal_ms", None),
    ],
)
def test_maps_show_the_planted_times(label, wall_item, blood_item):
    exam = plan_exam(vendor="siemens", size="small", seed=4, protocol="complete")

    for shot, values, dataset in images_of(exam, label):
        low, high = wall(shot, exam)
        found = np.median(lateral(shot, values, dataset, exam, low, high))
        assert found == pytest.approx(exam.truth[wall_item], rel=0.05)
        if blood_item:
            blood = np.median(values[radii(dataset, exam.truth) < 8])
            assert blood == pytest.approx(exam.truth[blood_item], rel=0.03)


def test_the_ti_scout_is_darkest_at_the_null_point():
    exam = plan_exam(vendor="ge", size="small", seed=4, protocol="complete")
    signal = {}
    for shot, values, dataset in images_of(exam, "ti_scout_sax"):
        beat, level = exam.scene.heart.at(shot.step.time), np.array([level_of(shot, exam)])
        inner, outer = (float(part.radius_at(level)[0]) for part in (beat.endo, beat.epi))
        third = (outer - inner) / 3
        inside = lateral(shot, values, dataset, exam, inner + third, outer - third)
        signal[float(dataset.InversionTime)] = float(np.median(inside))

    darkest = min(signal, key=signal.get)
    assert abs(darkest - exam.truth["ti_null_ms"]) == min(abs(t - exam.truth["ti_null_ms"]) for t in signal)


def test_first_pass_brightens_blood_before_the_wall():
    exam = plan_exam(vendor="ge", size="small", seed=4, protocol="complete")
    blood, muscle = [], []
    for shot, values, dataset in images_of(exam, "perfusion_sax_stress"):
        if shot.slice_index == 0:
            low, high = wall(shot, exam)
            blood.append(np.median(values[radii(dataset, exam.truth) < 8]))
            muscle.append(np.median(lateral(shot, values, dataset, exam, low, high)))

    assert np.argmax(blood) < np.argmax(muscle)
    assert max(blood) > 3 * blood[0]
    assert max(muscle) > 1.5 * muscle[0]


def test_a_mosaic_holds_its_slices_as_tiles_around_the_first():
    exam = plan_exam(vendor="siemens", size="tiny", protocol="complete")
    series, shots = next((s, shots) for s, shots in timed_shots(exam) if s.tiles)
    _, image = next(instances_of(exam, series, shots))
    pixels = np.frombuffer(image.PixelData, np.uint16).reshape(image.Rows, image.Columns).astype(float)
    first = series.tiles[0]

    assert pixels.shape == (2 * first.pixels, 2 * first.pixels)
    tiles = [pixels[r : r + first.pixels, c : c + first.pixels] for r in (0, 64) for c in (0, 64)]
    assert all(tile.mean() > 20 for tile in tiles)
    assert not np.allclose(tiles[0], tiles[3], atol=60)
    row, column = np.array(image.ImageOrientationPatient, float).reshape(2, 3)
    shift = first.pixels / 2 * first.spacing * (row + column)
    assert np.array(image.ImagePositionPatient, float) + shift == pytest.approx(first.position, abs=1e-3)


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_every_vendor_has_every_kind(vendor):
    exam = plan_exam(vendor=vendor, size="tiny", protocol="complete")

    assert {series.kind for series in exam.series} == set(KINDS)
    assert len({series.label for series in exam.series}) >= 29


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_the_truth_counts_the_images_of_a_complete_exam(vendor):
    exam = plan_exam(vendor=vendor, size="tiny", protocol="complete")
    frames = [int(dataset.get("NumberOfFrames", 1)) for _, dataset in exam_headers(exam)]

    assert sum(frames) == exam.truth["instances"]


@pytest.mark.parametrize(
    ("size", "low", "high"), [("tiny", 90, 125), ("small", 300, 400), ("full", 900, 1100)]
)
def test_a_complete_exam_has_a_stated_size(size, low, high):
    exam = plan_exam(vendor="philips", size=size, protocol="complete")

    assert low <= exam.truth["instances"] <= high
    assert default_protocol(size) == ("complete" if size == "full" else "basic")


def test_times_of_the_exam_run_forward_and_contrast_comes_before_its_images():
    exam = plan_exam(vendor="siemens", size="small", protocol="complete")
    starts = {series.label: shots[0].moment for series, shots in timed_shots(exam)}
    given = exam.session.injected

    assert list(starts.values()) == sorted(starts.values())
    assert starts["t1_map_sax_native"] < given <= starts["perfusion_sax_stress"]
    assert (starts["lge_sax"] - given).total_seconds() >= 12 * 60
    assert (starts["t1_map_sax_post"] - given).total_seconds() >= 16 * 60


def test_a_screen_save_is_a_secondary_capture_with_the_name_in_its_pixels():
    for vendor in VENDORS:
        exam = plan_exam(vendor=vendor, size="tiny", protocol="complete")
        series, shots = list(timed_shots(exam))[-1]
        _, image = next(instances_of(exam, series, shots))
        pixels = np.frombuffer(image.PixelData, np.uint8).reshape(image.Rows, image.Columns)
        name = str(image.PatientName).split("^")
        expected = np.zeros_like(pixels)
        write_text(expected, f"{name[1]} {name[0]}", 8, 8)
        assert image.SOPClassUID == "1.2.840.10008.5.1.4.1.1.7"
        assert (image.ImageType[2], image.BurnedInAnnotation) == ("SCREEN SAVE", "YES")
        assert expected.any()
        assert np.all(pixels[expected > 0] == 255)
