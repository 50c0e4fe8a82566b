"""The child process that decodes and reads (`python -m cmr_connector.pixels.child`): images in, findings out.

Each request on standard input is a line of JSON (`known`: what identifies the patient; `sizes`: of the files, in
bytes; `seconds`: CPU time) followed by the files themselves; each answer on standard output is a line of JSON. The
first line it writes says that it is ready and whether system calls are refused. It opens no file after that.
"""

import io
import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from cmr_connector.pixels.lock import give_up_system_calls, limit
from cmr_deid.pixels.reading_text import Reader
from cmr_deid.pixels.series import look, warm_up

_START_SECONDS = 120


def main() -> None:
    """Answer requests until the input ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    # libraries that print would disturb the answers
    sys.stdout = io.TextIOWrapper(io.BytesIO())
    limit(_START_SECONDS)
    reader = Reader()
    warm_up(reader)
    locked = give_up_system_calls()
    _answer(answers, {"ready": True, "locked": locked})
    while line := requests.readline():
        request = json.loads(line)
        limit(int(request["seconds"]))
        left = list(request["sizes"])
        answer = look(_files(requests, left), request["known"], reader)
        # a refused image leaves the others unread: the next request begins after them
        for size in left:
            requests.read(size)
        _answer(answers, answer)


def _files(requests: BinaryIO, left: list[int]) -> Iterator[bytes]:
    """The files of a request, whose sizes are taken from `left` one by one."""
    while left:
        yield requests.read(left.pop(0))


def _answer(answers: BinaryIO, document: dict[str, Any]) -> None:
    answers.write(json.dumps(document).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
