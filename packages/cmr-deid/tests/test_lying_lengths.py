"""Lengths that swallow neighbors or eject the end of a value: nothing of either leaves, whichever attribute lies."""

import struct

import pytest

from cmr_deid.elements import SHORT_VRS
from cmr_deid.engine import Engine
from cmr_deid.errors import DeidRefusal
from cmr_deid.leaks import search
from cmr_deid.verify import inspect

EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
IDENTIFIERS = [b"fnordvexil", b"zebulonia", b"0042177", b"plyxquor", b"jorvin", b"wexandra", b"awp774411"]
IDENTIFIERS += [b"19440817", b"20210304", b"acc778812", b"77441199"]


def elements(data, explicit):
    """Offset, offset of the length, its form, and the offset after the value of every element at the top."""
    at = 144 + struct.unpack_from("<L", data, 140)[0]
    while at < len(data):
        place, form = (at + 4, "<L") if not explicit else (at + 6, "<H")
        if explicit and data[at + 4 : at + 6].decode() not in SHORT_VRS:
            place, form = at + 8, "<L"
        following = place + struct.calcsize(form) + struct.unpack_from(form, data, place)[0]
        yield at, place, form, following
        at = following


def lying(data, explicit):
    """Copies of a file in each of which one length says too much or too little."""
    found = list(elements(data, explicit))
    for number, (_, place, form, end) in enumerate(found[:-1]):
        start = place + struct.calcsize(form)
        ends = {following[3] for following in found[number + 1 : number + 4]}
        ends |= {end + 4, end + 8, end + 12, end - 2, end - 4, end - 8, start}
        for wrong in ends:
            if start <= wrong < len(data):
                yield data[:place] + struct.pack(form, wrong - start) + data[start:]


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_a_length_that_swallows_or_ejects_leaks_nothing(mr, nested, identities, syntax):
    engine = Engine(identities)
    data = mr(
        syntax=syntax,
        ReferencedImageSequence=nested({"ReferencedSOPInstanceUID": "1.2.3", "PatientName": "Fnordvexil"}),
        PatientComments="Fnordvexil lives in Wexandra",
    )
    outputs = 0
    for wrong in lying(data, syntax == EXPLICIT):
        try:
            result = engine._deidentify(wrong)
        except DeidRefusal:
            continue
        outputs += 1
        assert not [identifier for identifier in IDENTIFIERS if identifier in result.data.lower()]
        assert inspect(result.data).findings == ()
        assert search(result.data, result.removed_values) == []
    assert outputs > 20
