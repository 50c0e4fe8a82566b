"""Burned-in text: 200 layouts that a person can read, clean series of every kind, look-alikes; and what a look costs.

A layout counts as found when its series would be held; a clean series as held when anything in it would be asked.
"""

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from cmr_deid.pixels.finding import SURE_TECHNICAL, find, overlap
from cmr_deid.pixels.reading_text import Reader
from cmr_deid.pixels.series import look
from cmr_deid.pixels.verdict import is_technical
from cmr_testkit.burned import corpus
from cmr_testkit.burned.clean import Words
from cmr_testkit.exam import make_exam

LAYOUTS, CLEAN, LOOK_ALIKES = 200, 240, 40
VENDORS = ("siemens", "siemens-xa", "ge", "philips", "philips-enhanced")
_TOUCHES = 0.2
_SECONDARY_CAPTURE = b"1.2.840.10008.5.1.4.1.1.7\0"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the drill counts.

    Attributes:
        layouts, found: series with writing, and those of them that would be held.
        places, places_found: single places of writing.
        clean, held: series without writing, and those of them that would be held.
        look_alikes, look_alikes_held: series with technical marks alone.
        seconds: CPU seconds per clean series of a complete exam.
    """

    layouts: int
    found: int
    places: int
    places_found: int
    clean: int
    held: int
    look_alikes: int
    look_alikes_held: int
    seconds: float

    @property
    def is_sound(self) -> bool:
        """Every layout is found, and at most one clean series in a hundred is held."""
        return self.found == self.layouts and self.held <= self.clean / 100


def run() -> Outcome:
    """Look at everything."""
    reader = Reader()
    found, places, places_found = 0, 0, 0
    for number in range(LAYOUTS):
        shown = corpus.layout(number)
        boxes = _asked(shown.frames, reader)
        hits = [any(overlap(box, one) >= _TOUCHES for one in boxes) for box in shown.boxes]
        found, places, places_found = found + any(hits), places + len(hits), places_found + sum(hits)
        if not any(hits):
            print(f"not found: layout {number}, {shown.kind}, contrast {shown.contrast:.1f}", flush=True)
    held = sum(bool(_asked(corpus.clean(number), reader)) for number in range(CLEAN))
    alike = sum(bool(_asked(corpus.look_alike(number), reader)) for number in range(LOOK_ALIKES))
    begun = time.process_time()
    exams = list(_of_exams(reader))
    seconds = (time.process_time() - begun) / len(exams)
    total, held = CLEAN + len(exams), held + sum(exams)
    return Outcome(LAYOUTS, found, places, places_found, total, held, LOOK_ALIKES, alike, round(seconds, 3))


def section(outcome: Outcome) -> str:
    """The outcome as a table."""
    row = asdict(outcome)
    return f"| {' | '.join(row)} |\n|{'---|' * len(row)}\n| {' | '.join(map(str, row.values()))} |\n"


def _asked(frames: Words, reader: Reader) -> list[tuple[int, int, int, int]]:
    return [
        one.box
        for one in find(frames, reader)
        if one.kind != "text" or one.sureness < SURE_TECHNICAL or not is_technical(one.text)
    ]


def _of_exams(reader: Reader) -> Iterator[bool]:
    """Whether each series of complete exams of every vendor would be held; screen saves are refused before."""
    with tempfile.TemporaryDirectory(prefix="cmr-drill-") as folder:
        for vendor in VENDORS:
            exam = make_exam(Path(folder) / vendor, vendor=vendor, size="small", seed=1, protocol="complete")
            by_series: dict[Path, list[bytes]] = defaultdict(list)
            for path in exam.files:
                by_series[path.parent].append(path.read_bytes())
            for files in by_series.values():
                if _SECONDARY_CAPTURE in files[0][:2048]:
                    continue
                answer = look(files, [], reader)
                yield not answer["seen"] or bool(answer["findings"])
