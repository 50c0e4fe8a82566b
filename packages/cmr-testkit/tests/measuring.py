"""How a reader measures: areas of the blood pool on short-axis images, summed over the stack."""

import functools

import numpy as np
import pydicom


def read_all(exam):
    return read_files(exam.files)


@functools.lru_cache
def read_files(files):
    return [pydicom.dcmread(file) for file in files]


def long_axis_level(image, truth):
    """Distance in mm of a short-axis slice below the end-diastolic mitral plane."""
    away = slice_center(image) - np.array(truth["heart_origin_patient_mm"])
    return float(away @ np.array(truth["long_axis_patient"]))


def slice_center(image):
    row, column = np.array(image.ImageOrientationPatient, float).reshape(2, 3)
    half = (image.Rows - 1) / 2 * float(image.PixelSpacing[0])
    return np.array(image.ImagePositionPatient, float) + half * (row + column)


def is_short_axis(image, truth):
    row, column = np.array(image.ImageOrientationPatient, float).reshape(2, 3)
    return abs(np.cross(row, column) @ np.array(truth["long_axis_patient"])) > 0.99


def axis_pixel(image, truth):
    """(row, column) where the long axis of the heart passes through a short-axis image."""
    row, column = np.array(image.ImageOrientationPatient, float).reshape(2, 3)
    away = np.array(truth["heart_origin_patient_mm"]) - np.array(image.ImagePositionPatient, float)
    spacing = float(image.PixelSpacing[0])
    return round(float(away @ column) / spacing), round(float(away @ row) / spacing)


def radii(image, truth):
    """Distance in mm of every pixel from the long axis."""
    row, column = axis_pixel(image, truth)
    rows, columns = np.mgrid[: image.Rows, : image.Columns]
    return np.hypot(rows - row, columns - column) * float(image.PixelSpacing[0])


def cavity_area_mm2(image, truth):
    """Area of the bright pool around the long axis, papillary muscles filled in, after thresholding."""
    pixels = image.pixel_array.astype(float)
    middle = axis_pixel(image, truth)
    blood = np.median(pixels[middle[0] - 2 : middle[0] + 3, middle[1] - 2 : middle[1] + 3])
    pool = connected(pixels > 0.65 * blood, middle)
    filled = sum(int(np.ptp(np.flatnonzero(line))) + 1 for line in pool if line.any())
    return filled * float(image.PixelSpacing[0]) ** 2


def connected(mask, seed):
    """The part of the mask that is joined to the seed pixel."""
    grown = np.zeros_like(mask)
    grown[seed] = mask[seed]
    size = -1
    while grown.sum() != size:
        size = grown.sum()
        wider = grown.copy()
        wider[1:] |= grown[:-1]
        wider[:-1] |= grown[1:]
        wider[:, 1:] |= grown[:, :-1]
        wider[:, :-1] |= grown[:, 1:]
        grown = wider & mask
    return grown


def cavity_volume_ml(exam, phase, base_mm):
    """Volume of the left ventricle at a phase (from 0): areas times the distance of the slices."""
    truth, areas = exam.truth, {}
    for image in read_all(exam):
        if not is_short_axis(image, truth) or image.get("CardiacNumberOfImages") is None:
            continue
        level = round(long_axis_level(image, truth), 1)
        number = (image.InstanceNumber - 1) % image.CardiacNumberOfImages
        if number == phase and level > base_mm:
            areas[level] = cavity_area_mm2(image, truth)
    return sum(areas.values()) * truth["sax_spacing_mm"] / 1000
