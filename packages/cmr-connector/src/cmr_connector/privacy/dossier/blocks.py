"""What a dossier is made of. All texts are plain; whoever prints them escapes them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; 1 begins a chapter, 2 a part of it."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; quiet for a remark."""

    text: str
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list; each point has a few words in bold (may be empty) and a sentence."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Two lists beside each other, each with a title."""

    left: tuple[str, tuple[str, ...]]
    right: tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: header, rows, widths as shares of the line; small type for an appendix."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """A few large numbers: figure, what it counts, and `ok`, `bad` or empty."""

    items: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Callout:
    """A sentence in a box: `ok`, `warn` or `bad`."""

    tone: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The picture of the way of the data."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on: the role of each person."""

    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a new page."""


Block = Heading | Text | Points | Beside | Grid | Figures | Callout | Flow | Signatures | NewPage


@dataclass(frozen=True, slots=True)
class Document:
    """A dossier before it is printed.

    Attributes:
        title, subtitle: on the first page.
        footer: stands on every page.
        is_synthetic: a label on every page says that no patient is behind the counts.
        blocks: what it says, in order.
    """

    title: str
    subtitle: str
    footer: str
    is_synthetic: bool
    blocks: tuple[Block, ...]
