"""Images of the phantom: tissues painted one over the other with soft edges (partial volume), coil and noise.

Every shape gives a signed distance in mm (positive inside). A pixel's share of a shape falls linearly over one
pixel around its edge, which is the area it covers; cuts through the slice are averaged over its thickness.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmr_testkit.heart import Beat, Heart, RightVentricle, Shell
from cmr_testkit.infarct import Infarct, infarct_cover
from cmr_testkit.space import HeartFrame, Plane
from cmr_testkit.tissue import Contrast, thorax

Array = NDArray[np.float32]
Words = NDArray[np.uint16]
Triple = tuple[float, float, float]

HEART_REACH_MM = 112.0
SMALL = np.float32(1e-6)
MARGIN_PIXELS = 3


def ellipsoid(points: Array, center: Triple, semi: Triple) -> Array:
    """Approximate signed distance in mm to an ellipsoid, points (3, ...)."""
    inner = outer = np.float32(0)
    for axis in range(3):
        scaled = (points[axis] - np.float32(center[axis])) * np.float32(1 / semi[axis])
        inner = inner + scaled * scaled
        scaled *= np.float32(1 / semi[axis])
        outer = outer + scaled * scaled
    k0, k1 = np.sqrt(inner), np.sqrt(outer)
    return np.asarray(k0 * (1 - k0) / np.maximum(k1, SMALL))


def capsule(points: Array, start: Triple, end: Triple, radius: float) -> Array:
    """Signed distance in mm to a tube with round ends, points (3, ...)."""
    away = [points[axis] - np.float32(start[axis]) for axis in range(3)]
    along = [np.float32(end[axis] - start[axis]) for axis in range(3)]
    share = away[0] * along[0] + away[1] * along[1] + away[2] * along[2]
    share = np.clip(share * np.float32(1 / sum(float(v) ** 2 for v in along)), 0, 1)
    squared = np.float32(0)
    for axis in range(3):
        part = away[axis] - share * along[axis]
        squared = squared + part * part
    return np.asarray(np.float32(radius) - np.sqrt(squared))


def cuts(plane: Plane, center: Triple, semi: Triple) -> bool:
    """Whether the plane passes through the ellipsoid (its support width along the normal reaches it)."""
    normal = plane.normal.tolist()
    width = math.hypot(*(n * s for n, s in zip(normal, semi, strict=True)))
    away = sum(n * (c - p) for n, c, p in zip(normal, center, plane.center.tolist(), strict=True))
    return bool(abs(away) < width + plane.spacing)


def shell(radius: Array, z: Array, part: Shell) -> Array:
    """Signed distance in mm to a shell of the left ventricle."""
    down, big, length = z - part.center_z, np.float32(part.radius), np.float32(part.semi_length)
    k0 = np.sqrt((radius / big) ** 2 + (down / length) ** 2)
    k1 = np.sqrt((radius / big**2) ** 2 + (down / length**2) ** 2)
    return np.asarray(
        np.minimum(k0 * (1 - k0) / np.maximum(k1, SMALL), z - np.float32(part.base_z)), np.float32
    )


def right_ventricle(x: Array, y: Array, z: Array, rv: RightVentricle) -> Array:
    """Signed distance in mm to the body of the right ventricle (the left one not yet taken out)."""
    shrink = np.maximum(rv.profile(z), np.float32(0.05))
    wide, high = np.float32(rv.width) * shrink, np.float32(rv.height) * shrink
    across, up = (x + np.float32(rv.offset) * shrink) / wide, y / high
    k0 = np.hypot(across, up)
    k1 = np.hypot(across / wide, up / high)
    body = k0 * (1 - k0) / np.maximum(k1, SMALL)
    return np.asarray(np.minimum(np.minimum(body, z - np.float32(rv.base_z)), rv.apex_z - z), np.float32)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is in the scanner: a heart in its place in a chest of some size, perhaps with an infarct."""

    heart: Heart
    frame: HeartFrame
    infarct: Infarct
    body_scale: float


