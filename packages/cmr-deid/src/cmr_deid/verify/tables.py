"""What the verifier lets pass: attributes by number with their VR, private places, words, forms.

Kept by hand from PS3.3 (C.7, C.8.3, C.8.13) and PS3.6, apart from the engine's profile: a mistake there must not
be a mistake here. A test compares what both let pass.
"""

import re

_PUBLIC = """
    0008: 0005CS 0008CS 0012DA 0013TM 0016UI 0017UI 0018UI 0020DA 0021DA 0022DA 0023DA 002ADT 0030TM
          0031TM 0032TM 0033TM 0050SH 0060CS 0070LO 0090PN 0100SH 0102SH 0103SH 0104LO 0105CS 0106DT 0107DT 010FCS
          1030LO 103ELO 1090LO 1111SQ 1115SQ 1140SQ 1150UI 1155UI 1160IS 1167UI 1199SQ 1250SQ 2111ST 2112SQ 2218SQ
          2220SQ 2228SQ 3010UI 9007CS 9092SQ 9124SQ 9154SQ 9205CS 9206CS 9207CS 9208CS 9209CS 9215SQ
    0010: 0010PN 0020LO 0030DA 0040CS 1010AS 1020DS 1030DS 2210CS
    0012: 0062CS 0063LO 0064SQ
    0018: 0010LO 0012SQ 0014SQ 0015CS 0020CS 0021CS 0022CS 0023CS 0024SH 0025CS 0050DS 0080DS 0081DS
          0082DS 0083DS 0084DS 0085SH 0086IS 0087DS 0088DS 0089IS 0091IS 0093DS 0094DS 0095DS 1000LO
          1020LO 1030LO 1040LO 1041DS 1042TM 1043TM 1044DS 1046DS 1047DS 1048CS 1049DS 1060DS 1062IS
          1063DS 1064LO 106ACS 1080CS 1081IS 1082IS 1083IS 1084IS 1085LO 1086IS 1088IS 1090IS 1094IS 1100DS
          1250SH 1251SH 1310US 1312CS 1314DS 1315CS 1316DS 1318DS 1800CS 5100CS 9004CS 9005SH 9006SQ 9008CS
          9009CS 9010CS 9011CS 9012CS 9014CS 9015CS 9016CS 9017CS 9018CS 9019FD 9020CS 9021CS 9022CS
          9024CS 9025CS 9026CS 9027CS 9028CS 9029CS 9030FD 9032CS 9033CS 9034CS 9035FD 9036CS 9037CS
          9041LO 9042SQ 9043CS 9044CS 9045SQ 9046LO 9047SH 9048CS 9049SQ 9050LO 9051CS 9052FD 9053FD 9058US 9064CS
          9069FD 9070FD 9073FD 9074DT 9075CS 9076SQ 9077CS 9078CS 9079FD 9081CS 9082FD 9085CS 9087FD
          9089FD 9090FD 9091FD 9092SQ 9093US 9094CS 9096FD 9098FD 9100CS 9101CS 9104FD 9105FD 9106FD
          9107SQ 9112SQ 9114SQ 9115SQ 9117SQ 9118SQ 9119SQ 9125SQ 9147CS 9151DT 9155FD 9168FD
          9169CS 9170CS 9171CS 9172CS 9173CS 9174CS 9176SQ 9177CS 9178CS 9179CS 9180CS 9181FD 9182FD
          9183CS 9185ST 9197SQ 9199CS 9200CS 9214CS 9217FD 9218FD 9219SS 9220FD 9226SQ 9231US 9232US
          9236CS 9239SQ 9240US 9241US 9327FD 9337US 9338SQ 9340SQ 9341SQ 9342CS 9343CS 9344CS
          9424LT 9601SQ 9602FD 9603FD 9604FD 9605FD 9606FD 9607FD A001SQ A003ST
    0020: 000DUI 000EUI 0010SH 0011IS 0012IS 0013IS 0020CS 0032DS 0037DS 0052UI 0060CS 0062CS 0100IS
          0105IS 0110DS 0200UI 0242UI 1002IS 1040LO 1041DS 4000LT 9056SH 9057UL 9071SQ 9072CS 9111SQ 9113SQ
          9116SQ 9128UL 9153FD 9156US 9157UL 9158LT 9161UI 9162US 9163US 9164UI 9165AT 9167AT 9170SQ
          9171SQ 9172SQ 9221SQ 9222SQ 9228UL 9241FL 9245FL 9246FL 9247CS 9248FL 9249CS 9250CS 9251FD 9252FD
          9253SQ 9254FD 9255FD 9256FD 9257FD 930DFD 930ESQ 930FSQ 9310SQ 9311CS 9421LO
    0028: 0002US 0004CS 0006US 0008IS 0010US 0011US 0030DS 0034IS 0100US 0101US 0102US 0103US 0106US
          0107US 0108US 0109US 0120US 0121US 0300CS 0301CS 0303CS 1050DS 1051DS 1052DS 1053DS
          1054LO 1055LO 1056CS 2110CS 2112DS 2114CS 3003LO 9110SQ
          9132SQ 9145SQ
    0032: 1060LO
    0040: 0244DA 0245TM 0250DA 0251TM 0254LO 08EASQ 0555SQ 9096SQ 9210SH 9211US 9212FD 9213FD 9214FD 9216US 9220SQ
          9224FD 9225FD A040CS A043SQ A120DT A121DA A122TM A123PN A124UI A161FD A168SQ A170SQ A30ADS
    0054: 0410SQ 0412SQ 0414SQ 0500CS
    0064: 0003UI
    0070: 0080CS
    2050: 0020CS
    3006: 0024UI
    5200: 9229SQ 9230SQ
    7FE0: 0010OW
"""

