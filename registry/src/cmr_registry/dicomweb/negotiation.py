"""Which form of an answer a caller accepts: media ranges and transfer syntaxes (PS3.18 8.7, RFC 9110 12.5.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cmr_registry.dicomweb.errors import NotAcceptableRejected

EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2"
NATIVE_SYNTAXES = frozenset((EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN))

DICOM = "application/dicom"
DICOM_JSON = "application/dicom+json"
DICOM_XML = "application/dicom+xml"
OCTETS = "application/octet-stream"
MULTIPART = "multipart/related"

COMPRESSED_MEDIA = {
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.4.201": "image/jphc",
    "1.2.840.10008.1.2.4.202": "image/jphc",
    "1.2.840.10008.1.2.4.203": "image/jphc",
    "1.2.840.10008.1.2.5": "image/dicom-rle",
}
"""Media type of a compressed frame by its transfer syntax (PS3.18 table 8.7.3-2)."""

_PART = re.compile(r'\s*(?:([^\s;,="]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?)\s*([;,]|$)')


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One range of an Accept header: media type in lower case, its parameters and its quality."""

    media: str
    parameters: dict[str, str] = field(default_factory=dict)
    quality: float = 1.0

    def covers(self, media: str) -> bool:
        """True where this range names `media` or a wildcard over it."""
        return self.media in ("*/*", media, media.split("/")[0] + "/*")

    def covers_multipart(self, kind: str) -> bool:
        """True where this range names multipart/related of parts of `kind`."""
        if self.media in ("*/*", "multipart/*"):
            return True
        return self.media == MULTIPART and self.parameters.get("type", kind).lower() in (kind, "*/*")


@dataclass(frozen=True, slots=True)
class Form:
    """The chosen form of an answer.

    Attributes:
        media: media type of each part, or of the one body.
        as_multipart: whether it goes as multipart/related.
        transfer_syntax_uid: of the encoded pixels; "" stands for the stored one.
    """

    media: str
    as_multipart: bool = False
    transfer_syntax_uid: str = EXPLICIT_LITTLE_ENDIAN


def accepted(header: str) -> tuple[MediaRange, ...]:
    """The ranges of an Accept header, best first; an empty header accepts everything.

    Raises:
        NotAcceptableRejected: the header cannot be read.
    """
    ranges: list[MediaRange] = []
    for words in _split(header or "*/*"):
        (media, _), parameters = words[0], dict(words[1:])
        quality = _quality(parameters.pop("q", "1"))
        if quality > 0:
            ranges.append(MediaRange(media.lower(), parameters, quality))
    return tuple(sorted(ranges, key=lambda found: -found.quality))


def choose(ranges: Sequence[MediaRange], offered: Sequence[str]) -> str:
    """The first of the `offered` media types that the best matching range covers.

    Raises:
        NotAcceptableRejected: none is covered.
    """
    for found in ranges:
        for media in offered:
            if found.covers(media):
                return media
    raise NotAcceptableRejected(f"On offer: {', '.join(offered)}.")


def choose_instances(ranges: Sequence[MediaRange], *, single: bool) -> tuple[Form, ...]:
    """The forms in which Part-10 instances are accepted, best first.

    Args:
        ranges: what the caller accepts.
        single: True where the answer is one instance, which may go without multipart.

    Raises:
        NotAcceptableRejected: DICOM is not accepted at all.
    """
    forms: list[Form] = []
    for found in ranges:
        if found.covers_multipart(DICOM):
            forms.append(Form(DICOM, True, _syntax(found)))
        elif single and found.covers(DICOM):
            forms.append(Form(DICOM, False, _syntax(found)))
    if not forms:
        raise NotAcceptableRejected(f'On offer: {MULTIPART}; type="{DICOM}".')
    return tuple(forms)


def choose_frames(ranges: Sequence[MediaRange], *, stored: str, single: bool) -> Form:
    """The form in which frames stored in the transfer syntax `stored` go out.

    Compressed frames go as stored to whoever accepts their media type, their transfer syntax or any (`*`), and
    as native little endian otherwise (trap 4 of stack.md: Debian's Orthanc and gdcm cannot decode HTJ2K).

    Raises:
        NotAcceptableRejected: neither form is accepted.
    """
    compressed = COMPRESSED_MEDIA.get(stored)
    for found in ranges:
        if compressed and _takes_stored(found, stored, compressed):
            return Form(compressed, True, "")
        if found.covers_multipart(OCTETS) and _syntax(found) in ("", EXPLICIT_LITTLE_ENDIAN):
            return Form(OCTETS, True)
        if single and found.covers(OCTETS):
            return Form(OCTETS, False)
    raise NotAcceptableRejected(
        f'On offer: {MULTIPART}; type="{OCTETS}"; transfer-syntax={EXPLICIT_LITTLE_ENDIAN}.'
    )


def _takes_stored(found: MediaRange, stored: str, compressed: str) -> bool:
    """True where a range takes compressed frames as they are stored: by media type, or by transfer syntax."""
    if found.media != MULTIPART:
        return False
    if found.parameters.get("type", "").lower() == compressed:
        return found.parameters.get("transfer-syntax", "*") in ("*", stored)
    return found.covers_multipart(OCTETS) and _syntax(found) in ("", stored)


def _syntax(found: MediaRange) -> str:
    syntax = found.parameters.get("transfer-syntax", EXPLICIT_LITTLE_ENDIAN)
    return "" if syntax == "*" else syntax


def _split(header: str) -> list[list[tuple[str, str]]]:
    ranges: list[list[tuple[str, str]]] = [[]]
    position = 0
    while position < len(header):
        match = _PART.match(header, position)
        if match is None or match.end() == position:
            raise NotAcceptableRejected("The Accept header cannot be read.")
        name, quoted, plain, end = match.groups()
        ranges[-1].append((name.lower() if ranges[-1] else name, plain or "" if quoted is None else quoted))
        if end == ",":
            ranges.append([])
        position = match.end()
    return [words for words in ranges if words]


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        raise NotAcceptableRejected("The Accept header cannot be read.") from None
