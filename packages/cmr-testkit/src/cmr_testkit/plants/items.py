"""Identifiers inside sequences: shallow, deep, in frames, in items that nobody expects."""

import struct
from collections.abc import Iterable

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cmr_testkit.plants.place import Place, Planter, code, item, place, put, put_items
from cmr_testkit.plants.reserved import Needle, Reserved, Secret

_MR = b"1.2.840.10008.5.1.4.1.1.4"
Rows = tuple[tuple[int, str, str], ...]


def _in_item(sequence: int, rows: Rows) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secrets: list[Secret] = [getattr(reserved, draw)() for _, _, draw in rows]
        elements = ((tag, vr, one.bytes) for (tag, vr, _), one in zip(rows, secrets, strict=True))
        put_items(dataset, sequence, item(*elements))
        return secrets

    return plant


def _in_code(sequence: int, scheme: str, value: str = "") -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        mark, meaning = reserved.mark(), reserved.spoken()
        put_items(dataset, sequence, code(value or mark.text, scheme, meaning.text))
        return [meaning] if value else [mark, meaning]

    return plant


def _deep(levels: int) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secrets, inner = [], None
        for level in range(levels):
            secret = reserved.person()
            secrets.append(secret)
            outer = item((0x00100010, "PN", secret.bytes), (0x00081150, "UI", _MR))
            if inner is not None:
                put_items(outer, 0x00081140 if level % 2 else 0x00082112, inner)
            inner = outer
        put_items(dataset, 0x00081115, inner or Dataset())
        return secrets

    return plant


def _into(sequence: int, rows: Rows) -> Planter:
    """Into the first item of a sequence that an image keeps, or a new item."""

    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        found = dataset[sequence].value if sequence in dataset else []
        first = (
            found[0] if len(found) else item((0x00081150, "UI", _MR), (0x00081155, "UI", b"1.3.6.1.4.1.1"))
        )
        if not len(found):
            put_items(dataset, sequence, first)
        secrets: list[Secret] = [getattr(reserved, draw)() for _, _, draw in rows]
        for (tag, vr, _), secret in zip(rows, secrets, strict=True):
            put(first, tag, vr, secret.bytes)
        return secrets

    return plant


def _frames(dataset: Dataset, group: int) -> Iterable[Dataset]:
    for sequence in (0x52009230, 0x52009229):
        for frame in dataset[sequence].value if sequence in dataset else []:
            if group not in frame:
                frame.add_new(group, "SQ", Sequence([Dataset()]))
            yield frame[group].value[0]


def _in_frames(group: int, rows: Rows) -> Planter:
    """Into every frame and the shared group; nothing in an image of one frame."""

    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        secrets: list[Secret] = []
        for inner in _frames(dataset, group):
            for tag, vr, draw in rows:
                secret = getattr(reserved, draw)()
                put(inner, tag, vr, secret.bytes)
                secrets.append(secret)
        return secrets

    return plant


