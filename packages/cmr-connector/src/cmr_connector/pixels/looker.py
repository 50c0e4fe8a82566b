"""The parent's side: start the locked child, hand it the images of a series, take its findings, end it if it hangs."""

import importlib.util
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import IO, Any

from cmr_connector.errors import PixelChildError

_NEEDED = ("numpy", "imagecodecs", "cv2", "rapidocr_onnxruntime")
_COMMAND = ("-m", "cmr_connector.pixels.child")
_START_S = 120.0


def is_installed() -> bool:
    """Whether the extra `[pixels]` is here; nothing of it is loaded by asking."""
    return all(importlib.util.find_spec(name) is not None for name in _NEEDED)


class Looker:
    """One child process, started at the first series and again after it was ended."""

    def __init__(self, seconds: int) -> None:
        """Give each series this much CPU time, and a little more time on the clock than that."""
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.locked = False

    def look(self, files: Iterable[bytes], sizes: list[int], known: list[str]) -> dict[str, Any]:
        """What `cmr_deid.pixels.series.look` finds in these files.

        Args:
            files: the images, read one by one.
            sizes: their numbers of bytes.
            known: what identifies the patient.

        Raises:
            PixelChildError: the child ended or took too long; it says nothing about the images.
            OSError: an image cannot be read from the disk.
        """
        with self._lock:
            child = self._running()
            request = {"known": known, "sizes": sizes, "seconds": self._seconds}
            checked = _of_size(files, sizes)
            try:
                return self._ask(child, json.dumps(request).encode() + b"\n", checked)
            except (PixelChildError, OSError):
                self._end()
                raise

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        command = [sys.executable, "-I", *_COMMAND]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OMP_NUM_THREADS": "1"},
        )
        try:
            self.locked = bool(self._read(self._child, _START_S).get("locked"))
        except PixelChildError:
            self._end()
            raise
        return self._child

    def _ask(self, child: subprocess.Popen[bytes], request: bytes, files: Iterable[bytes]) -> dict[str, Any]:
        pipe = _pipe(child.stdin)
        try:
            pipe.write(request)
            for data in files:
                pipe.write(data)
            pipe.flush()
        except BrokenPipeError:
            raise PixelChildError("The process that looks at pixels ended.") from None
        return self._read(child, 2.0 * self._seconds + _START_S)

    def _read(self, child: subprocess.Popen[bytes], limit_s: float) -> dict[str, Any]:
        """One line of JSON; a child that does not answer in time is ended."""
        timer = threading.Timer(limit_s, child.kill)
        timer.start()
        try:
            line = _pipe(child.stdout).readline()
        finally:
            timer.cancel()
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError:
            raise PixelChildError("The process that looks at pixels ended.") from None
        return answer

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            try:
                _pipe(pipe).close()
            except BrokenPipeError:
                continue


def _of_size(files: Iterable[bytes], sizes: list[int]) -> Iterator[bytes]:
    """The files, each as long as the request says: another length would end what both sides understand."""
    for data, size in zip(files, sizes, strict=True):
        if len(data) != size:
            raise PixelChildError("A file that waits is not as long as it was when it came.")
        yield data


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise PixelChildError("The process that looks at pixels has no pipe.")
    return pipe
