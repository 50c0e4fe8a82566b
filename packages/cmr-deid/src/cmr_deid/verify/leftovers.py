"""Does anything of a coded instance still stand in what was re-keyed from it for a data release?

Reads both files with the verifier's own walker and knows nothing of how re-keying works: UIDs, pseudonyms, key id,
seal, device and dates of the one must not stand in the other.
"""

import datetime

from cmr_deid.verify.inspection import Finding
from cmr_deid.verify.walker import Field, FieldWalk, MalformedBytesError

_PIXELS = 0x7FE00010
_METHOD, _DEVICE, _NAMES = 0x00120063, 0x00181000, (0x00100010, 0x00100020)
_STANDARD = b"1.2.840.10008."
_SOFTWARE = (0x00020012, 0x00020013)
_NO_TEXT = frozenset(("UI", "DS", "IS", "TM", "AS", "AT", "US", "SS", "UL", "SL", "FL", "FD"))
_DUMMY = b"19000101"
_FORM = "%Y%m%d"


def leftovers(before: bytes, after: bytes, days: int | None) -> tuple[Finding, ...]:
    """What of `before` is found in `after`, outside pixel data.

    Args:
        before: a coded Part-10 file.
        after: the re-keyed one.
        days: by which dates were moved, None if all were dropped: a date that another one moved to is none of
            the old ones.

    Returns:
        Findings at the attributes of `before` whose value was found (never the value); empty for a clean file.
    """
    try:
        old, new = _values(before), _values(after)
    except MalformedBytesError as malformed:
        return (Finding(malformed.code, ""),)
    dates = {value[:8] for field, value in old if field.vr in ("DA", "DT")} - {_DUMMY, b""}
    dates -= {_moved(date, days) for date in dates}
    texts = b"\0".join(value for field, value in new if field.vr not in _NO_TEXT)
    everything = b"\0".join(value for _, value in new)
    found = {
        Finding("original_uid" if field.vr == "UI" else "identifying_value", f"{field.tag:08X}")
        for field, value in old
        for part in _names_in(field, value)
        if part in everything
    }
    found |= {Finding("identifying_value", "date") for date in dates if date in texts}
    return tuple(sorted(found, key=lambda one: (one.path, one.reason_code)))


def _values(data: bytes) -> list[tuple[Field, bytes]]:
    view = memoryview(data)
    walk = FieldWalk(view)
    fields = [field for field in walk.meta(132) if field.tag not in _SOFTWARE]
    fields += walk.fields(walk.end)
    return [
        (field, bytes(view[field.start : field.start + field.length]).strip(b" \0"))
        for field in fields
        if field.vr != "SQ" and field.tag != _PIXELS
    ]


def _names_in(field: Field, value: bytes) -> list[bytes]:
    """The parts of a value that name somebody or something of the center."""
    if field.vr == "UI":
        return [uid for uid in value.split(b"\\") if uid and not uid.startswith(_STANDARD)]
    if field.tag == _METHOD:
        return b"".join(value.split(b"\\")[1:2]).split()
    return [value] if value and field.tag in (_DEVICE, *_NAMES) else []


def _moved(date: bytes, days: int | None) -> bytes:
    if days is None:
        return b""
    try:
        moved = datetime.datetime.strptime(date.decode("latin-1"), _FORM) + datetime.timedelta(days=days)
    except (ValueError, OverflowError):
        return b""
    return f"{moved:{_FORM}}".encode()
