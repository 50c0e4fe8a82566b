"""What stands beside the table: definitions, code definitions, source paths, and who could be told by a value.

Each file has rows that name an item, or a matrix and then all its items. What is not filled yet stays empty; what is
filled is checked like the table itself.

Sensitivity (R12, PHI class): direct where the table calls the item an identifier, or where its value leaves a
hospital never, hashed, remapped or scrubbed; quasi where `quasi_identifiers.csv` lists it with the reason; else none.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import NamedTuple

from cmr_dictionary.errors import DictionaryError
from cmr_dictionary.items import Item, Sensitivity, SourcePath, Transfer

FILES: Mapping[str, tuple[str, ...]] = {
    "definitions.csv": ("item", "definition", "target", "since"),
    "code_definitions.csv": ("item", "code", "definition"),
    "source_paths.csv": ("item", "kind", "path"),
    "quasi_identifiers.csv": ("item", "reason"),
    "module_items.csv": ("module", "item", "obligation"),
    "modules.csv": ("module", "name", "description", "condition", "sequences"),
    "obligations.csv": ("item", "kinds", "condition"),
}
"""File -> its columns."""
PATH_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "dicom": re.compile(r".*\([0-9A-F]{4},[0-9A-F]{4}\).*|TID \d+.*"),
    "hl7": re.compile(r"[A-Z][A-Z0-9]{2}-\d+.*|[A-Z][A-Z0-9]{2}"),
    "fhir": re.compile(r"[A-Z][A-Za-z]+(\..+)?"),
    "report": re.compile(r".*"),
    "center_profile": re.compile(r".*"),
    "manual": re.compile(r""),
    "derived": re.compile(r".*"),
}
"""Kind of source -> how its path looks; matched whole."""
DECIDING = ("module_items.csv", "modules.csv", "obligations.csv")
"""Files that decide what an exam owes; the digest of the dictionary covers them beside the table."""
VERSION_NUMBER = re.compile(r"\d+\.\d+")
HIDDEN_TRANSFERS = frozenset(
    {Transfer.CENTER_ONLY, Transfer.KEYED_HASH, Transfer.REMAPPED_UID, Transfer.SCRUBBED_TEXT}
)


class Line(NamedTuple):
    """One row of one file with its number (the header is row 1)."""

    file: str
    number: int
    cells: Mapping[str, str]

    def error(self, column: str, problem: str) -> DictionaryError:
        """The error that names the file, this row and a column."""
        name = self.cells.get("item") or next(iter(self.cells.values()))
        return DictionaryError(self.number, name, f"{column} of {self.file}", problem)


@dataclass(frozen=True, slots=True)
class Annotations:
    """Rows of the files, by file; a file that is absent holds nothing."""

    lines: Mapping[str, tuple[Line, ...]]

    def of(self, file: str) -> tuple[Line, ...]:
        """Rows of one file."""
        return self.lines.get(file, ())

    def deciding(self) -> bytes:
        """What decides obligations, as bytes for the digest; empty where nothing does."""
        cells = [list(line.cells.values()) for file in DECIDING for line in self.of(file)]
        return json.dumps(cells).encode() if cells else b""


def shipped_annotations() -> Annotations:
    """The files that the package ships.

    Raises:
        DictionaryError: a file has another header or a row of another length.
    """
    folder = resources.files("cmr_dictionary") / "data"
    return annotations_of({file: (folder / file).read_text(encoding="utf-8") for file in FILES})


def annotations_of(texts: Mapping[str, str]) -> Annotations:
    """Read the files.

    Args:
        texts: file name -> its text.

    Raises:
        DictionaryError: a file has another header or a row of another length.
    """
    return Annotations({file: tuple(lines_of(file, FILES[file], text)) for file, text in texts.items()})


def lines_of(file: str, columns: tuple[str, ...], text: str) -> Iterator[Line]:
    """Rows of one file, cells without surrounding blanks.

    Raises:
        DictionaryError: the header is not the declared one, or a row has another number of cells.
    """
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or tuple(rows[0]) != columns:
        raise DictionaryError(1, "header", f"all of {file}", f"{', '.join(columns)} are expected.")
    for number, cells in enumerate(rows[1:], 2):
        if len(cells) != len(columns):
            raise DictionaryError(
                number, cells[0] if cells else "", f"all of {file}", "another number of cells is expected."
            )
        yield Line(file, number, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))


def annotated(items: Iterable[Item], annotations: Annotations) -> tuple[Item, ...]:
    """The items with what the files say about them.

    Raises:
        DictionaryError: a file names what does not exist, says something twice, or a cell is not as declared.
    """
    table = tuple(items)
    known = by_name_or_matrix(table)
    words = _definitions(annotations, known)
    codes = _code_definitions(annotations, known)
    paths = _paths(annotations, known)
    quasi = _quasi(annotations, known)
    modules = _modules(annotations, known)
    return tuple(
        replace(
            _one(item, words, codes, paths),
            sensitivity=_sensitivity(item, quasi),
            modules=modules.get(item.name, ()),
        )
        for item in table
    )


def by_name_or_matrix(items: Iterable[Item]) -> dict[str, tuple[Item, ...]]:
    """The item of each name, and the items of each matrix."""
    known: dict[str, tuple[Item, ...]] = {}
    for item in items:
        known[item.name] = (item,)
        if item.matrix:
            known[item.matrix] = (*known.get(item.matrix, ()), item)
    return known


def _one(
    item: Item,
    words: Mapping[str, Line],
    codes: Mapping[tuple[str, str], str],
    paths: Mapping[str, tuple[SourcePath, ...]],
) -> Item:
    line = words.get(item.name) or words.get(item.matrix)
    cells = line.cells if line else {"definition": "", "target": "", "since": ""}
    return replace(
        item,
        definition=cells["definition"],
        target=cells["target"],
        since=cells["since"] or "1.0",
        paths=paths.get(item.name) or paths.get(item.matrix) or (),
        code_list=tuple(
            replace(code, definition=codes.get((item.name, code.code)) or codes.get((item.matrix, code.code), ""))
            for code in item.code_list
        ),
    )  # fmt: skip


def _sensitivity(item: Item, quasi: frozenset[str]) -> Sensitivity:
    if is_direct(item):
        return Sensitivity.DIRECT
    return Sensitivity.QUASI if item.name in quasi else Sensitivity.NONE


def is_direct(item: Item) -> bool:
    """Whether the value at the center names the person, or leaves only in disguise."""
    return item.identifier or item.transfer in HIDDEN_TRANSFERS


Known = Mapping[str, tuple[Item, ...]]


def _lines(annotations: Annotations, file: str, known: Known) -> Iterator[Line]:
    for line in annotations.of(file):
        if line.cells["item"] not in known:
            raise line.error("item", "refers to an item or matrix that does not exist.")
        yield line


def _definitions(annotations: Annotations, known: Known) -> dict[str, Line]:
    found: dict[str, Line] = {}
    for line in _lines(annotations, "definitions.csv", known):
        if line.cells["item"] in found:
            raise line.error("item", "the name stands twice.")
        if line.cells["since"] and VERSION_NUMBER.fullmatch(line.cells["since"]) is None:
            raise line.error("since", "a version such as 2.1 is expected.")
        found[line.cells["item"]] = line
    return found


def _code_definitions(annotations: Annotations, known: Known) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for line in _lines(annotations, "code_definitions.csv", known):
        name, code = line.cells["item"], line.cells["code"]
        if (name, code) in found:
            raise line.error("code", "the code stands twice.")
        if all(item.label_of(code) is None for item in known[name]):
            raise line.error("code", "refers to a code that does not exist.")
        found[name, code] = line.cells["definition"]
    return found


def _paths(annotations: Annotations, known: Known) -> dict[str, tuple[SourcePath, ...]]:
    found: dict[str, tuple[SourcePath, ...]] = {}
    for line in _lines(annotations, "source_paths.csv", known):
        name, path = line.cells["item"], SourcePath(line.cells["kind"], line.cells["path"])
        if path.kind not in PATH_PATTERNS:
            raise line.error("kind", f"one of {', '.join(PATH_PATTERNS)} is expected.")
        if PATH_PATTERNS[path.kind].fullmatch(path.path) is None:
            raise line.error("path", f"is no path of the kind {path.kind}.")
        if path in found.get(name, ()):
            raise line.error("path", "the path stands twice.")
        found[name] = (*found.get(name, ()), path)
    return found


def _quasi(annotations: Annotations, known: Known) -> frozenset[str]:
    found: set[str] = set()
    for line in _lines(annotations, "quasi_identifiers.csv", known):
        if any(is_direct(item) for item in known[line.cells["item"]]):
            raise line.error("item", "is an identifier already.")
        if not line.cells["reason"]:
            raise line.error("reason", "why it could tell who somebody is.")
        found |= {item.name for item in known[line.cells["item"]]}
    return frozenset(found)


def _modules(annotations: Annotations, known: Known) -> dict[str, tuple[str, ...]]:
    """Item -> modules that list it, in the order of the file."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines(annotations, "module_items.csv", known):
        for item in known[line.cells["item"]]:
            if line.cells["module"] in found.get(item.name, ()):
                raise line.error("item", "stands twice in the module.")
            if not item.may_cross:
                raise line.error("item", "stays at the center; no module can ask for it.")
            found[item.name] = (*found.get(item.name, ()), line.cells["module"])
    return found
