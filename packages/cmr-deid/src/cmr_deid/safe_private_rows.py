"""Rows of the safe private allow-list: creator, group, and per element its VR, number of values and form of text.

Chosen by what CMR science needs among the rows that PS3.15 Table E.3.10-1 or the TCIA private tag knowledge base
keep (a test compares). Not chosen although kept there: the patient's weight, dose by weight and position pattern
(SIEMENS MR SDS 01 xx01, xx2B), user-defined values of unknown meaning, free texts. Chosen although dropped there:
(2005,xx0F), in which Enhanced images of Philips carry scale slope and intercept (Table E.3.10-1) frame by frame; of its
items only safe private attributes stay.
One word per element: `EE` number, VR, then `*` and the number of values, then `=` and the form of a text.
"""

ROWS = """
[SIEMENS MR HEADER]
0019: 0A,US 0B,DS 0C,IS 0D,CS=diffusion 0E,FD*3 0F,SH=gradient 11,SH=flow 12,SL*3 13,SL*3 14,IS*3 15,FD*3 16,DS
      17,DS 18,IS 27,FD*6 28,FD 29,FD*1-n
0051: 08,CS=csa_type 09,LO=csa_version 0B,LO=matrix 0F,LO=coils 13,SH=axes
[SIEMENS MR SDS 01]
0021: 04,DS 05,IS*3 06,LO=gradient_coil 08,SH=gradient 09,LO=acceleration 0A,DS 0D,US 0F,DS*1-n 11,DS
      12,FD 13,DS 14,IS 16,DS 17,DS 18,SH=aspect 1A,LO=coils 1B,DS 1C,DS*1-n 1D,IS 22,SH=owner 23,IS 25,SL*3
      26,IS*1-n 27,US 2D,DS*1-n 2E,IS 2F,DS*1-n 30,DS 31,IS*1-n 32,SS 33,SH=gradient_coil 34,DS 35,DS 36,DS*1-n
      38,DS 3B,DS*1-n 3D,CS=oversampling 44,DS*1-n 45,CS=yes 46,DS 47,CS=safety 48,CS=codes 49,CS=codes 50,US 51,US
      53,CS=side FE,SQ
[SIEMENS MR SDI 02]
0021: 03,DS 04,DS 05,IS 06,LO=ice 1A,SH=measured 1C,IS 21,CS=diffusion 24,IS 33,IS 35,IS 3C,FD*3 41,SH=measured
      42,IS 45,SL*3 48,IS 49,IS 4C,IS 4E,IS 4F,LO=coils 53,FD 54,US 56,LO=acceleration 58,SH=matrix 59,IS*3 5A,FD*3
      5B,FD*3 5E,IS 63,IS 75,CS*1-n=codes 76,LO*1-n=history 77,LO=words 78,CS=distortion 79,CS=distortion FE,SQ
[GEMS_ACQU_01]
0019: 0F,DS 11,SS 12,SS 17,SS 18,LO=side 19,DS 1A,LO=side 1B,DS 1E,DS 23,DS 24,DS 27,DS 2F,DS 5A,FL 7D,DS 7E,SS
      7F,DS 81,SS 84,DS 87,DS 88,SS 8A,SS 8B,SS 8D,DS 8F,SS 90,SS 91,DS 92,SL 94,SS 95,SS 96,SS 9B,SS 9C,LO=words
      9E,LO=words 9F,SS A0,SS A1,SS A4,SS BB,DS BC,DS BD,DS BE,DS C0,SS C1,SS C2,SS C3,SS C4,SS C5,SS C6,SS C7,SS
      C8,SS C9,SS CA,SS CB,SS CC,SS CD,SS CE,SS CF,SS D2,SS D3,SH=words D5,SS D7,SS D8,SS D9,DS DF,DS E0,DS E2,DS
      F2,SS F9,DS
[GEMS_RELA_01]
0021: 36,SS 37,SS 4F,SS 50,SS 51,DS 52,DS 53,DS 56,SL 57,SL 58,SL 59,SL 5A,SL 5B,DS 5C,DS 5D,DS 5E,DS 5F,DS 81,DS
      82,DS 83,DS 84,DS
[GEMS_SERS_01]
0025: 06,SS 07,SL 10,SL 11,SS 14,SL 17,SL 18,SL 19,SL
[GEMS_IMAG_01]
0027: 10,SS 31,SS 32,SS 35,SS 36,SL 41,FL 42,FL 43,FL 44,FL 45,FL 46,FL 47,FL 48,FL 49,FL 4A,FL 4B,FL
      4C,FL 4D,FL 50,FL 51,FL 60,FL 61,FL 62,FL
[GEMS_PARM_01]
0043: 01,SS 02,SS 03,SS 04,SS 06,SS 07,SS 08,SS 09,SS 0A,SS 0B,DS 0C,DS 0D,DS 0E,DS 10,US 1C,SS 1D,SS 2C,SS 2F,SS
      30,SS 32,SS 33,FL 34,IS 38,FL*1-24 39,IS*4 6F,DS*3-4 7D,US 83,DS*2 8A,CS=encoding 9A,IS
[Philips Imaging DD 001]
2001: 01,FL 02,IS 03,FL 04,CS=philips 05,SS 06,CS=philips 07,CS=philips 08,IS 09,FL 0A,IS 0B,CS=philips
      0C,CS=philips 0E,CS=philips 0F,SS 10,CS=philips 11,FL 12,CS=philips 13,SL 14,SL 15,SS 16,SS 17,SL 18,SL
      19,CS=philips 1A,FL*3 1B,FL 1C,CS=philips 1D,IS 1E,CS=philips 1F,CS=philips 20,LO=words 21,CS=philips 22,FL
      23,DS 24,CS=philips 25,SH=times 28,FL 29,FL 2C,FL 2D,SS 2F,FL 30,UL 31,US 32,FL 33,CS=philips 35,SS
      36,CS=philips 38,FL 39,FL 3B,FL*4 3C,FL*2 3D,UL 3E,FL*2 41,FL 43,IS*2 44,IS*2 45,IS*2 47,FL 48,SS 49,IS 4F,FD
      51,IS 54,FL 55,UL 58,UL 59,IS 5F,SQ 60,SL 61,CS=philips 62,CS=philips 72,IS*2 74,DS*1-n 75,DS*1-n 76,UL 7A,FL
      7B,IS 7C,UL 7E,US 7F,US 81,IS 82,IS 83,DS 84,DS 85,DS 86,IS 87,SH=nucleus 88,DS 89,DS 8A,DS 8B,SH=transmit 9B,UL
      9F,US*2 A2,US A3,UL A4,UL A5,UL C0,UL C2,FD C3,UL CB,IS D1,US*1-n D2,US D3,US D4,US D5,US D6,US D7,US D8,US D9,US
      DB,US DC,US DD,US DE,US DF,UL F1,FL*6 F2,FL*1-n F4,UL F6,UL
[Philips MR Imaging DD 001]
2005: 00,FL 01,FL 02,FL 04,CS=philips 08,FL 09,FL 0A,FL 0B,FL 0C,FL 0D,FL 0E,FL 0F,DS 10,DS 11,CS=philips
      12,CS=philips 13,CS=philips 14,CS=philips 15,CS=philips 16,CS=philips 17,CS=philips 19,CS=philips 1A,SS
      1B,CS=philips 1C,CS=philips 1D,SS 20,SL 21,SS 22,IS 23,SS 25,SS 26,CS=philips 27,CS=philips 28,CS=philips
      29,CS=philips 2B,SS 2C,CS=philips 2D,IS 2E,CS=philips 2F,CS=philips 30,FL*1-n 31,CS=philips 33,FL 34,CS=philips
      36,CS=philips 37,CS=philips 38,CS=philips 39,CS=philips 3B,CS=philips 3C,CS=philips 3D,SS 3E,SL*1-n
      61,CS=philips 63,SS 6E,CS=philips 6F,CS=philips 71,FL 72,FL 73,FL 74,FL 75,FL 76,FL 78,FL 79,FL 7A,FL
      7B,CS=philips 7E,FL 86,SS A0,FL A1,CS=philips A2,CS=philips A8,DS A9,CS=philips B0,FL
      B1,FL B2,FL C0,CS=philips
[Philips MR Imaging DD 005]
2005: 09,DS 0A,DS 0B,LO=rescale 0F,SQ 12,IS 13,IS 14,SL 15,SL 44,IS 4A,FL 4B,FL 4C,FL
"""
"""By private creator and group."""

