"""What the standard's own attributes say: MR Image Module (PS3.3 C.8.3.1) and MR functional groups (C.8.13)."""

from cmr_deid.elements import DataSet
from cmr_deid.facts.evidence import Evidence
from cmr_deid.facts.places import at, numbers, text

_PLACES: dict[str, tuple[tuple[int, ...], ...]] = {
    "field_strength_t": ((0x00180087,),),
    "inversion_time_ms": ((0x00180082,), (0x00189115, 0x00189079)),
    "repetition_time_ms": ((0x00180080,), (0x00189112, 0x00180080)),
    "echo_time_ms": ((0x00180081,), (0x00189114, 0x00189082)),
    "flip_angle_deg": ((0x00181314,), (0x00189112, 0x00181314)),
    "nominal_interval_ms": ((0x00181062,), (0x00189118, 0x00209251)),
    "n_phases": ((0x00181090,),),
    "trigger_time_ms": ((0x00181060,), (0x00189118, 0x00209153)),
    "b_value_s_mm2": ((0x00189087,), (0x00189117, 0x00189087)),
    "venc_cm_s": ((0x00189197, 0x00189217),),
    "acceleration_factor": ((0x00189115, 0x00189069),),
}
"""Attribute paths by fact, the outermost first; the first place that says anything speaks for the standard."""

_GATINGS = {"RETROSPECTIVE": "retrospective", "PROSPECTIVE": "prospective", "NONE": "none"}
_TECHNIQUE, _FLOW_AXIS, _ORIENTATION = 0x00189037, (0x00189197, 0x00189090), (0x00209116, 0x00200037)
_AXES = ("rl", "ap", "fh")
_ALIGNED = 0.99
"""Cosine of 8 degrees: an axis is named only if the encoding stands on it."""


def read(data_set: DataSet, evidence: Evidence) -> None:
    """Enter what standard attributes say."""
    for name, paths in _PLACES.items():
        for path in paths:
            found = [value for element in at(data_set, path) for value in numbers(element, "")]
            for value in found:
                evidence.number(name, value)
            if found:
                break
    evidence.word("gating", _GATINGS.get(text(data_set.get(_TECHNIQUE))))
    orientations = [numbers(element, "") for element in at(data_set, _ORIENTATION)]
    for element in at(data_set, _FLOW_AXIS):
        evidence.word("venc_direction", axis(numbers(element, "FD"), orientations))


def axis(direction: list[float], orientations: list[list[float]]) -> str | None:
    """The name of a direction in patient coordinates, seen from the planes of a series; None if it has none."""
    if len(direction) != 3 or not 0.9 < sum(value * value for value in direction) < 1.1:
        return None
    normals = [_normal(orientation) for orientation in orientations if len(orientation) == 6]
    if normals and all(_along(direction, normal) for normal in normals):
        return "through_plane"
    return next((name for name, value in zip(_AXES, direction, strict=True) if abs(value) >= _ALIGNED), None)


def _normal(cosines: list[float]) -> list[float]:
    a, b, c, d, e, f = cosines
    return [b * f - c * e, c * d - a * f, a * e - b * d]


def _along(direction: list[float], normal: list[float]) -> bool:
    return abs(sum(a * b for a, b in zip(direction, normal, strict=True))) >= _ALIGNED
