"""Words for people inside the hospital: what happens to each attribute, before and after.

The rows hold source values: for the center desk and the command line on the hospital's own machine only; they
are never logged, stored or sent.
"""

from dataclasses import dataclass, field

from cmr_deid.changes import Change, label
from cmr_deid.elements import PIXEL_DATA, DataSet, Element
from cmr_deid.grammar import first_integer
from cmr_deid.reading import read_raw
from cmr_deid.text import character_sets, decoded

SENTENCES: dict[str, str] = {
    "kept": "stays as it is: it describes the images, not the person",
    "cleaned": "stays in part: only what does not identify remains",
    "replaced": "is replaced by a pseudonym or a statement of ours",
    "emptied": "stays without a value, because the image format asks for the attribute",
    "removed": "is removed",
    "shifted": "moves by a number of days that is fixed for this patient; distances stay exact",
    "remapped": "is replaced by another UID, the same one wherever it occurs; UIDs of the DICOM standard stay",
    "added": "is added: it says that and how the image was de-identified",
}
LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute before and after.

    Attributes:
        path: tags from the top, with the numbers of items.
        keyword: DICOM keyword, empty for private and unknown attributes.
        before, after: values as text, None where the attribute is absent; hidden in the repr.
        action: a key of `SENTENCES`.
        why: the sentence of the action and the rule.
    """

    path: str
    keyword: str
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)
    action: str
    why: str


def before_after(source: bytes, output: bytes, changes: tuple[Change, ...] = ()) -> list[Row]:
    """Every attribute of the source and of the output, side by side.

    Args:
        source: Part-10 file of the hospital.
        output: what the engine made from it.
        changes: `Deidentified.changes`, for the rules' words; without them the action is read off the values.

    Raises:
        InstanceRejected: one of the files cannot be read.
    """
    old, new = _flat(source), _flat(output)
    said = {change.path: change for change in changes}
    rows = []
    for place in sorted({**old, **new}):
        before, after = old.get(place), new.get(place)
        change = said.get(_change_path(place))
        action = change.action if change is not None and before is not None else _action(before, after)
        why = SENTENCES[action] + (f" ({change.rule})" if change is not None else "")
        tag = place[-1]
        keyword = label(tag).partition(" ")[2]
        rows.append(Row(_path(place), keyword, before, after, action, why))
    return rows


def sentence(change: Change) -> str:
    """One line of the record in words."""
    return f"{change.path} {SENTENCES[change.action]} ({change.rule})."


def _flat(data: bytes) -> dict[tuple[int, ...], str]:
    """Values as text by (tag, item number, tag, ...)."""
    source = read_raw(data)
    flat: dict[tuple[int, ...], str] = {}
    _flatten(source.file_meta, (), ["ascii"], flat)
    _flatten(source.data_set, (), character_sets(source.data_set), flat)
    return flat


def _flatten(
    data_set: DataSet, place: tuple[int, ...], encodings: list[str], flat: dict[tuple[int, ...], str]
) -> None:
    for tag, element in data_set.items():
        if element.items is None:
            flat[(*place, tag)] = _shown(element, encodings)
            continue
        flat[(*place, tag)] = f"{len(element.items)} item(s)"
        for number, item in enumerate(element.items):
            _flatten(item, (*place, tag, number), encodings, flat)


def _shown(element: Element, encodings: list[str]) -> str:
    if element.tag == PIXEL_DATA:
        return f"pixels, {len(element.value)} bytes"
    if element.vr in ("US", "SS", "UL", "SL") and len(element.value) <= 4:
        number = first_integer(element.vr, element.value)
        return "" if number is None else str(number)
    if element.vr in ("OB", "OW", "OF", "OD", "OL", "OV", "UN", "FL", "FD", "AT", "US", "SS", "UL", "SL"):
        return f"binary, {len(element.value)} bytes"
    text = decoded(element, encodings)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + " ..."


def _action(before: str | None, after: str | None) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    if before == after:
        return "kept"
    return "emptied" if not after else "replaced"


def _change_path(place: tuple[int, ...]) -> str:
    return " / ".join(label(tag) for tag in place[::2])


def _path(place: tuple[int, ...]) -> str:
    tags = [f"({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in place[::2]]
    numbers = [f"[{number + 1}]" for number in place[1::2]]
    return "/".join(tag + number for tag, number in zip(tags, [*numbers, ""], strict=True))
