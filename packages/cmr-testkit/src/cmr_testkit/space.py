"""Planes through the patient: every image is a cut with a true position and orientation.

Patient coordinates are DICOM's (PS3.3 C.7.6.2): x to the left, y to the back, z to the head, in mm.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Plane:
    """One image plane.

    Attributes:
        center: patient coordinates of the image center in mm.
        row, column: unit vectors along increasing column index and increasing row index.
        pixels: rows and columns of the square image.
        spacing: pixel spacing in mm.
        thickness: slice thickness in mm.
    """

    center: Vector
    row: Vector
    column: Vector
    pixels: int
    spacing: float
    thickness: float

    @property
    def normal(self) -> Vector:
        """Unit vector perpendicular to the plane, row x column."""
        (a, b, c), (d, e, f) = self.row.tolist(), self.column.tolist()
        return np.array([b * f - c * e, c * d - a * f, a * e - b * d])

    @property
    def position(self) -> Vector:
        """Center of the first pixel: ImagePositionPatient."""
        half = (self.pixels - 1) / 2 * self.spacing
        return np.asarray(self.center - half * (self.row + self.column))

    def points(self, offset: float = 0.0) -> Points:
        """Patient coordinates of all pixel centers, shape (3, rows, columns), `offset` mm along the normal."""
        steps = np.arange(self.pixels) * self.spacing
        start = self.position + offset * self.normal
        grid = (start[i] + steps[:, None] * self.column[i] + steps[None, :] * self.row[i] for i in range(3))
        return np.stack([part.astype(np.float32) for part in grid])


@dataclass(frozen=True, slots=True)
class HeartFrame:
    """Where the heart lies: origin and axes of the heart coordinates in patient coordinates."""

    origin: Vector
    lateral: Vector
    anterior: Vector
    apex: Vector

    def at(self, x: float, y: float, z: float) -> Vector:
        """Patient coordinates of a point given in heart coordinates (mm)."""
        return np.asarray(self.origin + x * self.lateral + y * self.anterior + z * self.apex)

    def local(self, points: Points) -> Points:
        """Heart coordinates of patient points, same shape."""
        axes = np.stack([self.lateral, self.anterior, self.apex]).astype(np.float32)
        away = points - self.origin.astype(np.float32)[:, None, None]
        return np.asarray(np.einsum("ij,jrc->irc", axes, away))


def unit(vector: Vector) -> Vector:
    """The vector at length 1."""
    return np.asarray(vector / np.linalg.norm(vector))


def draw_frame(rng: np.random.Generator) -> HeartFrame:
    """A heart in its usual place, tilted by a few degrees from patient to patient."""
    apex = unit(np.array([0.63, -0.66, -0.41]) + rng.normal(0, 0.04, 3))
    lateral = np.array([0.71, 0.70, -0.03]) + rng.normal(0, 0.03, 3)
    lateral = unit(lateral - np.dot(lateral, apex) * apex)
    center = np.array([42.0, -22.0, 0.0]) + rng.normal(0, 3, 3)
    return HeartFrame(center - 45 * apex, lateral, np.cross(apex, lateral), apex)


def short_axis(frame: HeartFrame, z: float, pixels: int, spacing: float, thickness: float) -> Plane:
    """A short-axis plane at `z` mm below the mitral plane: anterior up, septum left."""
    return Plane(frame.at(-10, 0, z), frame.lateral, -frame.anterior, pixels, spacing, thickness)


def long_axis(
    frame: HeartFrame, view: str, shift: float, pixels: int, spacing: float, thickness: float
) -> Plane:
    """A long-axis plane `4ch`, `2ch` or `3ch`, moved by `shift` mm along its normal, turned as readers hang it."""
    if view == "4ch":
        across = math.cos(0.2) * frame.lateral + math.sin(0.2) * frame.anterior
        turn = 0.6
        row = math.cos(turn) * across + math.sin(turn) * frame.apex
        column = math.sin(turn) * across - math.cos(turn) * frame.apex
        middle = frame.at(-14, -4, 26)
    else:
        angle = math.pi / 2 if view == "2ch" else 0.75 * math.pi
        across = math.cos(angle) * frame.lateral + math.sin(angle) * frame.anterior
        turn = 0.35
        row = -math.cos(turn) * frame.apex - math.sin(turn) * across
        column = math.sin(turn) * frame.apex - math.cos(turn) * across
        middle = frame.at(0, 0, 26)
    middle = middle + shift * np.cross(row, column)
    return Plane(middle, row, column, pixels, spacing, thickness)


def orthogonal(kind: str, center: Vector, pixels: int, spacing: float, thickness: float) -> Plane:
    """A localizer plane: `axial`, `coronal` or `sagittal`."""
    left, back, down = np.eye(3)[0], np.eye(3)[1], -np.eye(3)[2]
    row, column = {"axial": (left, back), "coronal": (left, down), "sagittal": (back, down)}[kind]
    return Plane(center, row, column, pixels, spacing, thickness)
