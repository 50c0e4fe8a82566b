"""What would leave, and what would not: before and after of every attribute, without sending or storing.

A preview holds identifiers of the patient. It is for the eyes of the person at the center who handed the
file over, and is never logged or stored.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset

from cmr_connector.archive_reader import Member, members_of
from cmr_deid.engine import Deidentified, Engine
from cmr_deid.errors import DeidRefusal
from cmr_deid.leaks import search
from cmr_deid.reading import read_source
from cmr_deid.verify import inspect
from cmr_exchange.reasons import Reason
from cmr_exchange.reasons import reason as reason_of

_LONGEST_SHOWN = 96


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One attribute.

    Attributes:
        path: tags from the top, each with its keyword.
        action: kept, cleaned, replaced, emptied, removed, shifted or remapped.
        rule: which rule says so.
        before, after: texts of a top-level attribute; empty for nested and binary ones.
    """

    path: str
    action: str
    rule: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """One file.

    Attributes:
        label: its name in the hand-over.
        exam, series: outgoing UID of study and series, empty when it would not leave.
        reason: why it would not leave, else None.
        rows: its attributes, empty when it would not leave.
    """

    label: str
    exam: str
    series: str
    reason: Reason | None
    rows: tuple[PreviewRow, ...]


@dataclass(frozen=True, slots=True)
class PathPreview:
    """A folder, ZIP or file.

    Attributes:
        n_files: files in all.
        n_leaving: files that would leave, as far as one file alone can tell.
        series: one sample file per outgoing series.
        refused: files that would not leave, by reason code.
        refused_files: their names with their reasons, in order.
    """

    n_files: int
    n_leaving: int
    series: tuple[Preview, ...]
    refused: dict[str, int]
    refused_files: tuple[tuple[str, Reason], ...]


def preview_path(engine: Engine, path: Path) -> PathPreview:
    """Go through a hand-over without taking it in.

    Raises:
        ArchiveReadError: an archive is encrypted, broken or too large.
        OSError: the path cannot be read.
    """
    samples: dict[str, Preview] = {}
    refused: list[tuple[str, Reason]] = []
    n_files = 0
    for preview in _previews(engine, path):
        n_files += 1
        if preview.reason is not None:
            refused.append((preview.label, preview.reason))
        else:
            samples.setdefault(preview.series, preview)
    counts = Counter(reason.code for _, reason in refused)
    return PathPreview(n_files, n_files - len(refused), tuple(samples.values()), dict(counts), tuple(refused))


def preview_file(engine: Engine, label: str, data: bytes) -> Preview:
    """What would happen to one file."""
    try:
        source = read_source(data)
        result = engine.deidentify(data)
    except DeidRefusal as refusal:
        return Preview(label, "", "", refusal.reason, ())
    findings = inspect(result.data).findings
    if findings:
        return Preview(label, "", "", reason_of(findings[0].reason_code), ())
    if search(result.data, result.removed_values):
        return Preview(label, "", "", reason_of("source_value_left"), ())
    rows = tuple(_rows(result, source, read_source(result.data)))
    return Preview(label, result.study_instance_uid, result.series_instance_uid, None, rows)


def _previews(engine: Engine, path: Path) -> Iterator[Preview]:
    for member in members_of(path):
        if member.reason is not None:
            yield Preview(member.label, "", "", reason_of(member.reason), ())
        elif not _may_be_dicom(member):
            yield Preview(member.label, "", "", reason_of("not_dicom" if member.size else "zero_length"), ())
        else:
            data = member.image if isinstance(member.image, bytes) else member.image.read_bytes()
            yield preview_file(engine, member.label, data)


def _may_be_dicom(member: Member) -> bool:
    if isinstance(member.image, bytes):
        return member.image[128:132] == b"DICM"
    with member.image.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def _rows(result: Deidentified, source: Dataset, outgoing: Dataset) -> Iterator[PreviewRow]:
    for change in result.changes:
        before, after = _shown(source, change.path), _shown(outgoing, change.path)
        yield PreviewRow(change.path, change.action, change.rule, before, after)


def _shown(dataset: Dataset, path: str) -> str:
    """The text of a top-level attribute such as `(0010,0010) PatientName`."""
    try:
        element = dataset[int(path[1:5] + path[6:10], 16)]
    except (KeyError, ValueError):
        return ""
    nested = path.count("(") > 1
    if nested or element.VR in ("SQ", "OB", "OW", "OF", "OD", "OL", "OV", "UN"):
        return ""
    text = str(element.value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
