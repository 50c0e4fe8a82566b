"""Acquisition facts: what a series' private and technical elements say, read inside the hospital.

Right or explicitly unknown (None), never guessed (deid-security.md D4). Units stand in the names.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

from cmr_exchange.reading import a_number, a_text, an_integer, fields_of


@dataclass(frozen=True, slots=True)
class AcquisitionFacts:
    """Typed facts of one series.

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

    def to_document(self) -> dict[str, Any]:
        """Only what is known; an absent field means unknown."""
        return {k: v for k, v in dataclasses.asdict(self).items() if v is not None}

    @classmethod
    def from_document(cls, document: Any, where: str = "facts") -> "AcquisitionFacts":
        """Read strictly.

        Raises:
            MalformedDocumentError: a field is unknown or ill-typed.
        """
        fields = fields_of(cls, document, where)
        for name, value in fields.items():
            if name in ("manufacturer", "sequence_name"):
                a_text(value, f"{where}.{name}", longest=64)
            elif name == "n_phases":
                an_integer(value, f"{where}.{name}", 1, 10_000)
            else:
                fields[name] = a_number(value, f"{where}.{name}")
        return cls(**fields)
