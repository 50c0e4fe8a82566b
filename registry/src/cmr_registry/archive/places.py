"""Where a box belongs: a center, a study, a series. Its data key is made once and wrapped by the center's key."""

import functools
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from cmr_exchange.canonical import canonical_json
from cmr_registry.archive.errors import StoredBytesDamagedError
from cmr_registry.archive.models import Series, SeriesKey
from cmr_registry.lib.boxes import BoxDamagedError, Read, new_key, open_box, open_range, seal
from cmr_registry.lib.keyring import keyring


@dataclass(frozen=True, slots=True)
class Place:
    """A series with its data key: seals and opens the boxes that belong there, and no other."""

    center_id: uuid.UUID
    study_instance_uid: str
    series_instance_uid: str
    key: bytes = field(repr=False)

    def seal(self, purpose: str, name: str, data: bytes) -> bytes:
        """A box for `data` that opens only here, for this purpose and name."""
        return seal(self.key, self._aad(purpose, name), data)

    def open(self, purpose: str, name: str, box: bytes) -> bytes:
        """The plaintext of a box.

        Raises:
            StoredBytesDamagedError: the box was changed or belongs elsewhere.
        """
        try:
            return open_box(self.key, self._aad(purpose, name), box)
        except BoxDamagedError as error:
            raise StoredBytesDamagedError(str(error)) from error

    def open_part(self, purpose: str, name: str, read: Read, length: int, start: int, stop: int) -> bytes:
        """Bytes `start` to `stop` of the plaintext of a box of `length` bytes that `read` reads.

        Raises:
            StoredBytesDamagedError: the box was changed or belongs elsewhere.
        """
        try:
            return open_range(self.key, self._aad(purpose, name), read, length, start, stop)
        except BoxDamagedError as error:
            raise StoredBytesDamagedError(str(error)) from error

    def _aad(self, purpose: str, name: str) -> bytes:
        where = [str(self.center_id), self.study_instance_uid, self.series_instance_uid]
        return canonical_json([purpose, *where, name])


def places_make(center_id: uuid.UUID, study_uid: str, series_uids: Iterable[str]) -> dict[str, Place]:
    """The places of these series, with a data key made for each that has none.

    Two requests that make a key at once agree on one: the second finds the first's row.
    """
    wanted = set(series_uids)
    rows = SeriesKey.objects.filter(
        center_id=center_id, study_instance_uid=study_uid, series_instance_uid__in=wanted
    )
    found = {row.series_instance_uid: row for row in rows}
    for series_uid in sorted(wanted - found.keys()):
        wrapped = keyring().wrap(str(center_id), new_key(), _wrap_aad(center_id, study_uid, series_uid))
        found[series_uid], _ = SeriesKey.objects.get_or_create(
            center_id=center_id,
            study_instance_uid=study_uid,
            series_instance_uid=series_uid,
            defaults={"wrapped_key": wrapped},
        )
    return {series_uid: _place(row) for series_uid, row in found.items()}


def place_of(center_id: uuid.UUID, study_uid: str, series_uid: str) -> Place:
    """The place of a series that has boxes.

    Raises:
        StoredBytesDamagedError: its key is gone.
    """
    row = SeriesKey.objects.filter(
        center_id=center_id, study_instance_uid=study_uid, series_instance_uid=series_uid
    ).first()
    if row is None:
        raise StoredBytesDamagedError("The data key of a series is gone.")
    return _place(row)


def series_place(series: Series) -> Place:
    """The place of an accepted series; kept in memory, because a key never changes while its row exists.

    Raises:
        StoredBytesDamagedError: its key is gone.
    """
    return _series_place(
        series.pk, series.center_id, series.study.study_instance_uid, series.series_instance_uid
    )


@functools.lru_cache(maxsize=4096)
def _series_place(_row: uuid.UUID, center_id: uuid.UUID, study_uid: str, series_uid: str) -> Place:
    return place_of(center_id, study_uid, series_uid)


def _place(row: SeriesKey) -> Place:
    aad = _wrap_aad(row.center_id, row.study_instance_uid, row.series_instance_uid)
    try:
        key = keyring().unwrap(str(row.center_id), bytes(row.wrapped_key), aad)
    except BoxDamagedError as error:
        raise StoredBytesDamagedError("The data key of a series was changed.") from error
    return Place(row.center_id, row.study_instance_uid, row.series_instance_uid, key)


def _wrap_aad(center_id: uuid.UUID, study_uid: str, series_uid: str) -> bytes:
    return canonical_json(["series key", str(center_id), study_uid, series_uid])
