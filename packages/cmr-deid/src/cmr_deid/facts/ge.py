"""What GE writes outside the standard's attributes: GEMS_ACQU_01 and GEMS_PARM_01.

Traps: velocity encoding in mm/s, zero where there is none; b-values with 10**9 on top of them since DV, and zero in
every image that is no diffusion image.
"""

from cmr_deid.elements import DataSet
from cmr_deid.facts.evidence import Evidence
from cmr_deid.facts.places import Privates

ACQUISITION, PARAMETERS = "GEMS_ACQU_01", "GEMS_PARM_01"
_B_OFFSET, _LARGEST_B = 1_000_000_000, 100_000
_LEAST_PHASES = 2


def read(data_set: DataSet, evidence: Evidence) -> None:
    """Enter what GE says of one instance."""
    privates = Privates(data_set)
    venc = privates.number(ACQUISITION, 0x0019, 0xCC, "SS")
    evidence.number("venc_cm_s", None if venc is None else venc / 10)
    phases = privates.number(ACQUISITION, 0x0019, 0xD7, "SS")
    evidence.number("n_phases", phases if phases is not None and phases >= _LEAST_PHASES else None)
    slope = privates.numbers(PARAMETERS, 0x0043, 0x39, "IS")
    evidence.number("b_value_s_mm2", _b_value(slope[0]) if slope else None)
    views = privates.number(PARAMETERS, 0x0043, 0x07, "SS")
    evidence.number("views_per_segment", views)
    asset = privates.numbers(PARAMETERS, 0x0043, 0x83, "DS")
    evidence.number("acceleration_factor", 1 / asset[0] if asset and 0 < asset[0] <= 1 else None)


def _b_value(value: float) -> float | None:
    if 0 <= value - _B_OFFSET <= _LARGEST_B:
        return value - _B_OFFSET
    return value if 0 < value <= _LARGEST_B else None
