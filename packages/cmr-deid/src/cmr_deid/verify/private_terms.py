"""Private texts and sequences that the second look lets pass: one closed form per element; typed apart.

Sources: the TCIA private tag knowledge base and Table E.3.10-1 say which elements are technique; headers of
scanners and conformance statements say what stands in them.
"""

import re

from cmr_deid.verify import tables

Place = tuple[bytes, int, int]

_HEADER, _SDS, _SDI = b"SIEMENS MR HEADER", b"SIEMENS MR SDS 01", b"SIEMENS MR SDI 02"
_ACQU, _PARM = b"GEMS_ACQU_01", b"GEMS_PARM_01"
_DD1, _MR1, _MR5 = b"Philips Imaging DD 001", b"Philips MR Imaging DD 001", b"Philips MR Imaging DD 005"

_CARRIERS = ((_SDS, 0x0021, 0xFE), (_SDI, 0x0021, 0xFE), (_DD1, 0x2001, 0x5F), (_MR5, 0x2005, 0x0F))
SEQUENCES = frozenset((*_CARRIERS, *((name.upper(), group, number) for name, group, number in _CARRIERS)))
"""Private sequences whose items hold private attributes only."""

_UNIT = rb"(?:BC|BL|BO|BR|CH|CP|FL|FO|HE[AP]?|KN|NE[AP]?|PA|SH|SP|TO|WR)[0-9]?(?:-[0-9])?"
_COIL = rb"(?:[A-Z]:)?" + _UNIT + rb"(?:[,;](?:" + _UNIT + rb"|[0-9](?:-[0-9])?))*"
_ONE_OF: dict[bytes, tuple[Place, ...]] = {
    rb"(?:NONE|DIRECTIONAL|BMATRIX|ISOTROPIC|TRACE)": ((_HEADER, 0x0019, 0x0D), (_SDI, 0x0021, 0x21)),
    rb"(?:Allegretto|Fast|Normal|Performance|Slow|Ultra ?fast|Whisper)\*?": (
        (_HEADER, 0x0019, 0x0F),
        (_SDS, 0x0021, 0x08),
    ),
    rb"(?:No|Yes|Phase|Read|Readout|Slice|Slice/Read)": ((_HEADER, 0x0019, 0x11),),
    rb"(?:IMAGE NUM [0-9X]|MR)": ((_HEADER, 0x0051, 0x08),),
    rb"[0-9]\.[0-9]": ((_HEADER, 0x0051, 0x09),),
    rb"[0-9]{2,3}p?\*[0-9]{2,4}s?": ((_HEADER, 0x0051, 0x0B), (_SDI, 0x0021, 0x58)),
    _COIL: ((_HEADER, 0x0051, 0x0F), (_SDS, 0x0021, 0x1A), (_SDI, 0x0021, 0x4F)),
    rb"[-+][LR][AP][FH]": ((_HEADER, 0x0051, 0x13),),
    rb"(?:void|AS|X[A-Z]|GC[0-9]{2,3})": ((_SDS, 0x0021, 0x06), (_SDS, 0x0021, 0x33)),
    rb"p[0-9]{1,2}(?: ?[sx][0-9]{1,2})?": ((_SDS, 0x0021, 0x09), (_SDI, 0x0021, 0x56)),
    rb"(?:None|Head|Body|Local|Bore Local|(?:Exposed|Whole) Body)": ((_SDS, 0x0021, 0x18),),
    rb"(?:SIEMENS|USER)": ((_SDS, 0x0021, 0x22),),
    rb"(?:NONE|BOTH|[23]D)": ((_SDS, 0x0021, 0x3D),),
    rb"(?:YES|NO|ON|OFF)": ((_SDS, 0x0021, 0x45),),
    rb"(?:IEC|FDA|NONE)": ((_SDS, 0x0021, 0x47),),
    rb"[A-Z]": ((_SDS, 0x0021, 0x53), (_ACQU, 0x0019, 0x18), (_ACQU, 0x0019, 0x1A)),
    rb"[X1](?:_(?:[0-9]{1,3}|X)){6,24}": ((_SDI, 0x0021, 0x06),),
    rb"(?:measured|predicted)": ((_SDI, 0x0021, 0x1A), (_SDI, 0x0021, 0x41)),
    rb"(?:ND|DIS[23]D)": ((_SDI, 0x0021, 0x78), (_SDI, 0x0021, 0x79)),
    rb"(?:ChannelMixing:ND=(?:tru|fals)e_CMM=[0-9]_CDM=[0-9]|CC:(?:SoS|ACC)|NormalizeAlgo:PreScan"
    rb"|UserImageFilter:FM[0-9]_[0-9]|\\){1,8}": ((_SDI, 0x0021, 0x76),),
    rb"(?:ROW|COL)": ((_PARM, 0x0043, 0x8A),),
    rb"[0-9]{1,3}(?:\.[0-9]{1,3})?(?: ?/ ?[0-9]{1,3}(?:\.[0-9]{1,3})?)?": ((_DD1, 0x2001, 0x25),),
    rb"(?:1H|3HE|13C|19F|23NA|31P|129XE)": ((_DD1, 0x2001, 0x87),),
    rb"(?:[BQS]|Body|BODY|Head|T/R ?(?:Body|Head))": ((_DD1, 0x2001, 0x8B),),
    rb"(?:normalized|US|HU|ms|mm/s|cm/s|deg|rad)": ((_MR5, 0x2005, 0x0B),),
}
TECHNIQUE = frozenset(
    (
        *((_SDI, 0x0021, 0x77), (_ACQU, 0x0019, 0x9C), (_ACQU, 0x0019, 0x9E), (_ACQU, 0x0019, 0xD3)),
        *((_DD1, 0x2001, 0x20), (_DD1.upper(), 0x2001, 0x20)),
    )
)
"""Texts whose words must all be words of technique."""

