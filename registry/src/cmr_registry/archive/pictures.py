"""Pictures of frames as PNG: one frame, a thumbnail of a series, a sheet of many frames."""

import io
import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from cmr_imaging.errors import NoStackError
from cmr_imaging.stacks import stack_of
from cmr_registry.archive.errors import ArchiveError, NotRenderableError
from cmr_registry.archive.index import IndexedInstance
from cmr_registry.archive.pixels import (
    Array,
    Window,
    frame_values,
    gray_of,
    header_window,
    is_inverted,
    own_window,
)
from cmr_registry.archive.places import Place
from cmr_registry.lib.errors import StorageError

THUMBNAIL_PIXELS = 128
MOST_SHEET_PIXELS = 64 * 2**20
FAST = 1
"""zlib level of pictures that are made on request."""
SYSTOLE = 1 / 3
"""Where in the heartbeat a thumbnail looks: about end-systole, where wall and cavity tell apart best."""

FrameOf = tuple[IndexedInstance, int]
Size = tuple[int, int]


def frame_picture(
    place: Place,
    instance: IndexedInstance,
    frame: int,
    window: Window | None = None,
    size: Size | None = None,
) -> bytes:
    """One frame as PNG, windowed as asked, else as its header says, else by its own values.

    Args:
        place: where the instance belongs.
        instance: the instance.
        frame: frame number from 1 on.
        window: center and width in modality values.
        size: width and height that it must fit into, keeping its proportions.

    Raises:
        NotRenderableError: no picture can be made of it.
        StoredBytesDamagedError: the stored bytes are damaged.
        StorageError: the store failed.
    """
    values = frame_values(place, instance, frame)
    if values.ndim == 3:
        return png(np.ascontiguousarray(values), size)
    shown = window or header_window(instance, frame) or own_window(values)
    return png(gray_of(values, shown, inverted=is_inverted(instance)), size)


def sheet(
    place: Place, frames: Sequence[FrameOf], window: Window | None = None
) -> tuple[bytes, int, int, int, int]:
    """Many frames on one PNG, row by row, all under one window so that a cine does not flicker.

    Args:
        place: where the instances belong.
        frames: instances with frame numbers, in the order of showing.
        window: center and width; else the median window of the headers, else one from all values.

    Returns:
        PNG bytes, columns, rows, tile width, tile height.

    Raises:
        NotRenderableError: a frame cannot be shown, or sheet or frames have no common size.
        StoredBytesDamagedError: the stored bytes are damaged.
        StorageError: the store failed.
    """
    tiles = [frame_values(place, instance, number) for instance, number in frames]
    if not tiles or any(tile.shape != tiles[0].shape or tile.ndim != 2 for tile in tiles):
        raise NotRenderableError("These frames do not fit on one sheet.")
    height, width = tiles[0].shape
    columns = math.ceil(math.sqrt(len(tiles)))
    rows = math.ceil(len(tiles) / columns)
    if rows * columns * height * width > MOST_SHEET_PIXELS:
        raise NotRenderableError("These frames do not fit on one sheet.")
    shown = window or _common_window(frames) or own_window(np.stack([tile[::2, ::2] for tile in tiles]))
    canvas = np.zeros((rows * height, columns * width), np.uint8)
    for number, (tile, (instance, _)) in enumerate(zip(tiles, frames, strict=True)):
        row, column = divmod(number, columns)
        gray = gray_of(tile, shown, inverted=is_inverted(instance))
        canvas[row * height : (row + 1) * height, column * width : (column + 1) * width] = gray
    return png(canvas), columns, rows, width, height


def thumbnail_picture(place: Place, instances: Sequence[IndexedInstance]) -> bytes | None:
    """A small PNG of the middle slice about end-systole; None where no picture can be made."""
    frames = [(one, number) for one in instances for number in range(1, max(one.n_frames, 1) + 1)]
    chosen = _chosen(instances, frames)
    if chosen is None:
        return None
    try:
        return frame_picture(place, *chosen, size=(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    except (ArchiveError, StorageError):
        return None


def png(pixels: Array, size: Size | None = None) -> bytes:
    """8-bit pixels as PNG, shrunk or enlarged to fit `size` (width, height).

    Args:
        pixels: shape (rows, columns) or (rows, columns, 3).
        size: width and height to fit into.
    """
    image = Image.fromarray(pixels)
    if size is not None:
        factor = min(size[0] / image.width, size[1] / image.height)
        fitted = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        if fitted != image.size:
            image = image.resize(fitted, Image.Resampling.BILINEAR)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=FAST)
    return out.getvalue()


def _common_window(frames: Sequence[FrameOf]) -> Window | None:
    known = [window for instance, number in frames if (window := header_window(instance, number)) is not None]
    if len(known) < len(frames):
        return None
    center, width = np.median(np.array(known), axis=0)
    return (float(center), float(width))


def _chosen(instances: Sequence[IndexedInstance], frames: Sequence[FrameOf]) -> FrameOf | None:
    headers = [header for instance in instances for header in instance.headers]
    if len(headers) != len(frames):
        return frames[len(frames) // 2] if frames else None
    try:
        grid = stack_of(headers).grid
    except NoStackError:
        return frames[len(frames) // 2] if frames else None
    row = [index for index in grid[len(grid) // 2] if index is not None]
    return frames[row[int(len(row) * SYSTOLE)]]