SCALES = frozenset(
    (
        *(("GEMS_RELA_01", number) for number in (0x83, 0x84)),
        *(("Philips Imaging DD 001", number) for number in (0x74, 0x75)),
        *(("Philips MR Imaging DD 001", number) for number in (0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10)),
        *(("Philips MR Imaging DD 005", number) for number in (0x09, 0x0A)),
    )
)
"""Windows, scale factors and ranges of pixel values by creator and element."""

DURATIONS = frozenset(
    (
        ("SIEMENS MR HEADER", 0x0B),
        ("SIEMENS MR SDI 02", 0x03),
        *(("GEMS_ACQU_01", number) for number in (0x5A, 0x7D, 0x87, 0x8D, 0x91)),
    )
)
"""Times in units of which a measurement has hundreds of thousands: Siemens' in milliseconds, GE's in microseconds."""

OFFSETS = {("GEMS_PARM_01", 0x39): 1_000_000_000}
"""GE adds 10**9 to its b-values."""

CARRIERS = frozenset((("Philips MR Imaging DD 005", 0x2005, 0x0F),))
"""Sequences that no list keeps as such."""

ALIASES = {
    "PHILIPS IMAGING DD 001": "Philips Imaging DD 001",
    "PHILIPS MR IMAGING DD 001": "Philips MR Imaging DD 001",
    "PHILIPS MR IMAGING DD 005": "Philips MR Imaging DD 005",
}
"""Older releases write their creators in capitals."""

