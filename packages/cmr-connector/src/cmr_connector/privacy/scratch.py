"""The scratch folder of shadow runs: images of patients lie in it for a while, so one run at a time, and swept."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cmr_connector.errors import WorkerBusyError

FOLDER = "shadow"
_SCRATCH, _LOCK = "scratch", "run.lock"


@contextmanager
def scratch_of(data_dir: Path) -> Iterator[Path]:
    """An empty scratch folder, taken away at the end; the lock ends with the process, however it ends.

    Raises:
        WorkerBusyError: another shadow run of this connector is at work.
    """
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = folder / _SCRATCH
    with (folder / _LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkerBusyError("Another shadow run of this connector is at work.") from None
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def sweep_scratch(data_dir: Path) -> None:
    """Take away what a shadow run left behind that was killed; one that is at work is left alone."""
    if not (data_dir / FOLDER / _SCRATCH).exists():
        return
    try:
        with scratch_of(data_dir):
            pass
    except WorkerBusyError:
        return