_PRIVATE = """
    GEMS_ACQU_01 0019: 0FDS 11SS 12SS 17SS 19DS 1BDS 1EDS 23DS 24DS 27DS 2FDS 5AFL 7DDS 7ESS 7FDS
          81SS 84DS 87DS 88SS 8ASS 8BSS 8DDS 8FSS 90SS 91DS 92SL 94SS 95SS 96SS 9BSS 9FSS A0SS A1SS
          A4SS BBDS BCDS BDDS BEDS C0SS C1SS C2SS C3SS C4SS C5SS C6SS C7SS C8SS C9SS CASS CBSS CCSS
          CDSS CESS CFSS D2SS D5SS D7SS D8SS D9DS DFDS E0DS E2DS F2SS F9DS
    GEMS_IMAG_01 0027: 10SS 31SS 32SS 35SS 36SL 41FL 42FL 43FL 44FL 45FL 46FL 47FL 48FL 49FL 4AFL
          4BFL 4CFL 4DFL 50FL 51FL 60FL 61FL 62FL
    GEMS_PARM_01 0043: 01SS 02SS 03SS 04SS 06SS 07SS 08SS 09SS 0ASS 0BDS 0CDS 0DDS 0EDS 10US 1CSS
          1DSS 2CSS 2FSS 30SS 32SS 33FL 34IS 38FL 39IS 6FDS 7DUS 83DS 9AIS
    GEMS_RELA_01 0021: 36SS 37SS 4FSS 50SS 51DS 52DS 53DS 56SL 57SL 58SL 59SL 5ASL 5BDS 5CDS 5DDS
          5EDS 5FDS 81DS 82DS 83DS 84DS
    GEMS_SERS_01 0025: 06SS 07SL 10SL 11SS 14SL 17SL 18SL 19SL
    Philips~Imaging~DD~001 2001: 01FL 02IS 03FL 05SS 08IS 09FL 0AIS 0FSS 11FL 13SL 14SL 15SS 16SS
          17SL 18SL 1AFL 1BFL 1DIS 22FL 23DS 28FL 29FL 2CFL 2DSS 2FFL 30UL 31US 32FL 35SS 38FL 39FL
          3BFL 3CFL 3DUL 3EFL 41FL 43IS 44IS 45IS 47FL 48SS 49IS 4FFD 51IS 54FL 55UL 58UL 59IS 60SL
          72IS 74DS 75DS 76UL 7AFL 7BIS 7CUL 7EUS 7FUS 81IS 82IS 83DS 84DS 85DS 86IS 88DS 89DS 8ADS
          9BUL 9FUS A2US A3UL A4UL A5UL C0UL C2FD C3UL CBIS D1US D2US D3US D4US D5US D6US D7US D8US
          D9US DBUS DCUS DDUS DEUS DFUL F1FL F2FL F4UL F6UL
    Philips~MR~Imaging~DD~001 2005: 00FL 01FL 02FL 08FL 09FL 0AFL 0BFL 0CFL 0DFL 0EFL 0FDS 10DS 1ASS
          1DSS 20SL 21SS 22IS 23SS 25SS 2BSS 2DIS 30FL 33FL 3DSS 3ESL 63SS 71FL 72FL 73FL 74FL 75FL
          76FL 78FL 79FL 7AFL 7EFL 86SS A0FL A8DS B0FL B1FL B2FL
    Philips~MR~Imaging~DD~005 2005: 09DS 0ADS 12IS 13IS 14SL 15SL 44IS 4AFL 4BFL 4CFL
    SIEMENS~MR~HEADER 0019: 0AUS 0BDS 0CIS 0EFD 12SL 13SL 14IS 15FD 16DS 17DS 18IS 27FD 28FD 29FD
    SIEMENS~MR~SDI~02 0021: 03DS 04DS 05IS 1CIS 24IS 33IS 35IS 3CFD 42IS 45SL 48IS 49IS 4CIS 4EIS
          53FD 54US 59IS 5AFD 5BFD 5EIS 63IS
    SIEMENS~MR~SDS~01 0021: 04DS 05IS 0ADS 0DUS 0FDS 11DS 12FD 13DS 14IS 16DS 17DS 1BDS 1CDS 1DIS
          23IS 25SL 26IS 27US 2DDS 2EIS 2FDS 30DS 31IS 32SS 34DS 35DS 36DS 38DS 3BDS 44DS 46DS 50US
          51US
"""