FORMS = {
    "acceleration": r"p\d{1,2}(?: ?[sx]\d{1,2})?",
    "aspect": r"Bore Local|Whole Body|Exposed Body|Head|Local|Body|None",
    "axes": r"[+-][LR][AP][FH]",
    "coils": r"(?:[A-Z]:)?{coil}(?:[;,]{coil}|,\d(?:-\d)?)*",
    "csa_type": r"IMAGE NUM [0-9X]|MR",
    "csa_version": r"\d\.\d",
    "diffusion": r"NONE|DIRECTIONAL|BMATRIX|ISOTROPIC|TRACE",
    "distortion": r"ND|DIS[23]D",
    "encoding": r"ROW|COL",
    "flow": r"No|Yes|Readout|Slice|Slice/Read|Phase|Read",
    "gradient": r"(?:Fast|Normal|Slow|Whisper|Performance|Ultra ?fast|Allegretto)\*?",
    "gradient_coil": r"void|AS|X[JKQRT]|GC\d{2,3}",
    "history": r"ChannelMixing:ND=(?:true|false)_CMM=\d_CDM=\d|CC:(?:SoS|ACC)|NormalizeAlgo:PreScan"
    r"|UserImageFilter:FM\d_\d",
    "ice": r"[X1](?:_(?:\d{1,3}|X)){6,24}",
    "matrix": r"\d{2,3}p?\*\d{2,4}s?",
    "measured": r"measured|predicted",
    "nucleus": r"1H|3HE|13C|19F|23NA|31P|129XE",
    "oversampling": r"NONE|2D|3D|BOTH",
    "owner": r"SIEMENS|USER",
    "rescale": r"normalized|US|HU|ms|mm/s|cm/s|deg|rad",
    "safety": r"IEC|FDA|NONE",
    "side": r"[RLAPSIHFBU]",
    "times": r"\d{1,3}(?:\.\d{1,3})?(?: ?/ ?\d{1,3}(?:\.\d{1,3})?)?",
    "transmit": r"B|S|Q|Body|Head|T/R ?(?:Body|Head)|BODY",
    "yes": r"YES|NO|ON|OFF",
}
"""Regular expressions of whole values by form; `words`, `codes` and `philips` have vocabularies instead."""

COIL = r"(?:BO|SP|HE|HEA|HEP|NE|NEA|NEP|PA|TO|BC|BL|BR|SH|KN|FL|CP|CH|FO|WR)\d?(?:-\d)?"

_TERMS = """
    Y N YES NO NONE ON OFF UNKNOWN UNDEFINED DEFAULT TRANSVERSAL SAGITTAL CORONAL OBLIQUE TRA SAG COR P
    M S O I R A L H F RL AP FH LR PA HF RA ED ES U EDES NOT_ED_ES TRIGGERED GATED RETROSPECTIVE
    PROSPECTIVE TRIGGERING GATING TRACKED TRACKING NAVIGATOR INV INVERSION SAT SATURATION T2PREP IR PIR
    SPIR SPAIR PROSET PARALLEL RADIAL LINEAR CENTRIC SPIRAL CARTESIAN HIGH_LOW LOW_HIGH REVERSE FFE SE
    TSE TFE EPI GRASE MIXED T1FFE T2FFE T1TFE T2TFE BFFE BTFE TFEEPI FFEEPI SPLICE TIR B 2D 3D M2D M3D
    MS SS MULTISLICE SINGLESLICE DYNAMIC STATIC IMAGING SURVEY REFERENCE DIFFUSION FLOW PCA TOF
    INTERACTIVE RELATIVE ABSOLUTE LOCAL REMOTE COMPLETED MAGNITUDE PHASE REAL IMAGINARY VELOCITY
    FREQUENCY_SELECTIVE WATER_EXCITATION BINOMIAL REGIONAL SINGLE MULTIPLE BREATH_HOLD BREATHHOLD ECG
    PPU VCG
    """
PHILIPS_TERMS = frozenset(_TERMS.split()) | {"BREATH HOLD"}
"""Defined terms of Philips' code strings (conformance statements of R5 and Ingenia)."""