class Cut:
    """One slice through a scene, prepared once and painted for any moment of the beat."""

    def __init__(self, scene: Scene, plane: Plane, contrast: Contrast, layers: int = 2) -> None:
        self.scene, self.plane, self.contrast = scene, plane, contrast
        self.edge = np.float32(plane.spacing)
        points = plane.points()
        front = (points[1] + 115) / 110
        shading = 0.86 + 0.3 * np.exp(-front)
        self.coil = (np.ones_like(shading) if contrast.flat else shading).astype(np.float32)
        self.still = self._paint_thorax(points)
        self._look_at(*self._reach(points), layers)
        self._look_at(*self._moving(), layers)

    def _look_at(self, rows: slice, columns: slice, layers: int) -> None:
        """Prepare the heart coordinates of the window in which the heart is painted."""
        self.rows, self.columns = rows, columns
        offsets = _offsets(self.plane.thickness, layers)
        self.local = [self._heart_points(offset) for offset in offsets]
        self.texture = [_texture(local) for local in self.local]

    def _moving(self) -> tuple[slice, slice]:
        """The smallest window that holds the heart at its largest and at its smallest."""
        heart = self.scene.heart
        empty = self.contrast.zero + (self.still - np.float32(self.contrast.zero)) * self.coil
        shown = [self.at(time) != empty for time in (0.0, heart.systole)]
        return _window(shown[0] | shown[1])

    def _paint_thorax(self, points: Array) -> Array:
        image = np.full(points.shape[1:], self.contrast.signal["air"], np.float32)
        for tissue, center, semi in thorax(self.scene.body_scale):
            if cuts(self.plane, center, semi):
                self._paint(image, ellipsoid(points, center, semi), tissue)
        return image

    def _reach(self, points: Array) -> tuple[slice, slice]:
        middle = self.scene.frame.at(-12, 0, 22).astype(np.float32)
        away = points - middle[:, None, None]
        return _window(np.einsum("irc,irc->rc", away, away) < HEART_REACH_MM**2)

    def _heart_points(self, offset: float) -> Array:
        local: Array = self.scene.frame.local(self.plane.points(offset)[:, self.rows, self.columns])
        return local

    def _paint(self, image: Array, distance: Array, tissue: str) -> None:
        share = np.clip(distance / self.edge + np.float32(0.5), 0, 1)
        image += share * (np.float32(self.contrast.signal[tissue]) - image)

    def at(self, time: float) -> Array:
        """The image without noise at a fraction of the R-R interval: float32, shape (rows, columns)."""
        beat = self.scene.heart.at(time)
        image = self.still.copy()
        if self.rows.stop:
            window = image[self.rows, self.columns]
            total = np.zeros_like(window)
            for local, texture in zip(self.local, self.texture, strict=True):
                layer = window.copy()
                self._paint_heart(layer, local, texture, beat)
                total += layer
            image[self.rows, self.columns] = total / len(self.local)
        zero = np.float32(self.contrast.zero)
        shaded: Array = zero + (image - zero) * self.coil
        return shaded

    def _paint_heart(self, image: Array, local: Array, texture: Array, beat: Beat) -> None:
        x, y, z = local
        radius = np.hypot(x, y)
        epi = shell(radius, z, beat.epi)
        rv = right_ventricle(x, y, z, beat.rv)
        fat = np.maximum(rv + 6.5, epi + 2.5)
        self._paint(image, np.minimum(fat, z - np.float32(beat.endo.base_z - 2)), "fat")
        self._paint_vessels(image, local, beat)
        self._paint(image, rv + 3, "myocardium")
        self._paint(image, rv, "blood")
        self._paint(image, _moderator(local, beat), "trabecula")
        self._paint(image, epi, "myocardium")
        if self.scene.infarct.segments and "infarct" in self.contrast.signal:
            share = infarct_cover(beat, self.scene.infarct, x, y, z, float(self.edge))
            share *= np.clip(epi / self.edge + np.float32(0.5), 0, 1)
            image += share * (np.float32(self.contrast.signal["infarct"]) - image)
        cavity = shell(radius / texture, z, beat.endo)
        self._paint(image, cavity, "blood")
        for papillary in _papillaries(local, beat):
            self._paint(image, np.minimum(papillary, cavity + 1), "trabecula")
        self._paint_valves(image, local, radius, beat)

    def _paint_vessels(self, image: Array, local: Array, beat: Beat) -> None:
        grow, left, right = 1 + 0.16 * (1 - beat.fill), beat.endo.base_z, beat.rv.base_z
        la = ellipsoid(local, (7, -9, left - 22), (28 * grow, 26 * grow, 28 * grow))
        ra = ellipsoid(local, (-47, -12, right - 20), (26 * grow, 28 * grow, 28 * grow))
        la, ra = np.minimum(la, left - 1 - local[2]), np.minimum(ra, right - 1 - local[2])
        root, bend, arch = (-13.0, 13.0, left - 2), (-30.0, 34.0, left - 32), (-42.0, 78.0, left - 46)
        aorta = np.maximum(capsule(local, root, bend, 13.5), capsule(local, bend, arch, 13.0))
        aorta = np.minimum(aorta, left - 1 - local[2])
        trunk = np.minimum(capsule(local, (-26, 40, right - 3), (-8, 82, right - 44), 12), right - local[2])
        for chamber, wall in ((la, 2.0), (ra, 2.0), (trunk, 1.5), (aorta, 1.8)):
            self._paint(image, chamber + wall, "myocardium")
            self._paint(image, chamber, "blood")

    def _paint_valves(self, image: Array, local: Array, radius: Array, beat: Beat) -> None:
        base, right, z = beat.endo.base_z, beat.rv.base_z, local[2]
        ring = np.minimum(1.3 - np.abs(z - np.float32(base)), np.float32(beat.endo.radius * 0.93) - radius)
        self._paint(image, ring, "trabecula")
        if beat.filling:
            mitral = 0.58 * beat.endo.radius
            self._paint(image, capsule(local, (4, -5, base - 6), (4, -5, base + 4), mitral), "blood")
            self._paint(image, capsule(local, (-47, -8, right - 5), (-44, -8, right + 4), 14), "blood")
            for side in (-1, 1):
                tip = (4 + side * 0.3 * mitral, -5 - side * 0.75 * mitral, base + 14)
                hinge = (4 + side * 0.4 * mitral, -5 - side * 0.95 * mitral, base)
                self._paint(image, capsule(local, hinge, tip, 0.9), "trabecula")
        if beat.ejecting:
            self._paint(image, capsule(local, (-14, 14, base - 5), (-11, 11, base + 3), 9), "blood")


