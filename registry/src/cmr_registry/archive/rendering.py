"""Pictures of accepted instances, for pages and for WADO-RS rendered resources."""

from collections.abc import Sequence

from cmr_registry.archive.index import IndexedInstance
from cmr_registry.archive.models import Series
from cmr_registry.archive.pictures import Size, frame_picture, sheet
from cmr_registry.archive.pixels import Window
from cmr_registry.archive.places import series_place


def render_frame(
    series: Series,
    instance: IndexedInstance,
    frame: int = 1,
    window: Window | None = None,
    size: Size | None = None,
) -> bytes:
    """One frame as PNG (8-bit gray, or RGB), windowed as asked, else as its header says, else by its values.

    Args:
        series: its series.
        instance: the instance.
        frame: frame number from 1 on.
        window: center and width in modality values.
        size: width and height that the picture must fit into, keeping its proportions.

    Raises:
        NotRenderableError: no picture can be made of it.
        StoredBytesDamagedError: the stored bytes are damaged.
        StorageError: the store failed.
    """
    return frame_picture(series_place(series), instance, frame, window, size)


def cine_sheet(
    series: Series,
    instances: Sequence[IndexedInstance],
    *,
    frames: Sequence[int] | None = None,
    window: Window | None = None,
) -> tuple[bytes, int, int, int, int]:
    """All phases of one position on one PNG, so that a cine view asks once per position.

    Args:
        series: their series.
        instances: the instances in the order of showing.
        frames: frame number of each; None where every instance has one frame.
        window: center and width; else one common window from headers or values.

    Returns:
        PNG bytes, columns, rows, tile width, tile height. Tiles run row by row; unused ones are black.

    Raises:
        NotRenderableError: a frame cannot be shown, or they have no common size.
        StoredBytesDamagedError: the stored bytes are damaged.
        StorageError: the store failed.
    """
    numbers = [1] * len(instances) if frames is None else list(frames)
    return sheet(series_place(series), list(zip(instances, numbers, strict=True)), window)
