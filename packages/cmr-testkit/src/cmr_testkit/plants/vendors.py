"""Identifiers in private elements: vendors' blobs, safe-looking places, creators that are names, nobody's blocks."""

import struct
import zlib
from collections.abc import Iterable

from pydicom.dataset import Dataset

from cmr_testkit.csa import csa_header, phoenix_protocol
from cmr_testkit.plants.place import Place, Planter, creator, item, place, put, put_items
from cmr_testkit.plants.reserved import Reserved, Secret, long


def _in(name: str, group: int, number: int, vr: str, draw: str) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secret: Secret = getattr(reserved, draw)()
        put(dataset, creator(dataset, group, name, 0x40) | number, vr, secret.bytes)
        return [secret]

    return plant


def _epoch(name: str, group: int, number: int, vr: str) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secret = long(reserved.epoch())
        put(dataset, creator(dataset, group, name, 0x50) | number, vr, secret.bytes)
        return [secret]

    return plant


def _as_bytes(name: str, group: int, number: int, vr: str, size: int) -> Planter:
    """A name as the bytes of numbers, `size` of them long."""

    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secret = reserved.family()
        put(dataset, creator(dataset, group, name, 0x60) | number, vr, secret.bytes.ljust(size)[:size])
        return [secret]

    return plant


def _csa(version: int) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        patient, operator, number = reserved.person(), reserved.person(), reserved.mark()
        elements = [
            ("PatientName", "LO", [patient.text]),
            ("OperatorName", "LO", [operator.text]),
            ("PatientIdentifier", "LO", [number.text]),
        ]
        blob = csa_header(elements)
        if version == 1:
            blob = struct.pack("<LL", len(elements), 77) + blob[16:]
        put(dataset, creator(dataset, 0x0029, "SIEMENS CSA HEADER", 0x70 + version) | 0x10, "OB", blob)
        return [patient, operator, number]

    return plant


def _protocol(group: int, name: str, number: int, vr: str) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        patient, place_name, uid = reserved.person(), reserved.family(), reserved.uid()
        text = phoenix_protocol(
            [
                ("tPatientName", f'""{patient.text}""'),
                ("sProtConsistencyInfo.tInstitution", f'""{place_name.text}""'),
                ("tReferenceImage0", f'""{uid.text}""'),
            ]
        )
        put(dataset, creator(dataset, group, name, 0x80) | number, vr, text.encode("latin-1"))
        return [patient, place_name, uid]

    return plant


def _public_in_private(levels: int) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secrets: list[Secret] = []
        inner = Dataset()
        for _ in range(levels):
            name, number, date = reserved.person(), reserved.mark(), reserved.date()
            secrets += [name, number, date]
            outer = item(
                (0x00100010, "PN", name.bytes),
                (0x00100020, "LO", number.bytes),
                (0x00100030, "DA", date.bytes),
            )
            if len(inner):
                put_items(outer, creator(outer, 0x2005, "Philips MR Imaging DD 005") | 0x02, inner)
            inner = outer
        put_items(dataset, creator(dataset, 0x2005, "Philips MR Imaging DD 005", 0x90) | 0x01, inner)
        return secrets

    return plant


