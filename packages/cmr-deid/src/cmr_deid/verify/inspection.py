"""What the second look says about one file: identity fields and findings."""

from dataclasses import dataclass

from cmr_deid.verify import private_terms, tables, terms
from cmr_deid.verify.amounts import is_sensible_private
from cmr_deid.verify.bits import has_hidden_bits
from cmr_deid.verify.streams import Shape, stream_finding
from cmr_deid.verify.values import CODED, code_finding, private_text_finding, value_finding
from cmr_deid.verify.walker import Field, FieldWalk, MalformedBytesError

MOST_FINDINGS = 200
_LONGEST_PRIVATE = 512
_SYNTAX, _META_CLASS, _META_INSTANCE = 0x00020010, 0x00020002, 0x00020003
_PIXELS = 0x7FE00010
_EQUIPMENT_ITEM, _DESCRIPTION = (0x0018A001,), 0x0018A003
_SCREEN = (b"SCREEN", b"REPORT", b"RESULT", b"SUMMARY", b"SNAPSHOT", b"DOCUMENT")
_INTERESTING = {
    0x0008103E,
    *(0x00080008, 0x00080016, 0x00080018, 0x00080060, 0x00080064, 0x00100010, 0x00100020, 0x00120062),
    *(
        0x00120063,
        0x00180015,
        0x0020000D,
        0x0020000E,
        0x00280002,
        0x00280004,
        0x00280008,
        0x00280010,
        0x00280011,
    ),
    *(0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x00280301, 0x00280303),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that speaks against the file.

    Attributes:
        reason_code: code of `cmr_exchange.reasons`.
        path: numbers of the attribute from the top, `(gggg,eeee)/(gggg,eeee)`; empty for the whole file.
    """

    reason_code: str
    path: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """Identity fields and findings of one file; an unknown field is empty or None.

    Attributes:
        findings: empty exactly when the file may pass.
        pixel_offset, pixel_length: place of the pixel data's value in the file, None without pixel data.
    """

    findings: tuple[Finding, ...]
    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    series_instance_uid: str = ""
    study_instance_uid: str = ""
    transfer_syntax_uid: str = ""
    patient_id: str = ""
    modality: str = ""
    rows: int | None = None
    columns: int | None = None
    number_of_frames: int = 1
    pixel_offset: int | None = None
    pixel_length: int | None = None


def inspect(data: bytes | memoryview) -> Inspection:
    """Look at one Part-10 file; never raises on any bytes."""
    looked = _Look(memoryview(data))
    looked.run()
    return looked.result()


class _Look:
    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._findings: dict[Finding, None] = {}
        self._values: dict[int, bytes] = {}
        self._pixels: Field | None = None
        self._basic_code = False
        self._coded: dict[int, tuple[tuple[int, ...], dict[int, bytes]]] = {}

    def run(self) -> None:
        if not len(self._data):
            return self._say("zero_length")
        if len(self._data) < 132 or bytes(self._data[128:132]) != b"DICM":
            return self._say("not_dicom")
        if any(bytes(self._data[:128])):
            self._say("hidden_bytes")
        try:
            self._walk()
        except MalformedBytesError as malformed:
            after = self._pixels is not None and malformed.code != "too_deep"
            return self._say("hidden_bytes" if after else malformed.code)
        self._judge_codes()
        self._judge_object()
        self._judge_marks()
        self._judge_identity()
        self._judge_pixels()
        return None

    def result(self) -> Inspection:
        pixels = self._pixels
        return Inspection(
            findings=tuple(self._findings),
            sop_class_uid=self._text(0x00080016),
            sop_instance_uid=self._text(0x00080018),
            series_instance_uid=self._text(0x0020000E),
            study_instance_uid=self._text(0x0020000D),
            transfer_syntax_uid=self._text(_SYNTAX),
            patient_id=self._text(0x00100020),
            modality=self._text(0x00080060),
            rows=self._number(0x00280010),
            columns=self._number(0x00280011),
            number_of_frames=self._number(0x00280008) or 1,
            pixel_offset=None if pixels is None else pixels.start,
            pixel_length=None if pixels is None else pixels.length,
        )

    def _say(self, code: str, path: str = "") -> None:
        if len(self._findings) < MOST_FINDINGS:
            self._findings[Finding(code, path)] = None

    def _walk(self) -> None:
        walk = FieldWalk(self._data)
        for field in walk.meta(132):
            self._values[field.tag] = self._value(field)
            if tables.META.get(field.tag) != field.vr:
                self._say("identifying_attribute", _path(field))
            else:
                self._judge_value(field)
        if self._text(_SYNTAX) not in (tables.NATIVE, *tables.COMPRESSED):
            raise MalformedBytesError("transfer_syntax")
        for field in walk.fields(walk.end):
            self._field(field)

    def _field(self, field: Field) -> None:
        tag = field.tag
        if not field.path and tag in _INTERESTING:
            self._values[tag] = self._value(field)
        if tag == _PIXELS and not field.path:
            self._pixels = field
        if tag >> 16 & 1:
            return self._judge_private(field)
        expected = tables.PUBLIC.get(tag)
        if field.path and any(outer >> 16 & 1 for outer in field.path):
            return self._say("private_attribute", _path(field))
        nested_pixels = tag == _PIXELS and field.path
        if nested_pixels or field.vr not in tables.VR_ALTERNATIVES.get(expected or "", (expected,)):
            return self._say("identifying_attribute", _path(field))
        if tag == 0x00080100 and field.path == (0x00120064,):
            self._basic_code |= self._value(field).strip(b" \0") == b"113100"
        if tag in CODED:
            self._coded.setdefault(field.scope, (field.path, {}))[1][tag] = self._value(field)
        if (field.path == _EQUIPMENT_ITEM or tag == _DESCRIPTION) and field.vr != "SQ":
            return self._judge_equipment(field)
        if field.vr != "SQ" and tag != _PIXELS:
            self._judge_value(field)
        return None

    def _judge_equipment(self, field: Field) -> None:
        form = terms.DEIDENTIFYING_EQUIPMENT.get(field.tag) if field.path == _EQUIPMENT_ITEM else None
        if form is None or not form.fullmatch(self._value(field)):
            self._say("identifying_value", _path(field))

    def _judge_value(self, field: Field) -> None:
        code = value_finding(field.tag, field.vr, self._value(field))
        if code is not None:
            self._say(code, _path(field))

    def _judge_codes(self) -> None:
        for path, values in self._coded.values():
            code = code_finding(*(values.get(tag, b"") for tag in CODED))
            if code is not None or not path:
                self._say("identifying_value", "/".join(map(_number_path, (*path, min(values)))))

    def _judge_private(self, field: Field) -> None:
        group, number = field.tag >> 16, field.tag & 0xFFFF
        if 0x10 <= number <= 0xFF:
            creator = self._value(field).strip(b" \0")
            known = (creator, group) in private_terms.CREATORS and field.vr == "LO"
        else:
            known = self._is_known_private(field, (field.creator, group, number & 0xFF))
        if not known:
            self._say("private_attribute", _path(field))

    def _is_known_private(self, field: Field, place: private_terms.Place) -> bool:
        if field.vr == "SQ":
            return place in private_terms.SEQUENCES
        if field.length > _LONGEST_PRIVATE:
            return False
        value = self._value(field)
        if field.vr in private_terms.VRS:
            return private_text_finding(place, value) is None
        known = field.vr == tables.PRIVATE.get(place) and value_finding(field.tag, field.vr, value) is None
        return known and is_sensible_private(place[0], place[2], field.vr, value)

    def _judge_object(self) -> None:
        sop_class = self._text(0x00080016)
        if sop_class in tables.CAPTURE_CLASSES or self._values.get(0x00080064):
            self._say("secondary_capture")
        elif sop_class not in tables.ACCEPTED_CLASSES or sop_class != self._text(_META_CLASS):
            self._say("sop_class")
        if self._text(0x00080060) != "MR":
            self._say("not_mr")
        kinds = self._values.get(0x00080008, b"").upper()
        if any(word in kinds for word in _SCREEN) or self._number(0x00280002) not in (None, 1):
            self._say("screen_save")
        said = self._text(0x0008103E).lower()
        if "screen" in said and ("save" in said or "shot" in said):
            self._say("screen_save")
        if self._text(0x00280004) not in ("MONOCHROME1", "MONOCHROME2", ""):
            self._say("screen_save")
        if self._text(0x00280301).upper() == "YES":
            self._say("burned_in")
        if self._text(0x00180015).upper() in tables.BODY_OF_HEAD:
            self._say("head_coverage")

    def _judge_marks(self) -> None:
        modified = self._text(0x00280303) in ("MODIFIED", "REMOVED")
        stated = self._text(0x00120062) == "YES" and bool(self._text(0x00120063))
        if not (modified and stated and self._basic_code):
            self._say("not_marked")

    def _judge_identity(self) -> None:
        for tag in (0x00080018, 0x0020000D, 0x0020000E):
            if not self._text(tag).startswith("2.25."):
                self._say("original_uid" if self._text(tag) else "missing_uid", _number_path(tag))
        if self._text(0x00080018) != self._text(_META_INSTANCE):
            self._say("original_uid", _number_path(_META_INSTANCE))
        patient_id = self._text(0x00100020)
        if not _is_pseudonym(patient_id):
            self._say("identifying_value" if patient_id else "no_patient_id", _number_path(0x00100020))
        if self._text(0x00100010) != patient_id:
            self._say("identifying_value", _number_path(0x00100010))

    def _judge_pixels(self) -> None:
        syntax, pixels = self._text(_SYNTAX), self._pixels
        if pixels is None:
            return self._say("pixel_length")
        if pixels.open_ended != (syntax in tables.COMPRESSED):
            return self._say("transfer_syntax", _number_path(_PIXELS))
        rows, columns = self._number(0x00280010) or 0, self._number(0x00280011) or 0
        bits, frames = self._number(0x00280100) or 0, self._number(0x00280008)
        frames = 1 if frames is None else frames
        if pixels.open_ended:
            shape = Shape(rows * columns, bits // 8, frames)
            code = stream_finding(self._value(pixels), syntax, shape)
            return None if code is None else self._say(code, _number_path(_PIXELS))
        expected = rows * columns * frames * bits // 8
        if not expected or pixels.length != expected + expected % 2:
            return self._say("pixel_length", _number_path(_PIXELS))
        stored, signed = self._number(0x00280101) or 0, self._number(0x00280103) == 1
        if self._number(0x00280102) != stored - 1 or has_hidden_bits(
            self._value(pixels), bits, stored, signed
        ):
            self._say("hidden_bytes", _number_path(_PIXELS))
        return None

    def _value(self, field: Field) -> bytes:
        return bytes(self._data[field.start : field.start + field.length])

    def _text(self, tag: int) -> str:
        return self._values.get(tag, b"").decode("latin-1").strip(" \0")

    def _number(self, tag: int) -> int | None:
        raw = self._values.get(tag)
        if raw is None:
            return None
        if tag == 0x00280008:
            text = raw.strip(b" \0")
            return int(text) if text.isdigit() and len(text) < 9 else 0
        return int.from_bytes(raw, "little") if len(raw) == 2 else 0


def _is_pseudonym(text: str) -> bool:
    """Sixteen letters of base 32 and Luhn's check letter over them, computed here once more."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    if len(text) != 17 or any(c not in letters for c in text):
        return False
    total = 0
    for place, letter in enumerate(text):
        value = letters.index(letter) * (2 if place % 2 else 1)
        total += value % 32 + value // 32
    return total % 32 == 0


def _path(field: Field) -> str:
    return "/".join(_number_path(tag) for tag in (*field.path, field.tag))


def _number_path(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
