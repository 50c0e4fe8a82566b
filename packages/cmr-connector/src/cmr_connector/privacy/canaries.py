"""Invented identifiers in copies of the sample's headers: what goes in on purpose must not come out.

A list of places of its own, and not the one that the software is developed with. The words are made of syllables
that no name has, from a seed, so that a run can be repeated.
"""

import base64
import io
import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import pydicom
from pydicom import config as pydicom_config
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cmr_connector.privacy.own_values import base64_forms, forms_of
from cmr_connector.privacy.result import Planted
from cmr_deid.elements import PIXEL_DATA
from cmr_deid.engine import Engine
from cmr_deid.errors import DeidRefusal
from cmr_deid.verify import inspect

_SYLLABLES = ("vuq", "zoj", "kwem", "xil", "brov", "tzyg", "wupf", "jexa", "qorb", "plyz", "gwix", "hyxo")
_PREAMBLE_BYTES = 128


@dataclass(frozen=True, slots=True)
class Place:
    """Where a canary is put.

    Attributes:
        name: for the report. put: writes the canary into a data set.
    """

    name: str
    put: Callable[[Dataset, str], None]


def _text(keyword: str) -> Callable[[Dataset, str], None]:
    def put(dataset: Dataset, canary: str) -> None:
        setattr(dataset, keyword, canary)

    return put


def _beside(keyword: str) -> Callable[[Dataset, str], None]:
    def put(dataset: Dataset, canary: str) -> None:
        words = str(dataset.get(keyword, None) or "cine sax")
        setattr(dataset, keyword, f"{words[:40]} {canary}")

    return put


def _nested(*sequences: str, keyword: str) -> Callable[[Dataset, str], None]:
    def put(dataset: Dataset, canary: str) -> None:
        inner = Dataset()
        setattr(inner, keyword, canary)
        for name in reversed(sequences[1:]):
            outer = Dataset()
            setattr(outer, name, Sequence([inner]))
            inner = outer
        setattr(dataset, sequences[0], Sequence([inner]))

    return put


def _private(element: int, vr: str) -> Callable[[Dataset, str], None]:
    def put(dataset: Dataset, canary: str) -> None:
        value = f"<{canary}>".encode() if vr in ("OB", "UN") else canary
        dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(element, vr, value)

    return put


def _private_creator(dataset: Dataset, canary: str) -> None:
    dataset.private_block(0x0077, canary, create=True).add_new(0x01, "LO", "1")


def _private_nested(dataset: Dataset, canary: str) -> None:
    inner = Dataset()
    inner.PatientName = canary
    dataset.private_block(0x0079, "CANARY BLOCK", create=True).add_new(0x02, "SQ", Sequence([inner]))


def _unknown(dataset: Dataset, canary: str) -> None:
    dataset.add_new(0x0008FF70, "LO", canary)


def _wide(dataset: Dataset, canary: str) -> None:
    dataset.private_block(0x0077, "CANARY WIDE", create=True).add_new(0x03, "OB", canary.encode("utf-16-le"))


def _encoded(dataset: Dataset, canary: str) -> None:
    code = base64.b64encode(canary.encode()).decode()
    dataset.private_block(0x0077, "CANARY CODE", create=True).add_new(0x04, "LT", code)


def _meta(dataset: Dataset, canary: str) -> None:
    dataset.file_meta.SourceApplicationEntityTitle = canary[:16]


def _preamble(dataset: Dataset, canary: str) -> None:
    dataset.preamble = canary.encode().ljust(_PREAMBLE_BYTES, b"\0")


