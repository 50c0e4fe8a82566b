"""Acquisition facts: what a series' private and technical elements say, read inside the hospital.

Right or explicitly unknown (None), never guessed (deid-security.md D4). Units stand in the names.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

from cmr_exchange.errors import MalformedDocumentError
from cmr_exchange.reading import a_list, a_number, a_text, an_integer, fields_of

VENC_DIRECTIONS = ("through_plane", "in_plane_phase", "in_plane_readout", "rl", "ap", "fh")
GATINGS = ("none", "prospective", "retrospective")
MOST_SLICES = 1024

_TEXTS = ("manufacturer", "sequence_name")
_WORDS = {"venc_direction": VENC_DIRECTIONS, "gating": GATINGS}
_COUNTS = {"n_phases": 10_000, "n_slices": MOST_SLICES, "views_per_segment": 1024}
_RANGES = {
    "trigger_time_ms": (0.0, 1e7),
    "trigger_delay_ms": (0.0, 1e7),
    "b_value_s_mm2": (0.0, 1e5),
    "acceleration_factor": (1.0, 64.0),
    "time_after_start_s": (0.0, 1e6),
}
_SLICE_TIMES = (0.0, 1e7)


@dataclass(frozen=True, slots=True)
class AcquisitionFacts:
    """Typed facts of one series, or of one of its instances. Every value can be hashed and compared.

    Attributes:
        manufacturer: normalized vendor word (`siemens`, `ge`, `philips`, `canon`, `united`, `other`).
        field_strength_t: static field in tesla.
        sequence_name: vendor's sequence name, technique characters only.
        venc_cm_s: velocity encoding in cm/s of a phase-contrast series.
        inversion_time_ms: inversion time in ms of a prepared series (single TI).
        repetition_time_ms, echo_time_ms, flip_angle_deg: as in the header; for a retro-gated Siemens cine the
            RepetitionTime is the temporal resolution (cmr.md section 4, trap).
        n_phases: cardiac phases per slice.
        nominal_interval_ms: median R-R interval in ms.
        venc_direction: axis of the velocity encoding, one of `VENC_DIRECTIONS` (of the plane or of the patient).
        b_value_s_mm2: diffusion weighting of a diffusion image; unknown for every other image.
        trigger_time_ms: from the R wave to this image.
        trigger_delay_ms: from the R wave to the acquisition, as prescribed.
        gating: one of `GATINGS`.
        n_slices: slices that the protocol prescribes.
        views_per_segment: phase-encoding lines per heart beat.
        acceleration_factor: parallel imaging, in the phase-encoding direction.
        time_after_start_s: from the start of the measurement to this image.
        slice_timing_ms: acquisition time of each slice of a mosaic, in the order of its tiles.
    """

    manufacturer: str | None = None
    field_strength_t: float | None = None
    sequence_name: str | None = None
    venc_cm_s: float | None = None
    inversion_time_ms: float | None = None
    repetition_time_ms: float | None = None
    echo_time_ms: float | None = None
    flip_angle_deg: float | None = None
    n_phases: int | None = None
    nominal_interval_ms: float | None = None
    venc_direction: str | None = None
    b_value_s_mm2: float | None = None
    trigger_time_ms: float | None = None
    trigger_delay_ms: float | None = None
    gating: str | None = None
    n_slices: int | None = None
    views_per_segment: int | None = None
    acceleration_factor: float | None = None
    time_after_start_s: float | None = None
    slice_timing_ms: tuple[float, ...] | None = None

    def to_document(self) -> dict[str, Any]:
        """Only what is known; an absent field means unknown."""
        document = {k: v for k, v in dataclasses.asdict(self).items() if v is not None}
        if self.slice_timing_ms is not None:
            document["slice_timing_ms"] = list(self.slice_timing_ms)
        return document

    @classmethod
    def from_document(cls, document: Any, where: str = "facts") -> "AcquisitionFacts":
        """Read strictly.

        Raises:
            MalformedDocumentError: a field is unknown, ill-typed or out of its range.
        """
        fields = fields_of(cls, document, where)
        return cls(**{name: _checked(name, value, f"{where}.{name}") for name, value in fields.items()})


def _checked(name: str, value: Any, where: str) -> Any:
    if name in _TEXTS:
        return a_text(value, where, longest=64)
    if name in _WORDS:
        if value not in _WORDS[name]:
            raise MalformedDocumentError(f"{where}: not one of {', '.join(_WORDS[name])}.")
        return value
    if name in _COUNTS:
        return an_integer(value, where, 1, _COUNTS[name])
    if name == "slice_timing_ms":
        return tuple(_ranged(one, where, *_SLICE_TIMES) for one in a_list(value, where, MOST_SLICES))
    number = a_number(value, where)
    return _ranged(number, where, *_RANGES[name]) if name in _RANGES else number


def _ranged(value: Any, where: str, low: float, high: float) -> float:
    number = a_number(value, where)
    if not low <= number <= high:
        raise MalformedDocumentError(f"{where}: not in {low:g}..{high:g}.")
    return number
