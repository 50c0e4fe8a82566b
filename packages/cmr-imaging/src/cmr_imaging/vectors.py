"""Three-vectors in the patient coordinate system (LPS, mm; PS3.3 C.7.6.2.1.1)."""

import math

Vector = tuple[float, float, float]
Orientation = tuple[float, float, float, float, float, float]


def dot(a: Vector, b: Vector) -> float:
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Vector product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def unit(a: Vector) -> Vector | None:
    """The vector scaled to length 1; None where it has no length."""
    length = math.sqrt(dot(a, a))
    if length < 1e-9:
        return None
    return (a[0] / length, a[1] / length, a[2] / length)


def reject(a: Vector, axis: Vector) -> Vector:
    """The part of `a` that is perpendicular to the unit vector `axis`."""
    along = dot(a, axis)
    return (a[0] - along * axis[0], a[1] - along * axis[1], a[2] - along * axis[2])


def normal_of(orientation: Orientation | None) -> Vector | None:
    """Unit normal of a plane given as ImageOrientationPatient; None where it is absent or degenerate."""
    if orientation is None:
        return None
    row, column = orientation[:3], orientation[3:]
    return unit(cross(row, column))