PLACES = (
    Place("patient's name", _text("PatientName")),
    Place("patient's birth name", _text("PatientBirthName")),
    Place("other patient number", _text("OtherPatientIDs")),
    Place("patient's address", _text("PatientAddress")),
    Place("patient's telephone", _text("PatientTelephoneNumbers")),
    Place("patient comments", _text("PatientComments")),
    Place("accession number", _text("AccessionNumber")),
    Place("referring physician", _text("ReferringPhysicianName")),
    Place("operator", _text("OperatorsName")),
    Place("institution", _text("InstitutionName")),
    Place("institution's address", _text("InstitutionAddress")),
    Place("station", _text("StationName")),
    Place("device serial number", _text("DeviceSerialNumber")),
    Place("study description, beside technique words", _beside("StudyDescription")),
    Place("series description, beside technique words", _beside("SeriesDescription")),
    Place("protocol name, beside technique words", _beside("ProtocolName")),
    Place("image comments", _text("ImageComments")),
    Place("order, one level deep", _nested("RequestAttributesSequence", keyword="RequestedProcedureID")),
    Place(
        "person, two levels deep",
        _nested("ReferencedStudySequence", "PersonIdentificationCodeSequence", keyword="PersonName"),
    ),
    Place(
        "earlier values of attributes",
        _nested("OriginalAttributesSequence", "ModifiedAttributesSequence", keyword="PatientID"),
    ),
    Place("private text", _private(0x71, "LO")),
    Place("private bytes", _private(0x77, "OB")),
    Place("private block's own name", _private_creator),
    Place("private sequence", _private_nested),
    Place("private bytes in UTF-16", _wide),
    Place("private text in base 64", _encoded),
    Place("attribute that no edition knows", _unknown),
    Place("overlay label", lambda dataset, canary: dataset.add_new(0x60001500, "LO", canary)),
    Place("file meta information", _meta),
    Place("preamble", _preamble),
)
"""Every place is used once in each copy."""


def plant_and_search(engine: Engine, source: bytes, rng: random.Random) -> dict[str, Planted]:
    """Put one canary into every place of a copy, de-identify it in memory, and search what comes out.

    Args:
        engine: this center's engine.
        source: an image of the sample; never changed.
        rng: where the canaries come from.

    Returns:
        Counts by place; empty when the copy cannot be written.
    """
    planted = _planted(source, rng)
    if planted is None:
        return {}
    copy, canaries = planted
    counts = {place: Planted(planted=1) for place in canaries}
    try:
        output = engine.deidentify(copy).data
    except DeidRefusal:
        output = b""
    if not output or inspect(output).findings:
        for count in counts.values():
            count.stopped = 1
        return counts
    lowered = _outside_pixels(output)
    for place, canary in canaries.items():
        counts[place].found = int(_is_in(canary, output, lowered))
    return counts


def invented(rng: random.Random) -> str:
    """A word that stands for an identifier: at most 16 letters, none of them a word of any language."""
    return "".join(rng.choice(_SYLLABLES) for _ in range(4)).capitalize()[:16]


def _planted(source: bytes, rng: random.Random) -> tuple[bytes, dict[str, str]] | None:
    canaries: dict[str, str] = {}
    buffer = io.BytesIO()
    try:
        with warnings.catch_warnings(), pydicom_config.disable_value_validation():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(io.BytesIO(source))
            for place in PLACES:
                canary = invented(rng)
                place.put(dataset, canary)
                canaries[place.name] = canary
            dataset.save_as(buffer, enforce_file_format=False)
    except Exception:
        # an odd source that pydicom cannot write again; its text may stand in the error
        return None
    return buffer.getvalue(), canaries


def _outside_pixels(output: bytes) -> bytes:
    """Lower-cased bytes up to the pixel data; the engine writes them last."""
    mark = (PIXEL_DATA >> 16).to_bytes(2, "little") + (PIXEL_DATA & 0xFFFF).to_bytes(2, "little")
    return output[: output.rfind(mark + b"O") if mark + b"O" in output else len(output)].lower()


def _is_in(canary: str, output: bytes, lowered: bytes) -> bool:
    forms = forms_of(canary.casefold()) | {canary.casefold()[::-1].encode()}
    return any(form in lowered for form in forms) or any(form in output for form in base64_forms(canary))
