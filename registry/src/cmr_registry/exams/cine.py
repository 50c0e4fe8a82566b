"""The cine view's data: a stack of archive images as positions x phases, with how long each phase lasts.

The slice stays fixed and time loops: phases come from trigger times, not from the order of arrival (L14;
OHIF/Viewers#5615, nroduit/Weasis#331).
"""

import itertools
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmr_imaging.headers import InstanceHeader
from cmr_registry.archive.errors import ArchiveError
from cmr_registry.archive.models import Series
from cmr_registry.archive.rendering import cine_sheet
from cmr_registry.archive.selectors import SeriesStack, StackedImage, stack_around
from cmr_registry.lib.errors import StorageError

ASSUMED_STEP_MS = 40.0
SHORTEST_MS, LONGEST_MS = 5.0, 1000.0
SHEET_FORM = "sheet 1"
"""Raise the number when sheets are drawn in another way: browsers hold older ones."""


@dataclass(frozen=True, slots=True)
class CineRow:
    """One position.

    Attributes:
        images: what its sheet shows, tile by tile.
        tiles: per phase the number of its tile, None where no image is.
    """

    images: tuple[StackedImage, ...]
    tiles: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Cine:
    """A stack that can be played.

    Attributes:
        laid: the stack.
        rows: its positions, ascending along the normal.
        timing: how long each phase lasts.
        height, width: pixels of one image.
    """

    laid: SeriesStack
    rows: tuple[CineRow, ...]
    timing: "Timing"
    height: int
    width: int

    def facts(self) -> tuple[str, ...]:
        """What the stack is, in words."""
        stack = self.laid.stack
        n_series = len(self.laid.series)
        spacing = f"{stack.spacing_mm:.1f} mm apart" if stack.spacing_mm else ""
        return tuple(
            fact
            for fact in (
                f"{len(self.rows)} slices" if len(self.rows) > 1 else "1 slice",
                spacing,
                f"{len(stack.phases)} phases",
                f"joined from {n_series} series" if n_series > 1 else "",
                "" if stack.regular else "slices unevenly spaced",
            )
            if fact
        )

    def sheet_names(self, position: int) -> tuple[str, ...]:
        """What the sheet of one position is made of: other names, another sheet.

        Raises:
            IndexError: there is no such position.
        """
        images = self.rows[position].images
        return (SHEET_FORM, *(f"{image.instance.sha256} {image.frame}" for image in images))

    def sheet(self, position: int) -> bytes:
        """All images of one position as one PNG.

        Raises:
            IndexError: there is no such position.
            NotRenderableError: they cannot be shown.
            StoredBytesDamagedError: the stored bytes are damaged.
        """
        images = self.rows[position].images
        instances, frames = [image.instance for image in images], [image.frame for image in images]
        return cine_sheet(images[0].series, instances, frames=frames)[0]


def cine_of(series: Series) -> Cine | None:
    """The stack around a series; None where it has no geometry or its images have no common size."""
    try:
        laid = stack_around(series)
    except (ArchiveError, StorageError):
        return None
    if laid is None:
        return None
    size = _size(laid)
    if size is None:
        return None
    rows = tuple(_row(laid, position, size) for position in range(len(laid.stack.grid)))
    kept = [header for image in laid.images for header in image.instance.headers[:1]]
    timing = timing_of(laid.stack.phases, laid.stack.timed, kept)
    return Cine(laid, rows, timing, *size) if all(row.images for row in rows) else None


def _size(laid: SeriesStack) -> tuple[int, int] | None:
    """The size that most images have; a few that differ are shown as missing."""
    sizes = Counter(_image_size(image) for image in laid.images)
    sizes.pop(None, None)
    return sizes.most_common(1)[0][0] if sizes else None


def _image_size(image: StackedImage) -> tuple[int, int] | None:
    rows, columns = image.instance.number("00280010"), image.instance.number("00280011")
    return (rows, columns) if rows and columns else None


def _row(laid: SeriesStack, position: int, size: tuple[int, int]) -> CineRow:
    """A sheet is made from one series: where several share a position, the one with most images is shown."""
    cells = [laid.image(position, phase) for phase in range(len(laid.stack.phases))]
    fitting = [cell for cell in cells if cell is not None and _image_size(cell) == size]
    if not fitting:
        return CineRow((), (None,) * len(cells))
    series = Counter(cell.series.pk for cell in fitting).most_common(1)[0][0]
    images: list[StackedImage] = []
    tiles: list[int | None] = []
    for cell in cells:
        shown = cell is not None and cell.series.pk == series and _image_size(cell) == size
        tiles.append(len(images) if shown else None)
        if cell is not None and shown:
            images.append(cell)
    return CineRow(tuple(images), tuple(tiles))


@dataclass(frozen=True, slots=True)
class Timing:
    """How long each phase lasts.

    Attributes:
        durations_ms: one per phase.
        source: where that was measured, in words; empty where it was assumed.
    """

    durations_ms: tuple[float, ...]
    source: str

    @property
    def words(self) -> str:
        """The rate in images per second as people read it."""
        rate = 1000 / statistics.fmean(self.durations_ms)
        return f"as filmed, {rate:.0f}/s" if self.source else f"assumed, {rate:.0f}/s"


def timing_of(phases: Sequence[float], timed: bool, headers: Sequence[InstanceHeader]) -> Timing:
    """Durations of the phases of one heartbeat.

    Args:
        phases: ms after the R wave where `timed`, else running numbers.
        timed: phases are trigger times.
        headers: headers of the stack, for the R-R interval.
    """
    interval = _median(header.nominal_interval_ms for header in headers)
    if timed and len(phases) > 1:
        steps = [b - a for a, b in itertools.pairwise(phases)]
        usual = statistics.median(steps)
        left = interval - (phases[-1] - phases[0]) if interval else usual
        last = left if 0.5 * usual <= left <= 2 * usual else usual
        return Timing(tuple(_clamped(step) for step in (*steps, last)), "trigger times")
    if interval and len(phases) > 1:
        return Timing((_clamped(interval / len(phases)),) * len(phases), "R-R interval")
    return Timing((ASSUMED_STEP_MS,) * len(phases), "")


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value]
    return statistics.median(known) if known else None


def _clamped(step: float) -> float:
    return min(max(step, SHORTEST_MS), LONGEST_MS)