DESCRIPTIONS = frozenset(
    (
        *(0x00081030, 0x0008103E, 0x00082111, 0x00180010, 0x00180015, 0x00180024, 0x00181030, 0x00181040),
        *(0x00181048, 0x00189005, 0x00189185, 0x00189424, 0x00204000, 0x00209158, 0x00209421, 0x00281055),
        *(0x00283003, 0x00321060, 0x00400254, 0x00409210, 0x00700080),
    )
)
"""Attributes whose words must all be words of technique."""

MUST_BE_EMPTY = frozenset((0x00080050, 0x00080090, 0x00100030, 0x00200010, 0x00201040))
"""Accession number, referring physician, birth date, study ID, position reference: may stand, but without a value."""

META = {
    0x00020000: "UL",
    0x00020001: "OB",
    0x00020002: "UI",
    0x00020003: "UI",
    0x00020010: "UI",
    0x00020012: "UI",
    0x00020013: "SH",
}
"""VR by tag of the file meta information that may stand (PS3.10 section 7.1)."""

_WRITERS = """
    anonymizer clunie cmrtestkit conquest dcmtk deid dicom dicognito fodicom gdcm java matlab mirc
    offis orthanc pixelmed plastimatch posda pydicom pynetdicom rsna siemens toolkit vtkgdcm
"""
WRITERS = frozenset(_WRITERS.split())
"""Words of four letters and more that name the software which wrote a file."""

