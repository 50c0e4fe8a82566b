"""What Philips writes outside the standard's attributes: Imaging DD 001 and MR Imaging DD 001.

Traps: a prepulse delay is an inversion time only after an inversion (a saturation has one too); velocities stand by
direction, zero where there is none, and no source tells which direction comes first; the b-value of every image that
is no diffusion image is zero.
"""

from cmr_deid.elements import DataSet
from cmr_deid.facts.evidence import Evidence
from cmr_deid.facts.places import Privates

IMAGING, MR_IMAGING = "Philips Imaging DD 001", "Philips MR Imaging DD 001"
_YES = frozenset(("Y", "YES"))
_INVERSIONS = frozenset(("INV", "INVERSION", "IR"))
_GATINGS = {"NO": "none", "RETROSPECTIVE": "retrospective", "TRIGGERED": "prospective"}
_LEAST_PHASES = 2


def read(data_set: DataSet, evidence: Evidence) -> None:
    """Enter what Philips says of one instance."""
    privates = Privates(data_set)
    velocities = privates.numbers(IMAGING, 0x2001, 0x1A, "FL")
    speeds = {abs(velocity) for velocity in velocities if velocity}
    evidence.number("venc_cm_s", speeds.pop() if len(velocities) == 3 and len(speeds) == 1 else None)
    b_value = privates.number(IMAGING, 0x2001, 0x03, "FL")
    if b_value or privates.text(MR_IMAGING, 0x2005, 0x14) in _YES:
        evidence.number("b_value_s_mm2", b_value)
    phases = privates.number(IMAGING, 0x2001, 0x17, "SL")
    evidence.number("n_phases", phases if phases is not None and phases >= _LEAST_PHASES else None)
    evidence.number("n_slices", privates.number(IMAGING, 0x2001, 0x18, "SL"))
    evidence.word("gating", _GATINGS.get(privates.text(IMAGING, 0x2001, 0x10)))
    _inversion(privates, evidence)


def _inversion(privates: Privates, evidence: Evidence) -> None:
    if privates.text(IMAGING, 0x2001, 0x1C) not in _INVERSIONS:
        return
    for creator, group, number, form in (
        (IMAGING, 0x2001, 0x09, "FL"),
        (IMAGING, 0x2001, 0x1B, "FL"),
        (IMAGING, 0x2001, 0x84, "DS"),
        (MR_IMAGING, 0x2005, 0xA8, "DS"),
    ):
        evidence.number("inversion_time_ms", privates.number(creator, group, number, form))
