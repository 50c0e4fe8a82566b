"""Position x phase grids of accepted series: of one series, and of an exam's slices that came as series each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmr_imaging.errors import NoStackError
from cmr_imaging.headers import InstanceHeader
from cmr_imaging.kinds import SeriesKind, View
from cmr_imaging.stacks import Stack, stack_of
from cmr_registry.archive.index import IndexedInstance
from cmr_registry.archive.indexing import index_of, segment_names
from cmr_registry.archive.models import ImagingStudy, Series


@dataclass(frozen=True, slots=True)
class StackedImage:
    """One image of a stack: a frame (from 1 on) of an instance of a series."""

    series: Series
    instance: IndexedInstance
    frame: int


@dataclass(frozen=True, slots=True)
class SeriesStack:
    """A stack with its images.

    Attributes:
        stack: positions, phases and the grid of indices into `images`.
        images: all images of the series that make up the stack.
        series: those series, in the order of their numbers.
    """

    stack: Stack
    images: tuple[StackedImage, ...]
    series: tuple[Series, ...]

    def image(self, position: int, phase: int) -> StackedImage | None:
        """The image at a position and phase (from 0 on), None where it is missing."""
        index = self.stack.grid[position][phase]
        return None if index is None else self.images[index]

    def row(self, position: int) -> tuple[StackedImage, ...]:
        """The images at a position in phase order, without gaps."""
        return tuple(self.images[index] for index in self.stack.grid[position] if index is not None)


@dataclass(frozen=True, slots=True)
class ExamStack:
    """A stack of one kind and view of an exam."""

    kind: SeriesKind
    view: View
    laid: SeriesStack


def series_stack(series: Series) -> SeriesStack | None:
    """The stack of one series; None where no image says where it lies.

    Raises:
        StoredBytesDamagedError: an index object is damaged.
        StorageError: the store failed.
    """
    return _laid([series])


def exam_stacks(study: ImagingStudy) -> tuple[ExamStack, ...]:
    """Every stack of an exam; parallel one-slice series of one kind and view are joined to one stack.

    A scanner that writes each short-axis slice as a series of its own (Siemens) shows one stack like one that
    writes all slices as one series (GE).

    Raises:
        StoredBytesDamagedError: an index object is damaged.
        StorageError: the store failed.
    """
    rows = (
        Series.objects.filter(study=study).select_related("study").order_by("number", "series_instance_uid")
    )
    found = []
    for kind, view, members in _groups(rows):
        laid = _laid(members)
        if laid is not None:
            found.append(ExamStack(SeriesKind(kind), View(view), laid))
    return tuple(found)


def stack_around(series: Series) -> SeriesStack | None:
    """The stack of the exam that a series belongs to, its parallel one-slice series included; None without geometry.

    Raises:
        StoredBytesDamagedError: an index object is damaged.
        StorageError: the store failed.
    """
    rows = (
        Series.objects.filter(study=series.study_id)
        .select_related("study")
        .order_by("number", "series_instance_uid")
    )
    members = next(
        (members for _, _, members in _groups(rows) if any(row.pk == series.pk for row in members)), []
    )
    return _laid(members)


def _groups(rows: Iterable[Series]) -> list[tuple[str, str, list[Series]]]:
    """Series with several positions stand alone; short-axis slices of one kind are joined."""
    alone: list[tuple[str, str, list[Series]]] = []
    joined: dict[str, list[Series]] = defaultdict(list)
    for row in rows:
        if row.view == View.SAX and row.kind != SeriesKind.UNKNOWN and row.n_positions == 1:
            joined[row.kind].append(row)
        else:
            alone.append((row.kind, row.view, [row]))
    return [*((kind, View.SAX.value, members) for kind, members in joined.items()), *alone]


def _laid(members: Sequence[Series]) -> SeriesStack | None:
    images: list[StackedImage] = []
    headers: list[InstanceHeader] = []
    for series in members:
        for instance in _instances(series):
            for number, header in enumerate(instance.headers, 1):
                images.append(StackedImage(series, instance, number))
                headers.append(header)
    try:
        return SeriesStack(stack_of(headers), tuple(images), tuple(members))
    except NoStackError:
        return None


def _instances(series: Series) -> tuple[IndexedInstance, ...]:
    uid = series.series_instance_uid
    names = segment_names(series.center_id, series.study.study_instance_uid, uid)
    return index_of(tuple(names.get(uid, ()))).instances
