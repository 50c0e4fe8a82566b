"""The vendors whose headers this package writes, each with what its scanners do differently.

`siemens` is syngo MR E11 with SV10 CSA headers, `siemens-csa1` an older scanner, `siemens-xa` XA50 as Enhanced
MR and `siemens-xa-classic` its export as classic MR, `ge` classic, `philips` classic and `philips-enhanced`
Enhanced MR.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from cmr_testkit import ge, philips, philips_enhanced, siemens, siemens_xa
from cmr_testkit.protocol import Series
from cmr_testkit.shot import Session, Shot

Start = Callable[[Session, Series], Dataset]
Write = Callable[[Dataset, Session, Shot], None]
Whole = Callable[[Session, Series, Sequence[Shot], Sequence[Any]], Dataset]
Stored = NDArray[np.uint16] | NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor's way of writing.

    Attributes:
        word: what `--vendor` says. family: `siemens`, `ge` or `philips`.
        split: each cine slice, and velocity beside magnitude, is a series of its own.
        psir: the basic protocol has phase-sensitive late enhancement.
        mosaic: echo-planar slices are tiles of one image.
        start, write: header of a series, and what an image changes in it; None for Enhanced MR.
        whole: a series as one Enhanced instance; None for classic MR.
    """

    word: str
    family: str
    split: bool
    psir: bool
    start: Start | None = None
    write: Write | None = None
    whole: Whole | None = None
    mosaic: bool = False

    @property
    def enhanced(self) -> bool:
        """Whether a series is one multi-frame instance."""
        return self.whole is not None


_ALL = (
    Vendor("siemens", "siemens", True, True, siemens.start_series, siemens.write_shot, mosaic=True),
    Vendor("siemens-csa1", "siemens", True, True, siemens.start_series, siemens.write_shot, mosaic=True),
    Vendor("siemens-xa", "siemens", True, True, whole=siemens_xa.enhanced_series),
    Vendor("siemens-xa-classic", "siemens", True, True, siemens_xa.start_series, siemens_xa.write_shot),
    Vendor("ge", "ge", False, False, ge.start_series, ge.write_shot),
    Vendor("philips", "philips", False, True, philips.start_series, philips.write_shot),
    Vendor("philips-enhanced", "philips", False, True, whole=philips_enhanced.enhanced_series),
)
VENDORS: dict[str, Vendor] = {vendor.word: vendor for vendor in _ALL}


def stored_velocity(family: str, velocity_cm_s: NDArray[np.float32], venc_cm_s: float) -> Stored:
    """Velocity as the vendor stores it: 12 bits over twice the encoding, or GE's signed mm/s."""
    if family == "ge":
        return np.asarray(np.rint(10 * velocity_cm_s), np.int16)
    share = velocity_cm_s / np.float32(venc_cm_s)
    steps = share * 2048 + 2048 if family == "siemens" else (share + 1) * 2047.5
    stored: Stored = np.clip(np.rint(steps), 0, 4095).astype(np.uint16)
    return stored
