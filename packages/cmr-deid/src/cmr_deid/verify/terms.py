"""Words and forms of equipment texts and code strings that the second look lets pass; typed apart from the engine's.

Sources: PS3.3 C.7.6.1, C.8.3.1, C.8.13 (defined terms), vendors' conformance statements.
"""

import re

_EQUIPMENT = """
    abdomen achieva aera airis alltech altaire altea ambition amira ankle anterior aperto apps architect array
    artist atlas aurora auto avanto avantofit base biograph biospec biospin blanket body brain breast bruker
    build built canon cardiac centurian champion channel channels chest cima coil coils concerto contour corp
    corporation creator discovery dstream dual echelon edge elan electric element elements elition esaote
    espree essenza evolution excelart excite explorer extremity flex foot fortian free fujifilm galan gehc
    general genesis geometry gmbh gyroscan hand harmony hdxt head headneck healthcare healthineers heart hero
    hitachi horizon hrbrain hyperfine imaging impact infinity ingenia integrated intera jupiter knee large
    left loop lower lumina magnetica magnetom main matrix medical medium mindray mobile multi multiva neck
    neusoft none nova numaris oasis omega optima orian oval pack panorama paramed patch pelvis peripheral
    philips pioneer post posterior premier prime prisma prodiva profile quad quadrature receive receiver
    release right sempra sense service shoulder siemens signa skyra small smart smartpath software sola sonata
    spectra spine star superstar supria surface symphony symphonytim synaptive synergy syngo synthetic system
    systems terra testkit thorax time titan torso torsopa toshiba transmit transmitter trillium trio triotim
    ultra united upper vantage vascular verio version versions viato victor vida vision volume voyager wrist
"""
_SHORT_EQUIPMENT = """
    aa ag air all ant atd bm bo ch cm cmr co cp cs cx ds dv fit ge gem hd hde hdx he hea hep hf hns hr in inc
    inf la lat llc ltd lx max mec mmr mr mri mrt mx ne nl nv off on pa plus px rel rf rs rx sp sup sv tcs tim
    tx uih umr us usa va vb vd ve ver xa xgv xl xr xt
"""
EQUIPMENT = frozenset(f"{_EQUIPMENT} {_SHORT_EQUIPMENT}".split())
EQUIPMENT_TAGS = frozenset(
    (0x00080070, 0x00081090, 0x00181020, 0x00181250, 0x00181251, 0x00189046, 0x00189047)
)

_UNITS = rb"(?i:us|hu|od|od rel|mgml|z_eff|ed|edw|hu_mod|pct|normalized|m?s|hz|ppm|[cm]m/s)? ?"
CLOSED = {
    0x00080103: re.compile(rb"(?:[0-9]{1,4}[A-Za-z]?(?:\.[0-9]{1,3}){0,2})? ?"),
    0x00180085: re.compile(rb"(?:[0-9]{0,3}(?i:h|he|li|c|o|f|na|p|xe)[0-9]{0,3})? ?"),
    0x00181064: re.compile(rb"(?i:forw|back|pcnt|forward|backward|none)? ?"),
    0x00181085: re.compile(rb"(?i:y|n|yes|no|on|off|none)? ?"),
    0x00209056: re.compile(rb"(?:(?:[Ss]tack|[Ss]lab)[ _-]?)?[0-9]{0,4} ?"),
    0x00281054: re.compile(_UNITS),
    0x00283004: re.compile(_UNITS),
}
"""The whole value of attributes with a handful of lawful values."""