def _signature(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    subject, stamp = reserved.person(), reserved.stamp()
    certificate = b"\x30\x82\x01\x0a\x0c" + bytes([len(subject.bytes)]) + subject.bytes
    signed = item(
        (0x04000100, "UI", b"1.3.6.1.4.1.9590.7"),
        (0x04000105, "DT", stamp.bytes),
        (0x04000115, "OB", certificate),
    )
    put_items(dataset, 0xFFFAFFFA, signed)
    return [subject, stamp]


def _icon(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    secret = reserved.spoken()
    pixels = secret.bytes.ljust(64, b" ")
    put_items(
        dataset,
        0x00880200,
        item((0x00280010, "US", b"\x08\0"), (0x00280011, "US", b"\x08\0"), (0x7FE00010, "OB", pixels)),
    )
    return [secret]


def _overlay(group: int) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        bitmap, label, comment = reserved.family(), reserved.spoken(), reserved.email()
        base = group << 16
        put(dataset, base | 0x0010, "US", b"\x08\0")
        put(dataset, base | 0x0022, "LO", label.bytes)
        put(dataset, base | 0x3000, "OW", bitmap.bytes)
        put(dataset, base | 0x4000, "LT", comment.bytes)
        return [bitmap, label, comment]

    return plant


def _curve(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    label, data = reserved.spoken(), reserved.family()
    put(dataset, 0x50000022, "LO", label.bytes)
    put(dataset, 0x50003000, "OW", data.bytes)
    return [label, data]


def _empty_groups(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    secret = reserved.family()
    put(dataset, 0x00100000, "UL", struct.pack("<L", 4))
    put(dataset, 0x00180000, "UN", secret.bytes)
    return [secret]


def _own_marks(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    name, meaning = reserved.person(), reserved.spoken()
    put(dataset, 0x00120062, "CS", b"YES")
    put(dataset, 0x00120063, "LO", b"Hospital tool\\removed " + name.bytes)
    put_items(dataset, 0x00120064, code("113100", "DCM", meaning.text))
    return [name, meaning]


def _reference(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    uid, study = reserved.uid(), reserved.uid()
    inner = item((0x00081150, "UI", _MR), (0x00081155, "UI", uid.bytes), (0x0020000D, "UI", study.bytes))
    put_items(dataset, 0x00082112, inner)
    return [uid, study]


def _standard_looking_uid(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
    digits = reserved.number(8).text
    secret = Secret(f"1.2.840.10008.{digits}", "uid", (Needle("text", f"10008.{digits}".encode()),))
    put(dataset, 0x00083010, "UI", secret.bytes)
    return [secret]


_ORDER: Rows = (
    (0x00401001, "SH", "mark"),
    (0x00400009, "SH", "mark"),
    (0x00080050, "SH", "mark"),
    (0x00401002, "LO", "spoken"),
    (0x00321032, "PN", "person"),
    (0x0040A132, "LO", "family"),
)
_EQUIPMENT: Rows = (
    (0x00080080, "LO", "family"),
    (0x00081010, "SH", "mark"),
    (0x00181000, "LO", "number"),
    (0x00081070, "PN", "person"),
    (0x0018A002, "DT", "stamp"),
    (0x0018A003, "ST", "spoken"),
)
_PERSON: Rows = (
    (0x00080080, "LO", "family"),
    (0x00401102, "ST", "address"),
    (0x00401103, "LO", "phone"),
    (0x00401104, "LT", "email"),
)
_FRAME: Rows = (
    (0x00209158, "LT", "spoken"),
    (0x00209453, "LO", "family"),
    (0x00189074, "DT", "moved_stamp"),
    (0x00189151, "DT", "moved_stamp"),
    (0x00100010, "PN", "person"),
)
_PATIENT: Rows = ((0x00100020, "LO", "mark"), (0x00100021, "LO", "family"), (0x00100010, "PN", "person"))
_BEFORE: Rows = ((0x04000563, "LO", "mark"), (0x04000562, "DT", "stamp"), (0x04000564, "LO", "family"))
_NAME: Rows = ((0x00100010, "PN", "person"),)
_TABLE: tuple[tuple[str, str, Planter], ...] = (
    ("request-attributes", "order with numbers and people", _in_item(0x00400275, _ORDER)),
    ("contributing-equipment", "equipment that touched the image before", _in_item(0x0018A001, _EQUIPMENT)),
    ("operator", "person who ran the scanner", _in_item(0x00081072, _PERSON)),
    ("referring-physician-item", "person who asked for the exam", _in_item(0x00080096, _PERSON)),
    ("performing-physician-item", "person who did the exam", _in_item(0x00081052, _PERSON)),
    ("original-attributes", "values before they were corrected", _in_item(0x04000561, _BEFORE)),
    ("other-patient-ids", "further numbers of the patient", _in_item(0x00101002, _PATIENT)),
    ("referenced-patient", "reference to the patient", _in_item(0x00081120, _PATIENT)),
    ("referenced-study", "reference to a study", _in_item(0x00081110, ((0x00081155, "UI", "uid"),))),
    ("referenced-step", "reference to a procedure step", _in_item(0x00081111, ((0x00081155, "UI", "uid"),))),
    (
        "insurance-in-item",
        "policy",
        _in_item(0x00100023, ((0x00100010, "PN", "person"), (0x00100050, "LO", "mark"))),
    ),
    ("issuer-qualifiers", "issuer of a number", _in_item(0x00100024, ((0x00400032, "UT", "url"),))),
    (
        "names-to-use",
        "names that a person uses (2026)",
        _in_item(0x00100011, ((0x00100012, "LT", "spoken"),)),
    ),
    ("pronouns", "pronouns with a comment (2026)", _in_item(0x00100014, ((0x00100016, "UT", "spoken"),))),
    (
        "gender-identity",
        "gender identity with a comment (2026)",
        _in_item(0x00100041, ((0x00100045, "UT", "spoken"),)),
    ),
    ("future-sequence", "sequence of an edition to come", _in_item(0x00101FF9, _NAME)),
    ("local-code", "local code of a procedure", _in_code(0x00081032, "99HOSP")),
    ("name-as-meaning", "name as the meaning of a public code", _in_code(0x00082218, "SCT", "80891009")),
    ("local-region", "local code of a region", _in_code(0x00082218, "99HOSP")),
    ("diagnosis", "diagnosis with a name", _in_code(0x00081084, "I10", "I25.2")),
    ("reason-code", "reason for the procedure", _in_code(0x0040100A, "99HOSP")),
    ("nested-3", "names in three nested sequences", _deep(3)),
    ("nested-20", "names in twenty nested sequences", _deep(20)),
    (
        "kept-reference",
        "person in a reference that stays",
        _into(0x00081140, (*_NAME, (0x00080080, "LO", "family"))),
    ),
    ("reference-uids", "UIDs with number and time in references", _reference),
    ("standard-looking-uid", "number under the root of the standard", _standard_looking_uid),
    ("signature", "certificate of a digital signature", _signature),
    (
        "encrypted-attributes",
        "name in encrypted attributes",
        _in_item(0x04000500, ((0x04000520, "OB", "family"),)),
    ),
    ("icon", "icon image", _icon),
    ("overlay-first", "overlay with bitmap, label and comment", _overlay(0x6000)),
    ("overlay-last", "overlay of the last group", _overlay(0x601E)),
    ("curve", "curve with label", _curve),
    ("group-lengths", "text in the length of a group", _empty_groups),
    ("marks-of-another-tool", "name in the method of an earlier tool", _own_marks),
    ("frame-content", "comment, label, times and name of every frame", _in_frames(0x00209111, _FRAME)),
    ("frame-anatomy", "name in the anatomy of every frame", _in_frames(0x00209071, _NAME)),
    (
        "frame-values",
        "name in the explanation of values",
        _in_frames(0x00409096, ((0x00283003, "LO", "spoken"), (0x00409210, "SH", "mark"))),
    ),
    ("frame-unassigned", "what a conversion could not place", _in_frames(0x00209171, _PATIENT)),
    (
        "frame-derivation",
        "derivation of every frame",
        _in_frames(0x00089124, ((0x00082111, "ST", "spoken"),)),
    ),
    ("frame-velocity", "name beside velocity encoding", _in_frames(0x00189197, _NAME)),
)
_SLOTS = {
    "standard-looking-uid": "IrradiationEventUID",
    "name-as-meaning": "region",
    "local-region": "region",
    "nested-3": "1115",
    "nested-20": "1115",
}
ITEMS: tuple[Place, ...] = tuple(
    place(name, what, "frames" if name.startswith("frame-") else "item", made, _SLOTS.get(name, name))
    for name, what, made in _TABLE
)
"""Places in sequences, overlays and curves."""