CODES = frozenset(((_SDS, 0x0021, 0x48), (_SDS, 0x0021, 0x49), (_SDI, 0x0021, 0x75)))
"""Code strings whose words must all be defined terms."""

_PHILIPS = """
    2001: 04 06 07 0B 0C 0E 10 12 19 1C 1E 1F 21 24 33 36 61 62
    2005: 04 11 12 13 14 15 16 17 19 1B 1C 26 27 28 29 2C 2E 2F 31 34 36 37 38 39 3B 3C 61 6E 6F 7B A1 A2 A9 C0
"""
_PHILIPS_TERMS = rb"""
    2D 3D A ABSOLUTE AP B BFFE BINOMIAL BREATHHOLD BREATH_HOLD BTFE CARTESIAN CENTRIC COMPLETED COR CORONAL DEFAULT
    DIFFUSION DYNAMIC ECG ED EDES EPI ES F FFE FFEEPI FH FLOW FREQUENCY_SELECTIVE GATED GATING GRASE H HF HIGH_LOW I
    IMAGINARY IMAGING INTERACTIVE INV INVERSION IR L LINEAR LOCAL LOW_HIGH LR M M2D M3D MAGNITUDE MIXED MS MULTIPLE
    MULTISLICE N NAVIGATOR NO NONE NOT_ED_ES O OBLIQUE OFF ON P PA PARALLEL PCA PHASE PIR PPU PROSET PROSPECTIVE R RA
    RADIAL REAL REFERENCE REGIONAL RELATIVE REMOTE RETROSPECTIVE REVERSE RL S SAG SAGITTAL SAT SATURATION SE SINGLE
    SINGLESLICE SPAIR SPIR SPIRAL SPLICE SS STATIC SURVEY T1FFE T1TFE T2FFE T2PREP T2TFE TFE TFEEPI TIR TOF TRA
    TRACKED TRACKING TRANSVERSAL TRIGGERED TRIGGERING TSE U UNDEFINED UNKNOWN VCG VELOCITY WATER_EXCITATION Y YES
"""


def _forms() -> dict[Place, re.Pattern[bytes]]:
    table = {place: re.compile(form) for form, places in _ONE_OF.items() for place in places}
    terms = re.compile(rb"|".join((*_PHILIPS_TERMS.split(), rb"BREATH HOLD")))
    group = 0
    for word in _PHILIPS.split():
        if word.endswith(":"):
            group = int(word[:4], 16)
        else:
            table[_DD1 if group == 0x2001 else _MR1, group, int(word, 16)] = terms
    capitals = {
        (name.upper(), group, element): form
        for (name, group, element), form in table.items()
        if name[:7] == b"Philips"
    }
    return {**table, **capitals}


FORMS = _forms()
"""The form of the whole value by place."""

VRS = frozenset(("CS", "LO", "SH"))
CREATORS = frozenset(
    (creator, group) for creator, group, _ in (*tables.PRIVATE, *FORMS, *SEQUENCES, *TECHNIQUE, *CODES)
)
"""Private creators that may stand, by group."""