ACCEPTED_CLASSES = tuple(f"1.2.840.10008.5.1.4.1.1.4{tail}" for tail in ("", ".1", ".4"))
CAPTURE_CLASSES = tuple(f"1.2.840.10008.5.1.4.1.1.7{tail}" for tail in ("", ".1", ".2", ".3", ".4"))
COMPRESSED = frozenset(
    f"1.2.840.10008.1.2.{tail}"
    for tail in (
        "5",
        "4.50",
        "4.51",
        "4.57",
        "4.70",
        "4.80",
        "4.81",
        "4.90",
        "4.91",
        "4.201",
        "4.202",
        "4.203",
    )
)
NATIVE = "1.2.840.10008.1.2.1"
BODY_OF_HEAD = frozenset(("HEAD", "BRAIN", "SKULL", "FACE", "NECK", "ORBIT", "EYE", "JAW"))
VR_ALTERNATIVES = {
    "US": ("US", "SS"),
    "SS": ("SS", "US"),
    "OW": ("OW", "OB", "US", "SS"),
    "OB": ("OB", "OW"),
    "UL": ("UL", "SL"),
    "SL": ("SL", "UL"),
}
WIDTHS = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "AT": 4, "OW": 2, "OB": 1, "OV": 8}
_DAY = rb"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
"""A day of this century or the last, as all moved dates are."""

FORMS = {
    "DS": re.compile(rb"[0-9+.eE \\-]*\0?"),
    "IS": re.compile(rb"[0-9+ \\-]*\0?"),
    "TM": re.compile(rb"(?:[0-9]{2,6}(?:\.[0-9]{1,6})?|[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?)?[ \0]*"),
    "DA": re.compile(rb"(?:" + _DAY + rb")?[ \0]*"),
    "DT": re.compile(rb"(?:" + _DAY + rb"[0-9]{0,6}(?:\.[0-9]{1,6})?)?[ \0]*"),
    "AS": re.compile(rb"(?:0[0-8][0-9]Y|090Y|0[01][0-9]M|02[0-3]M)?[ \0]*"),
}
DATE_IN_TEXT = re.compile(
    rb"(?<![0-9.])(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9])"
    rb"|(?<![0-9])(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9])"
    rb"|(?<![0-9.])[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:19|20)[0-9]{2}(?![0-9])"
    rb"|(?<![0-9.])(?:0?[1-9]|[12][0-9]|3[01])[-/.](?:0?[1-9]|[12][0-9]|3[01])[-/.][0-9]{2}(?![0-9.])"
    rb"|[0-9]{1,2}[ ._-]?(?i:jan|january|feb|february|mar|march|apr|april|may|mai|june?|juni|july?|juli|aug|august"
    rb"|sept?|september|o[ck]t|o[ck]tober|nov|november|de[cz]|de[cz]ember)[ ._-]?[0-9]{2}"
)
PERSON_LIKE = re.compile(
    rb"\^|@|[^\x20-\x7e\0]|[0-9]{6}|[0-9]{2,}(?:[ ()/-]{1,3}[0-9]{2,}){2}|\+[0-9]{2,}[ ()0-9-]{6,}"
)
TEXT_VRS = frozenset(("LO", "SH", "ST", "LT", "UT", "UC", "UR", "AE", "PN"))


def _public() -> dict[int, str]:
    table: dict[int, str] = {}
    group = 0
    for word in _PUBLIC.split():
        if word.endswith(":"):
            group = int(word[:4], 16) << 16
        else:
            table[group | int(word[:4], 16)] = word[4:]
    return table


def _private() -> dict[tuple[bytes, int, int], str]:
    table: dict[tuple[bytes, int, int], str] = {}
    creator, group = b"", 0
    for word in _PRIVATE.split():
        if word.endswith(":"):
            group = int(word[:4], 16)
        elif len(word) == 4 and word[2:].isalpha() and word[2:] in ("DS", "IS", *WIDTHS):
            table[creator, group, int(word[:2], 16)] = word[2:]
        else:
            creator = word.replace("~", " ").encode()
    capitals = {(name.upper(), g, e): vr for (name, g, e), vr in table.items() if name[:7] == b"Philips"}
    return {**table, **capitals}


PUBLIC = _public()
"""VR by tag of every public attribute that may stand."""

PRIVATE = _private()
"""VR by (creator, group, element) of every private number that may stand; texts stand in `private_terms.py`."""
