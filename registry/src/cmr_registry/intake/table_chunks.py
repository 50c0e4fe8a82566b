"""The screened rows of a table at rest: packed in chunks, each in a box of its own under the center's key."""

import hashlib
import json
import uuid
import zlib
from collections.abc import Iterable
from typing import Any

from cmr_dictionary.missing import Missing
from cmr_exchange.canonical import sha256_hex
from cmr_registry.intake.table_screening import CleanRow
from cmr_registry.lib.boxes import new_key, open_box, seal
from cmr_registry.lib.keyring import keyring
from cmr_registry.lib.storage import storage

ROWS_PER_CHUNK = 500
"""A second of work for the worker."""
_LEVEL = 6


class ChunkPacker:
    """Packs clean rows while a table is screened; nothing leaves memory before the whole table has passed."""

    def __init__(self) -> None:
        self._rows: list[Any] = []
        self._digest = hashlib.sha256(b"table 1\n")
        self.chunks: list[bytes] = []
        self.n_rows = 0

    def take(self, row: CleanRow) -> None:
        """Add a row."""
        values = {
            name: {"missing": value.value} if isinstance(value, Missing) else {"value": value}
            for name, value in row.values.items()
        }
        self._rows.append([row.number, row.subject, row.exam, row.day, row.exam_year, values, row.refused])
        self.n_rows += 1
        if len(self._rows) >= ROWS_PER_CHUNK:
            self._pack()

    def finish(self) -> str:
        """Pack what is left.

        Returns:
            What names the content: the same rows, in the same order, have the same digest.
        """
        if self._rows:
            self._pack()
        return self._digest.hexdigest()

    def _pack(self) -> None:
        text = json.dumps(self._rows, separators=(",", ":"), sort_keys=True).encode()
        self._digest.update(text)
        self.chunks.append(zlib.compress(text, _LEVEL))
        self._rows = []


def chunks_put(center: uuid.UUID, digest: str, chunks: Iterable[bytes]) -> list[str]:
    """Store chunks in boxes, durable on return.

    Returns:
        Names of their objects.
    """
    names = []
    for number, packed in enumerate(chunks):
        data_key, aad = new_key(), _aad(center, digest, number)
        wrapped = keyring().wrap(str(center), data_key, aad)
        stored = len(wrapped).to_bytes(2, "big") + wrapped + seal(data_key, aad, packed)
        name = f"tables/{center}/{sha256_hex(stored)}"
        storage().put(name, stored)
        names.append(name)
    return names


def chunk_get(center: uuid.UUID, digest: str, number: int, name: str) -> list[CleanRow]:
    """The rows of a chunk.

    Raises:
        StorageError: the object cannot be read.
        BoxDamagedError: it was changed.
        KeyringError: the center's key is gone.
    """
    stored, aad = storage().get(name), _aad(center, digest, number)
    start = 2 + int.from_bytes(stored[:2], "big")
    data_key = keyring().unwrap(str(center), stored[2:start], aad)
    rows = json.loads(zlib.decompress(open_box(data_key, aad, stored[start:])))
    return [_row(*row) for row in rows]


def chunks_forget(names: Iterable[str]) -> None:
    """Remove chunks of a table that is let go."""
    for name in names:
        storage().delete(name)


def _row(
    number: int,
    subject: str,
    exam: str,
    day: int | None,
    year: int | None,
    values: dict[str, dict[str, Any]],
    refused: list[list[str]],
) -> CleanRow:
    said = {
        name: Missing(entry["missing"]) if "missing" in entry else entry["value"]
        for name, entry in values.items()
    }
    return CleanRow(number, subject, exam, day, year, said, tuple((item, code) for item, code in refused))


def _aad(center: uuid.UUID, digest: str, number: int) -> bytes:
    return b"table\x00" + center.bytes + digest.encode() + number.to_bytes(4, "big")
