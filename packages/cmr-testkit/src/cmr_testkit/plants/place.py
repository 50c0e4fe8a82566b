"""What a place of planted identifiers is, and the hands that put values there without any check of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import BaseTag

from cmr_testkit.plants.reserved import Reserved, Secret

Planter = Callable[[Dataset, Reserved], Iterable[Secret]]
BytePlanter = Callable[[bytes, Reserved], tuple[bytes, Iterable[Secret]]]
LONG_VRS = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))


@dataclass(frozen=True, slots=True)
class Place:
    """One kind of place where an identifier may stand.

    Attributes:
        id: short name, unique.
        what: what stands there, in words.
        how: `attribute`, `descriptor`, `item`, `frames`, `private`, `meta` or `bytes`; `stream` for compressed
            pixel data.
        slots: what the place takes up; two places of one slot are never planted in one file.
        put: plants in a data set; None for places that only exist in bytes.
        put_bytes: plants in the bytes of a file, after everything else; None for places in a data set.
    """

    id: str
    what: str
    how: str
    slots: frozenset[str]
    put: Planter | None = None
    put_bytes: BytePlanter | None = None


def place(name: str, what: str, how: str, put: Planter, *slots: str) -> Place:
    """A place in a data set; its slot is its own name where none is given."""
    return Place(name, what, how, frozenset(slots or (name,)), put)


def put(dataset: Dataset, tag: int, vr: str, value: bytes) -> None:
    """Put raw bytes as the value of an element; a blank or NUL makes the length even."""
    if len(value) % 2:
        value += b" " if vr not in ("UI", "OB", "UN", "OW") else b"\0"
    element = RawDataElement(BaseTag(tag), vr, len(value), value, 0, False, True, True)
    dataset._dict[BaseTag(tag)] = element


def put_text(dataset: Dataset, tag: int, vr: str, *secrets: Secret) -> Sequence[Secret]:
    """Put one or several secrets as the values of an element."""
    put(dataset, tag, vr, b"\\".join(secret.bytes for secret in secrets))
    return secrets


def put_items(dataset: Dataset, tag: int, *items: Dataset) -> None:
    """Put a sequence of these items."""
    dataset.add_new(BaseTag(tag), "SQ", Items(list(items)))


def item(*elements: tuple[int, str, bytes]) -> Dataset:
    """A sequence item of raw elements."""
    dataset = Dataset()
    for element in elements:
        put(dataset, *element)
    return dataset


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """A coded item."""
    return item(
        (0x00080100, "SH", value.encode()),
        (0x00080102, "SH", scheme.encode()),
        (0x00080104, "LO", meaning.encode()),
    )


def creator(dataset: Dataset, group: int, name: str, block: int = 0x10) -> int:
    """Reserve a private block, a free one at or after `block`, and return the tag of its element 0."""
    while group << 16 | block in dataset._dict:
        block += 1
    put(dataset, group << 16 | block, "LO", name.encode("latin-1"))
    return group << 16 | block << 8
