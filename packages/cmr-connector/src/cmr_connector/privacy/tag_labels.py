"""Names of attributes that may be written down: tags and keywords, never a text of a file.

The name of a private block is a text of the source, in which an identifier may stand: only names of public
tables are shown.
"""

import functools

from cmr_deid.changes import label
from cmr_deid.explain import Row
from cmr_deid.safe_private import SAFE_PRIVATE

OTHER_MAKER = "private block"
_MAKERS = frozenset(creator for creator, _, _ in SAFE_PRIVATE) | {
    "SIEMENS CSA HEADER",
    "SIEMENS CSA NON-IMAGE",
    "SIEMENS MEDCOM HEADER",
    "SIEMENS MEDCOM HEADER2",
    "SIEMENS MR HEADER",
    "SIEMENS MR SDI 02",
    "SIEMENS MR SDS 01",
    "SIEMENS MR CM 03",
    "GEMS_IDEN_01",
    "GEMS_ACQU_01",
    "GEMS_PARM_01",
    "GEMS_SERS_01",
    "GEMS_RELA_01",
    "GEMS_STDY_01",
    "GEMS_PATI_01",
    "GEMS_IMAG_01",
    "GEMS_IMPS_01",
    "Philips Imaging DD 001",
    "Philips Imaging DD 129",
    "Philips MR Imaging DD 001",
    "Philips MR Imaging DD 005",
    "SPI-P Release 1",
}


def label_of(row: Row) -> str:
    """The path of an attribute without item numbers, block numbers and texts of the file."""
    steps = [_step(tag) for tag in row.place[::2]]
    if row.place[-1] >> 16 & 1:
        steps[-1] += f" {row.creator if row.creator in _MAKERS else OTHER_MAKER}"
    return " / ".join(steps)


@functools.lru_cache(maxsize=16_384)
def _step(tag: int) -> str:
    if not tag >> 16 & 1:
        return label(tag)
    number = tag & 0xFFFF
    if number <= 0xFF:
        return f"({tag >> 16:04X},00xx) private creator"
    return f"({tag >> 16:04X},xx{number & 0xFF:02X})"
