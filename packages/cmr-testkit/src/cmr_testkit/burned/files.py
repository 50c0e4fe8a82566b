"""Writing burned into Part-10 files of a native series, as a console or a viewer leaves them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pydicom

from cmr_testkit.burned import ink as inks


def burn_files(files: Iterable[Path], out: Path, lines: Sequence[str], *, size: int = 10) -> list[Path]:
    """Write copies of native 16-bit images with these lines in their top left corner.

    Args:
        files: images of one series.
        out: folder for the copies, which keep their names.
        lines: what is written.
        size: height of the letters in pixels.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for path in files:
        dataset = pydicom.dcmread(path)
        image = (
            np.frombuffer(dataset.PixelData, "<u2").reshape(dataset.Rows, dataset.Columns).astype(np.float32)
        )
        ink = inks.written(lines, size)[: dataset.Rows - 2, : dataset.Columns - 2]
        window = image[1 : 1 + ink.shape[0], 1 : 1 + ink.shape[1]]
        window += ink * (1.5 * image.max() - window)
        dataset.PixelData = np.rint(image).astype("<u2").tobytes()
        dataset.save_as(out / path.name, enforce_file_format=True)
        written.append(out / path.name)
    return written
