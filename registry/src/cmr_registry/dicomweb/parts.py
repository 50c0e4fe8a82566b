"""STOW-RS bodies as a stream of parts: memory holds one part at a time, at any body size (PS3.18 10.5).

`PartReader` is fed with chunks as they arrive from the network and hands out finished parts. Bytes that cannot
become an instance (no DICOM prefix, over the limit) are counted and dropped while they arrive. The headers of a
part are not believed: what its bytes are, verification says.
"""

from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, MultipartState, parse_options_header

from cmr_registry.dicomweb.errors import MalformedRejected, MediaTypeRejected
from cmr_registry.dicomweb.negotiation import DICOM, MULTIPART

PREFIX_AT = 128
PREFIX = b"DICM"
KEPT_HEAD = 1024


@dataclass(slots=True)
class Part:
    """One part of a STOW-RS body.

    Attributes:
        data: its bytes; only the head of what is no DICOM file, nothing of what is too large.
        size: number of bytes that arrived.
        too_large: True where it exceeded the limit.
    """

    data: bytearray = field(default_factory=bytearray)
    size: int = 0
    too_large: bool = False


class PartReader:
    """Feeds on chunks, hands out parts.

    Args:
        content_type: the Content-Type header of the request.
        largest: limit of one part in bytes.

    Raises:
        MediaTypeRejected: neither DICOM nor multipart/related of DICOM.
        MalformedRejected: multipart without a boundary.
    """

    def __init__(self, content_type: str, largest: int) -> None:
        media, options = parse_options_header(content_type)
        self._largest = largest
        self._done: list[Part] = []
        self._part = Part()
        self._parser: MultipartParser | None = None
        if media.lower() == MULTIPART.encode():
            self._parser = self._multipart(options)
        elif media.lower() != DICOM.encode():
            raise MediaTypeRejected(f'Send {MULTIPART}; type="{DICOM}" or one {DICOM} body.')

    def feed(self, chunk: bytes) -> list[Part]:
        """Take a chunk; the parts that it finished.

        Raises:
            MalformedRejected: the multipart framing is broken.
        """
        if self._parser is None:
            self._take(chunk, 0, len(chunk))
            return []
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise MalformedRejected("The multipart body cannot be read.") from None
        return self._handed_out()

    def close(self) -> list[Part]:
        """The body has ended; the parts that are left.

        Raises:
            MalformedRejected: the body ended before its closing boundary.
        """
        if self._parser is None:
            self._done.append(self._part)
            return self._handed_out()
        if self._parser.state != MultipartState.END:
            raise MalformedRejected("The multipart body ends before its closing boundary.")
        return self._handed_out()

    def _handed_out(self) -> list[Part]:
        done, self._done = self._done, []
        return done

    def _multipart(self, options: dict[bytes, bytes]) -> MultipartParser:
        if options.get(b"type", DICOM.encode()).lower() != DICOM.encode():
            raise MediaTypeRejected(f"Only parts of {DICOM} are taken.")
        boundary = options.get(b"boundary", b"")
        if not 0 < len(boundary) <= 70:
            raise MalformedRejected("The multipart body names no usable boundary.")
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_part_data": self._take,
                "on_part_end": self._end,
            },
        )

    def _begin(self) -> None:
        self._part = Part()

    def _take(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        part.size += end - start
        if part.too_large or self._is_no_dicom():
            return
        part.data += memoryview(data)[start:end]
        if len(part.data) > self._largest:
            part.too_large = True
            part.data = bytearray()
        elif self._is_no_dicom():
            del part.data[KEPT_HEAD:]

    def _is_no_dicom(self) -> bool:
        data = self._part.data
        return len(data) >= PREFIX_AT + len(PREFIX) and data[PREFIX_AT : PREFIX_AT + len(PREFIX)] != PREFIX

    def _end(self) -> None:
        self._done.append(self._part)
