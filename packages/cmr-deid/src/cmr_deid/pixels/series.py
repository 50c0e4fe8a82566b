"""One series looked at: its slice positions, what is found on each, what that means, and a crop for a person.

What it returns names the patient where the image does; it is for the center alone, and it is plain JSON data so that
it can cross the pipe of a child process.
"""

import base64
from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cmr_deid.elements import DataSet
from cmr_deid.errors import DeidRefusal
from cmr_deid.pixels.decoding import frames_of, warm_up_codecs
from cmr_deid.pixels.errors import ReaderError, UndecodableError
from cmr_deid.pixels.finding import SURE_TECHNICAL, Finding, find_in
from cmr_deid.pixels.projections import project, visible
from cmr_deid.pixels.reading_text import Reader
from cmr_deid.pixels.verdict import Meaning, meaning_of
from cmr_deid.reading import NATIVE_SYNTAXES, Source, read_raw
from cmr_deid.text import plain

Array = NDArray[Any]
Place = tuple[str, ...]

MOST_FINDINGS = 24
"""Findings that are kept with a crop; a result sheet has many, and a few decide."""

_MARGIN, _CROP_SIDE, _FRAME = 12, 640, 160
_DEVICE = {
    "manufacturer": 0x00080070,
    "model": 0x00081090,
    "software": 0x00181020,
    "image_type": 0x00080008,
}
_POSITION, _ORIENTATION, _PLANE, _FRAME_GROUPS = 0x00200032, 0x00200037, 0x00209113, 0x52009230


def look(files: Iterable[bytes], known: Sequence[str], reader: Reader) -> dict[str, Any]:
    """Look at all images of a series.

    Args:
        files: complete Part-10 files.
        known: what identifies the patient at this center, see `cmr_deid.pixels.verdict.spellings`.
        reader: finds and reads lines.

    Returns:
        `seen`: whether every image could be looked at; `native`: whether none is compressed; `device`: what the
        images say of their device; `positions`, `frames`: how many; `findings`: what needs a person, each with
        `kind`, `meaning`, `box` (row, column, rows, columns), `size` of its image, `text`, `sureness` and `crop`
        (PNG in base 64).
    """
    groups: dict[Place, list[Array]] = {}
    devices: list[dict[str, str]] = []
    native = True
    try:
        for number, data in enumerate(files):
            source = read_raw(data)
            native = native and source.transfer_syntax_uid in NATIVE_SYNTAXES
            devices.append(_device(source.data_set))
            for place, frame in zip(_places(source, number), frames_of(source), strict=False):
                groups.setdefault((*place, *map(str, frame.shape)), []).append(frame)
    except (UndecodableError, DeidRefusal):
        return {"seen": False, "native": native, "device": {}, "positions": 0, "frames": 0, "findings": []}
    findings: list[dict[str, Any]] = []
    for frames in groups.values():
        findings += _found(np.stack(frames), known, reader)
    return {
        "seen": True,
        "native": native,
        "device": devices[0] if devices and all(one == devices[0] for one in devices) else {},
        "positions": len(groups),
        "frames": sum(len(frames) for frames in groups.values()),
        "findings": findings[:MOST_FINDINGS],
    }


def warm_up(reader: Reader) -> None:
    """Use every model, codec and lazy module once: a process that is locked afterwards can open no file."""
    warm_up_codecs()
    frames = np.random.default_rng(0).normal(60, 4, (3, 96, 128)).astype(np.uint8)
    for frame in frames:
        cv2.putText(frame, "Warm 12", (8, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (250.0,))
    for shown in (frames, frames[:1]):
        if all(one["kind"] != "text" for one in _found(shown.astype(np.uint16), (), reader)):
            raise ReaderError("The models of the reader do not find writing.")


def _found(frames: Array, known: Sequence[str], reader: Reader) -> list[dict[str, Any]]:
    projections = project(frames)
    documents = []
    for finding in find_in(projections, reader):
        meaning = Meaning.UNKNOWN
        if finding.text:
            meaning = meaning_of(finding.text, known)
        # what nobody could read well is not technical because its misreading is
        if meaning is Meaning.TECHNICAL and finding.kind == "text" and finding.sureness >= SURE_TECHNICAL:
            continue
        documents.append(_document(finding, meaning, projections.values))
    return documents


def _document(finding: Finding, meaning: Meaning, images: Sequence[Array]) -> dict[str, Any]:
    rows, columns = images[0].shape
    return {
        "kind": finding.kind,
        "meaning": Meaning.UNKNOWN.value if meaning is Meaning.TECHNICAL else meaning.value,
        "box": list(finding.box),
        "size": [int(rows), int(columns)],
        "text": finding.text,
        "sureness": round(finding.sureness, 3),
        "crop": base64.b64encode(crop_of(images[finding.image], finding.box)).decode("ascii"),
    }


def crop_of(image: Array, box: tuple[int, int, int, int]) -> bytes:
    """The place of a finding with a margin, enlarged and framed, as PNG."""
    top, left = max(0, box[0] - _MARGIN), max(0, box[1] - _MARGIN)
    window = visible(image)[top : box[0] + box[2] + _MARGIN, left : box[1] + box[3] + _MARGIN]
    factor = max(1, min(4, _CROP_SIDE // max(window.shape)))
    size = (window.shape[1] * factor, window.shape[0] * factor)
    shown = cv2.resize(window, size, interpolation=cv2.INTER_NEAREST)
    corner = (box[1] - left) * factor, (box[0] - top) * factor
    cv2.rectangle(shown, (*corner, box[3] * factor, box[2] * factor), (_FRAME,), 1)
    _, data = cv2.imencode(".png", shown)
    return bytes(data)


def _device(data_set: DataSet) -> dict[str, str]:
    said = {name: plain(data_set.get(tag)) for name, tag in _DEVICE.items()}
    rows, columns = (
        int.from_bytes(bytes(_value(data_set, tag)), "little") for tag in (0x00280010, 0x00280011)
    )
    return said | {"rows": str(rows), "columns": str(columns)}


def _value(data_set: DataSet, tag: int) -> bytes | memoryview:
    element = data_set.get(tag)
    return b"" if element is None else element.value


def _places(source: Source, number: int) -> list[Place]:
    """Where each frame lies; images that do not say it lie alone."""
    data_set = source.data_set
    kind = plain(data_set.get(_DEVICE["image_type"]))
    groups = data_set.get(_FRAME_GROUPS)
    if groups is not None and groups.items:
        return [(kind, _plane_position(item) or f"{number}/{i}") for i, item in enumerate(groups.items)]
    position = plain(data_set.get(_POSITION))
    whole = (kind, position, plain(data_set.get(_ORIENTATION))) if position else (kind, str(number))
    frames = plain(data_set.get(0x00280008))
    return [whole] * (int(frames) if frames.isdecimal() and len(frames) < 7 else 1)


def _plane_position(item: DataSet) -> str:
    plane = item.get(_PLANE)
    return plain(plane.items[0].get(_POSITION)) if plane is not None and plane.items else ""
