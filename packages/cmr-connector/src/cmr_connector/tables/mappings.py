"""Saved mappings of the center with every version, their golden samples, and what each check of the samples found."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cmr_connector.database import Database, utc_now
from cmr_connector.errors import StoreError
from cmr_connector.local_keys import Local
from cmr_dictionary.mapping import Mapping, Sample


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """One version of a mapping: who saved it and when."""

    name: str
    version: int
    account: str
    at: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the golden samples became by one version of a mapping and one dictionary.

    Attributes:
        n_samples, n_changed: samples, and those that became otherwise; -1 where the dictionary no longer takes the
            mapping.
        said: sentences about what changed, without values.
    """

    name: str
    version: int
    dictionary: str
    n_samples: int
    n_changed: int
    said: tuple[str, ...]
    at: str


class Mappings:
    """The tables of mappings, samples and checks."""

    def __init__(self, database: Database, local: Local) -> None:
        """Share the store's database and keys."""
        self._db, self._local = database, local

    def names(self) -> list[str]:
        """Names of all mappings."""
        return [row["name"] for row in self._db.all("SELECT DISTINCT name FROM table_mapping ORDER BY name")]

    def newest(self, name: str) -> Mapping | None:
        """The newest version of a mapping, None where there is none.

        Raises:
            MappingRejected: the dictionary no longer takes it.
        """
        row = self._db.first(
            "SELECT version, box FROM table_mapping WHERE name = ? ORDER BY version DESC LIMIT 1", name
        )
        return Mapping.from_document(self._opened(name, row["version"], row["box"])) if row else None

    def get(self, name: str, version: int) -> Mapping:
        """One version.

        Raises:
            StoreError: no such version.
            MappingRejected: the dictionary no longer takes it.
        """
        row = self._db.one("SELECT box FROM table_mapping WHERE name = ? AND version = ?", name, version)
        return Mapping.from_document(self._opened(name, version, row["box"]))

    def document(self, name: str, version: int) -> Any:
        """One version as its document, whether the dictionary takes it or not."""
        row = self._db.one("SELECT box FROM table_mapping WHERE name = ? AND version = ?", name, version)
        return self._opened(name, version, row["box"])

    def put(self, mapping: Mapping, account: str) -> None:
        """Keep a new version.

        Raises:
            StoreError: the version is not the next one: somebody else has saved meanwhile.
        """
        with self._db.transaction():
            if mapping.version != self.newest_version(mapping.id) + 1:
                raise StoreError("Somebody else has saved this mapping meanwhile. Look at it again.")
            self._db.execute(
                "INSERT INTO table_mapping (name, version, box, digest, account, at) VALUES (?,?,?,?,?,?)",
                mapping.id,
                mapping.version,
                self._local.seal(mapping.to_document(), f"mapping {mapping.id} {mapping.version}"),
                mapping.digest(),
                account,
                utc_now(),
            )

    def newest_version(self, name: str) -> int:
        """Number of the newest version, 0 where there is none."""
        return int(self._db.one("SELECT max(version) AS n FROM table_mapping WHERE name = ?", name)["n"] or 0)

    def digest(self, name: str, version: int) -> str:
        """Digest of what a version says."""
        row = self._db.one("SELECT digest FROM table_mapping WHERE name = ? AND version = ?", name, version)
        return str(row["digest"])

    def versions(self, name: str) -> list[SavedVersion]:
        """All versions, newest first."""
        rows = self._db.all(
            "SELECT name, version, account, at FROM table_mapping WHERE name = ? ORDER BY version DESC", name
        )
        return [SavedVersion(*row) for row in rows]

    def samples(self, name: str) -> list[Sample]:
        """The golden samples of a mapping, oldest first."""
        rows = self._db.all("SELECT content_hash, box FROM mapping_sample WHERE name = ? ORDER BY id", name)
        return [
            Sample.from_document(self._local.open(row["box"], f"sample {name} {row['content_hash']}"))
            for row in rows
        ]

    def n_samples(self, name: str) -> int:
        """How many golden samples a mapping has."""
        return int(self._db.one("SELECT count(*) AS n FROM mapping_sample WHERE name = ?", name)["n"])

    def sample_put(self, name: str, sample: Sample) -> None:
        """Keep a sample; the same row again takes the place of the former."""
        row = json.dumps([sorted(sample.cells.items()), str(sample.exam_date)])
        content_hash = self._local.hashed("sample", row)
        box = self._local.seal(sample.to_document(), f"sample {name} {content_hash}")
        self._db.execute(
            "INSERT INTO mapping_sample (name, content_hash, box, at) VALUES (?,?,?,?)"
            " ON CONFLICT (name, content_hash) DO UPDATE SET box = excluded.box, at = excluded.at",
            name,
            content_hash,
            box,
            utc_now(),
        )

    def samples_drop(self, name: str) -> None:
        """Forget the samples of a mapping."""
        self._db.execute("DELETE FROM mapping_sample WHERE name = ?", name)

    def check_put(
        self, name: str, version: int, dictionary: str, n_samples: int, n_changed: int, said: Iterable[str]
    ) -> None:
        """Keep what a check of the samples found; a later one takes its place."""
        self._db.execute(
            "INSERT INTO mapping_check (name, version, dictionary, n_samples, n_changed, said, at)"
            " VALUES (?,?,?,?,?,?,?) ON CONFLICT (name, version, dictionary) DO UPDATE SET"
            " n_samples = excluded.n_samples, n_changed = excluded.n_changed, said = excluded.said, at = excluded.at",
            name,
            version,
            dictionary,
            n_samples,
            n_changed,
            json.dumps(list(said)),
            utc_now(),
        )

    def checked(self, name: str, version: int, dictionary: str) -> Checked | None:
        """What the check of a version under a dictionary found, None where it was not made."""
        row = self._db.first(
            "SELECT * FROM mapping_check WHERE name = ? AND version = ? AND dictionary = ?",
            name,
            version,
            dictionary,
        )
        if row is None:
            return None
        fields = {field: row[field] for field in Checked.__slots__ if field != "said"}
        return Checked(said=tuple(json.loads(row["said"])), **fields)

    def _opened(self, name: str, version: int, box: bytes) -> Any:
        document = self._local.open(box, f"mapping {name} {version}")
        if document["id"] != name:
            raise StoreError("A mapping in the local database is not the one that its row names.")
        return document