def _window(shown: NDArray[np.bool_]) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if not rows.size:
        return slice(0, 0), slice(0, 0)
    edges = [(max(0, int(at[0]) - MARGIN_PIXELS), int(at[-1]) + MARGIN_PIXELS + 1) for at in (rows, columns)]
    return slice(*edges[0]), slice(*edges[1])


def _offsets(thickness: float, layers: int) -> list[float]:
    return [thickness * ((i + 0.5) / layers - 0.5) for i in range(layers)]


def _texture(local: Array) -> Array:
    """Trabeculated endocardium: a factor on its radius that leaves every section's area unchanged."""
    angle = np.arctan2(local[1], local[0])
    wave = 0.025 * np.cos(7 * angle + 0.6) + 0.025 * np.cos(4 * angle + local[2] / 14)
    return np.asarray((1 + wave) / np.sqrt(1 + 0.025**2), dtype=np.float32)


def _papillaries(local: Array, beat: Beat) -> list[Array]:
    base, length, radius = beat.endo.base_z, beat.endo.apex_z - beat.endo.base_z, beat.endo.radius
    found = []
    for degrees, size in ((38, 4.6), (232, 5.0)):
        angle, reach = np.radians(degrees), 0.66 * radius
        center = (reach * np.cos(angle), reach * np.sin(angle), base + 0.56 * length)
        found.append(ellipsoid(local, center, (size, size, 0.2 * length)))
    return found


def _moderator(local: Array, beat: Beat) -> Array:
    level = beat.rv.base_z + 0.6 * (beat.rv.apex_z - beat.rv.base_z)
    outer = -(beat.rv.offset + beat.rv.width) * 0.8
    return capsule(local, (-beat.epi.radius * 0.8, -8, level - 6), (outer, -4, level + 4), 1.8)


def with_noise(image: Array, sigma: float, rng: np.random.Generator, *, signed: bool = False) -> Words:
    """The stored pixels: Rician noise of magnitude images, Gaussian for phase-sensitive ones; 12 bits."""
    noise = rng.standard_normal((2, *image.shape), dtype=np.float32) * np.float32(sigma)
    noisy = image + noise[0] if signed else np.hypot(image + noise[0], noise[1])
    stored: Words = np.clip(np.rint(noisy), 0, 4095).astype(np.uint16)
    return stored
