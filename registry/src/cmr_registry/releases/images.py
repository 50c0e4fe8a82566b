"""Images of a release: read from the archive, re-keyed one by one, in the order of the scanner."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cmr_deid.errors import RekeyError
from cmr_deid.rekey import Place, ReleaseIdentities, rekey
from cmr_registry.archive.errors import ArchiveError
from cmr_registry.archive.models import Series
from cmr_registry.archive.selectors import IndexedInstance, instance_bytes, series_index
from cmr_registry.lib.errors import StorageError
from cmr_registry.releases.errors import ReleaseUnbuildableError

INSTANCE_NUMBER = "00200013"


@dataclass(frozen=True, slots=True)
class ReleasedImage:
    """One instance, as it stands in the archive: path, Part-10 bytes, and its series."""

    path: str
    data: bytes
    series: str


@dataclass(frozen=True, slots=True)
class ImageRules:
    """How images become those of a release.

    Attributes:
        identities: of the release.
        days: day in the release of each exam, by registry id.
        oldest_age_years: ages from here on become one band.
    """

    identities: ReleaseIdentities
    days: Mapping[str, int | None]
    oldest_age_years: int | None


def series_images(series_id: str, exam: str, rules: ImageRules) -> Iterator[ReleasedImage]:
    """The instances of one series, re-keyed; the open scope must hold its center.

    Args:
        series_id: registry id of the series, as text.
        exam: registry id of its exam, as text.
        rules: how they become those of the release.

    Raises:
        ReleaseUnbuildableError: an instance cannot be read or re-keyed; nothing half is released.
    """
    series = Series.objects.select_related("study").filter(pk=uuid.UUID(series_id)).first()
    if series is None:
        raise ReleaseUnbuildableError("A series was withdrawn while the release was built; build it again.")
    try:
        yield from _images(series, exam, rules)
    except (RekeyError, ArchiveError, StorageError) as error:
        raise ReleaseUnbuildableError(
            f"Images of an exam could not be read or re-keyed ({type(error).__name__})."
        ) from None


def _images(series: Series, exam: str, rules: ImageRules) -> Iterator[ReleasedImage]:
    identities, subject = rules.identities, str(series.study.subject_id)
    place = Place(
        owner=str(series.center_id),
        subject=identities.subject(subject),
        exam=identities.exam(exam),
        day=rules.days[exam],
        oldest_age_years=rules.oldest_age_years,
    )
    label = identities.series(str(series.pk))
    for number, instance in enumerate(_in_order(series), 1):
        made = rekey(instance_bytes(series, instance), identities, place)
        path = f"images/{place.subject}/{place.exam}/{label}/{number:04d}.dcm"
        yield ReleasedImage(path, made.data, label)


def _in_order(series: Series) -> list[IndexedInstance]:
    def place(instance: IndexedInstance) -> tuple[int, str]:
        number = instance.number(INSTANCE_NUMBER)
        return (2**31 if number is None else number, instance.sop_instance_uid)

    return sorted(series_index(series).instances, key=place)
