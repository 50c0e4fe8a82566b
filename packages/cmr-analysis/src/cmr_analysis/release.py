"""Open a data release, a folder or a ZIP archive, and verify every byte of it against its manifest."""

import functools
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pandas as pd
import pyarrow.parquet as pq

from cmr_analysis.errors import ReleaseDamagedError, ReleaseUnreadableError
from cmr_exchange.errors import MalformedDocumentError
from cmr_exchange.release import MANIFEST_NAME, MISSING_SUFFIX, TABLES, FlowStep, ReleaseManifest

CHUNK = 2**20
MEND = "Download it again from the registry; if it stays so, tell the registry's steward."


class Source(Protocol):
    """Where the files of a release stand."""

    def paths(self) -> set[str]:
        """Paths of all files, with slashes."""
        ...

    def stream(self, path: str) -> BinaryIO:
        """One file, opened for reading."""
        ...


class Folder:
    """A release as a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def paths(self) -> set[str]:
        """Paths of all files below the folder."""
        return {path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()}

    def stream(self, path: str) -> BinaryIO:
        """One file, opened for reading."""
        return (self.root / path).open("rb")


class Archive:
    """A release as a ZIP archive; nothing is unpacked to disk."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)

    def paths(self) -> set[str]:
        """Paths of all members that are files."""
        return {info.filename for info in self._zip.infolist() if not info.is_dir()}

    def stream(self, path: str) -> BinaryIO:
        """One member, opened for reading."""
        return self._zip.open(path)  # type: ignore[return-value]


@dataclass(frozen=True)
class Release:
    """A verified data release.

    Attributes:
        manifest: what it is, and every file of it.
        fingerprint: SHA-256 of the manifest's bytes; cite it with every result.
        source: where its files stand.
    """

    manifest: ReleaseManifest
    fingerprint: str
    source: Source = field(repr=False)

    @functools.cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}

    def table(self, name: str) -> pd.DataFrame:
        """One table, as it was released.

        Args:
            name: one of `cmr_exchange.release.TABLES`.

        Returns:
            A copy that may be changed; integer columns with gaps and flags use the nullable types.

        Raises:
            KeyError: no such table.
        """
        if name not in TABLES:
            raise KeyError(f"There is no table {name!r}; there are {', '.join(TABLES)}.")
        if name not in self._tables:
            table = pq.read_table(io.BytesIO(self.read(f"tables/{name}.parquet")))
            self._tables[name] = table.to_pandas(types_mapper=_nullable)
        return self._tables[name].copy()

    def read(self, path: str) -> bytes:
        """The bytes of one listed file."""
        with self.source.stream(path) as stream:
            return stream.read()

    def image_paths(self, exam: str | None = None) -> list[str]:
        """Paths of the DICOM instances, of one exam or of all."""
        paths = (file.path for file in self.manifest.files if file.path.startswith("images/"))
        return [path for path in paths if exam is None or path.split("/")[2] == exam]

    @property
    def flow(self) -> tuple[FlowStep, ...]:
        """The flow of n from the registry to this release."""
        rows = json.loads(self.read("flow.json"))
        return tuple(FlowStep.from_document(row, f"flow[{i}]") for i, row in enumerate(rows))

    @property
    def landmark_days(self) -> int:
        """Days after the exam at which follow-up begins: 0, or where the window of the question ends."""
        begins = self.table("followup").merge(self.table("exams")[["exam", "day"]], on="exam")
        later = (begins["time_zero_day"] - begins["day"]).dropna()
        return int(later.max()) if len(later) else 0

    @property
    def codebook(self) -> pd.DataFrame:
        """One row per item: label, unit, codes, ranges, n, and missing by code."""
        return pd.read_csv(io.BytesIO(self.read("codebook.csv")), dtype=str, keep_default_na=False)

    def index_exams(self, items: Sequence[str] = ()) -> pd.DataFrame:
        """One row per subject: the exam that the cohort chose, its follow-up and the items asked for.

        Args:
            items: names of dictionary items; each comes with `<item>__missing` beside it.

        Returns:
            Columns subject, exam, center, exam_year, follow_up_days, died, end, source, cause, and the items.

        Raises:
            KeyError: the release does not hold an item.
        """
        exams = self.table("exams")
        chosen = exams[exams["is_index"]][["subject", "exam", "center", "exam_year"]]
        followup = self.table("followup")[["exam", "follow_up_days", "died", "end", "source", "cause"]]
        measured = self.table("measurements")
        columns = [name for item in items for name in (item, item + MISSING_SUFFIX)]
        absent = [name for name in columns if name not in measured.columns]
        if absent:
            raise KeyError(f"The release does not hold {', '.join(absent)}.")
        joined = chosen.merge(followup, on="exam", how="left", validate="one_to_one")
        return joined.merge(measured[["exam", *columns]], on="exam", how="left", validate="one_to_one")


def open_release(path: str | Path) -> Release:
    """Open a release and verify every file of it.

    Args:
        path: the folder, or the ZIP archive as downloaded.

    Raises:
        ReleaseUnreadableError: no release stands there, or one of another format.
        ReleaseDamagedError: a file is missing, was changed, or is not listed.
    """
    source = _source_of(Path(path))
    manifest, data = _manifest_of(source)
    listed = {file.path for file in manifest.files}
    found = source.paths() - {MANIFEST_NAME}
    if listed - found:
        raise ReleaseDamagedError(f"{_count(listed - found)} of the release is missing. {MEND}")
    if found - listed:
        raise ReleaseDamagedError(
            f"{_count(found - listed)} stands in the release that its manifest does not list. Remove what was added."
        )
    for file in manifest.files:
        with source.stream(file.path) as stream:
            if _sha256(stream) != file.sha256:
                raise ReleaseDamagedError(f"{file.path} was changed after the release was frozen. {MEND}")
    return Release(manifest, hashlib.sha256(data).hexdigest(), source)


def _source_of(path: Path) -> Source:
    if path.is_dir():
        inner = [child for child in path.iterdir() if child.is_dir() and (child / MANIFEST_NAME).is_file()]
        if not (path / MANIFEST_NAME).is_file() and len(inner) == 1:
            return Folder(inner[0])
        return Folder(path)
    try:
        return Archive(path)
    except FileNotFoundError:
        raise ReleaseUnreadableError(f"{path.name}: there is no such file or folder.") from None
    except (zipfile.BadZipFile, OSError):
        raise ReleaseUnreadableError(f"{path.name}: neither a folder nor a ZIP archive. {MEND}") from None


def _manifest_of(source: Source) -> tuple[ReleaseManifest, bytes]:
    try:
        with source.stream(MANIFEST_NAME) as stream:
            data = stream.read()
        return ReleaseManifest.from_document(json.loads(data)), data
    except (OSError, KeyError):
        raise ReleaseUnreadableError(f"There is no {MANIFEST_NAME}: this is not a data release.") from None
    except (ValueError, MalformedDocumentError) as problem:
        sentence = str(problem) if isinstance(problem, MalformedDocumentError) else "not JSON."
        raise ReleaseUnreadableError(f"{MANIFEST_NAME} cannot be read: {sentence}") from None


def _sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _count(paths: Iterable[str]) -> str:
    first, *rest = sorted(paths)
    return f"{first} and {len(rest)} other file(s)" if rest else first


def _nullable(arrow_type: Any) -> Any:
    """Pandas types that hold a gap: whole numbers and flags must not become floats and objects."""
    return {"int32": pd.Int32Dtype(), "int64": pd.Int64Dtype(), "bool": pd.BooleanDtype()}.get(
        str(arrow_type)
    )