def _name_as_creator(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    name, value = reserved.person(), reserved.mark()
    put(dataset, creator(dataset, 0x0033, name.text) | 0x10, "LO", value.bytes)
    return [name, value]


def _idle_creator(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    name = reserved.family()
    creator(dataset, 0x0019, name.text, 0xA0)
    return [name]


def _nobody(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    name = reserved.spoken()
    put(dataset, 0x00351010, "LO", name.bytes)
    return [name]


def _creator_elsewhere(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    name, number = reserved.family(), reserved.mark()
    put(dataset, 0x001900FE, "LO", b"GEMS_ACQU_01")
    put(dataset, 0x0019FECC, "SS", name.bytes)
    put(dataset, 0x0019FE9E, "LO", number.bytes)
    return [name, number]


def _below_creators(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    name = reserved.spoken()
    put(dataset, 0x00190008, "LO", name.bytes)
    return [name]


def _deflated(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    name = reserved.person()
    blob = zlib.compress(b"history of " + name.bytes * 3)
    put(dataset, creator(dataset, 0x0029, "SIEMENS MEDCOM HEADER", 0xB0) | 0x60, "OB", blob)
    return [name]


def _wide(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    name = reserved.spoken()
    put(
        dataset,
        creator(dataset, 0x0021, "SIEMENS MR SDI 02", 0xB0) | 0x10,
        "UN",
        name.text.encode("utf-16-le"),
    )
    return [name]


def _creator_of_other_vr(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    name, number = reserved.family(), reserved.number(8)
    put(dataset, 0x001900A8, "UN", b"GEMS_ACQU_01 ")
    put(dataset, 0x0019A82F, "DS", number.bytes)
    put(dataset, 0x0019A89C, "LO", name.bytes)
    return [name, number]


_GE, _GE_PARM, _PHILIPS, _SIEMENS = (
    "GEMS_ACQU_01",
    "GEMS_PARM_01",
    "Philips Imaging DD 001",
    "SIEMENS MR HEADER",
)
_ROWS: tuple[tuple[str, str, Planter], ...] = (
    ("csa-v1", "CSA header of version 1", _csa(1)),
    ("csa-v2", "CSA header of version 2 (SV10)", _csa(2)),
    ("phoenix", "MrPhoenixProtocol in a private text", _protocol(0x0029, "SIEMENS CSA HEADER", 0x20, "OB")),
    ("xa-protocol", "ASCCONV of Siemens XA", _protocol(0x0021, "SIEMENS MR SDS 01", 0x19, "OB")),
    ("xa-protocol-lo", "protocol of Siemens XA as text", _protocol(0x0021, "SIEMENS MR SDR 01", 0x19, "UT")),
    ("medcom-deflated", "deflated history", _deflated),
    ("xa-wide", "UTF-16 in an unknown private value", _wide),
    ("private-public-tags", "private sequence with public tags", _public_in_private(1)),
    ("private-deep", "private sequences in four levels", _public_in_private(4)),
    ("name-as-creator", "name as a private creator", _name_as_creator),
    ("idle-creator", "private creator without elements", _idle_creator),
    ("no-creator", "private element of nobody", _nobody),
    ("creator-elsewhere", "private creator not at xx10", _creator_elsewhere),
    ("creator-of-other-vr", "private creator of unknown form", _creator_of_other_vr),
    ("below-creators", "private element below the creators", _below_creators),
    ("ge-epoch", "image date of GE in seconds since 1970", _epoch("GEMS_IDEN_01", 0x0009, 0x27, "SL")),
    ("ge-epoch-ul", "the same without a sign", _epoch("GEMS_IDEN_01", 0x0009, 0xE9, "UL")),
    ("safe-epoch", "seconds since 1970 in a safe place", _epoch("GEMS_SERS_01", 0x0025, 0x07, "SL")),
    ("ge-suite", "suite of GE", _in("GEMS_IDEN_01", 0x0009, 0x02, "SH", "mark")),
    ("ge-service", "service number of GE", _in("GEMS_IDEN_01", 0x0009, 0x30, "SH", "mark")),
    ("ge-equipment-uid", "equipment UID of GE", _in("GEMS_IDEN_01", 0x0009, 0xE3, "UI", "uid")),
    ("ge-series-words", "private series words of GE", _in("GEMS_SERS_01", 0x0025, 0x1A, "LO", "spoken")),
    ("ge-plan-uid", "private UID of GE", _in(_GE_PARM, 0x0043, 0x61, "UI", "uid")),
    ("ge-dt", "private DT", _in(_GE, 0x0019, 0x9D, "DT", "stamp")),
    (
        "ge-raw",
        "private text in group 7FE1",
        _in("GEMS_Ultrasound_MovieGroup_001", 0x7FE1, 0x01, "LO", "spoken"),
    ),
    ("safe-text-in-number", "text in a safe place for a number", _in(_GE, 0x0019, 0xCC, "LO", "family")),
    ("safe-name-bytes", "name as the bytes of safe numbers", _as_bytes(_PHILIPS, 0x2001, 0x03, "FL", 32)),
    ("safe-name-float", "name as three safe numbers", _as_bytes(_PHILIPS, 0x2001, 0x1A, "FL", 12 * 2)),
    ("safe-number-ds", "patient number in a safe DS", _in(_GE, 0x0019, 0x2F, "DS", "number")),
    ("safe-date-ds", "date in a safe DS", _in(_GE, 0x0019, 0xE2, "DS", "date")),
    ("safe-number-is", "patient number in a safe IS", _in(_PHILIPS, 0x2001, 0x08, "IS", "number")),
    ("safe-mark-lo", "number in a safe LO", _in(_GE, 0x0019, 0x9E, "LO", "mark")),
    ("safe-name-lo", "name in a safe LO", _in(_GE, 0x0019, 0x9E, "LO", "spoken")),
    ("safe-mark-sh", "number in a safe SH", _in(_GE_PARM, 0x0043, 0x27, "SH", "mark")),
    ("safe-mark-cs", "number in a safe CS", _in(_PHILIPS, 0x2001, 0x04, "CS", "mark")),
    ("safe-mark-gating", "number in a safe CS of gating", _in(_PHILIPS, 0x2001, 0x0C, "CS", "mark")),
    ("siemens-mark", "number in a Siemens CS", _in(_SIEMENS, 0x0019, 0x0D, "CS", "mark")),
    ("siemens-0051", "name in the words of a slice", _in(_SIEMENS, 0x0051, 0x16, "LO", "spoken")),
    ("siemens-venc-text", "name in a velocity text", _in(_SIEMENS, 0x0051, 0x14, "SH", "mark")),
    (
        "philips-comment",
        "name in a private comment",
        _in("Philips MR Imaging DD 001", 0x2005, 0x37, "PN", "person"),
    ),
    (
        "philips-presentation",
        "presentation state in private groups",
        _in("Philips MR Imaging DD 129", 0x2001, 0x01, "LT", "spoken"),
    ),
    ("private-ut", "long private text", _in("PLANTED TEXTS", 0x0045, 0x01, "UT", "address")),
    ("private-ob", "text in private bytes", _in("PLANTED TEXTS", 0x0045, 0x02, "OB", "spoken")),
    ("private-un", "text of unknown form", _in("PLANTED TEXTS", 0x0045, 0x03, "UN", "email")),
    ("private-ae", "private AE title", _in("PLANTED TEXTS", 0x0045, 0x04, "AE", "mark")),
    ("private-da", "private date", _in("PLANTED TEXTS", 0x0045, 0x05, "DA", "date")),
    ("private-ur", "private address of the web", _in("PLANTED TEXTS", 0x0045, 0x06, "UR", "url")),
)
PRIVATE: tuple[Place, ...] = tuple(place(name, what, "private", made) for name, what, made in _ROWS)
"""Places in private elements."""
