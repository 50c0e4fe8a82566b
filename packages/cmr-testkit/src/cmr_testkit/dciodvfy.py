"""What dciodvfy (dicom3tools) finds wrong with an instance, and what is wrong after a change that was not before."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

WORKERS = 2
NOT_COMPARABLE = frozenset(("nested-3", "nested-20", "epoch-fd"))
"""Places of `cmr_testkit.plants` that break the IOD of the input itself: its errors cannot be compared."""

_VALUE = re.compile(r"<[^</>]*>(?=\s|$|,)")


def is_installed() -> bool:
    """Whether the program can be run here."""
    return shutil.which("dciodvfy") is not None


def errors_of(data: bytes) -> frozenset[str]:
    """The errors in one Part-10 file, without the values that they name."""
    with tempfile.TemporaryDirectory(prefix="cmr-dciodvfy-") as folder:
        path = Path(folder, "instance.dcm")
        path.write_bytes(data)
        done = subprocess.run(["dciodvfy", "-new", path], capture_output=True, check=False)
    lines = (done.stdout + done.stderr).decode("latin-1").splitlines()
    return frozenset(_VALUE.sub("<>", line) for line in lines if line.startswith("Error"))


def new_errors(pairs: Iterable[tuple[bytes, bytes]]) -> list[frozenset[str]]:
    """For each pair of files before and after a change, the errors that only the later one has."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda pair: errors_of(pair[1]) - errors_of(pair[0]), pairs))
