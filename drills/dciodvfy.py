"""2,000 outputs before the judge of IODs: dciodvfy may find no error that it does not find in the input.

Samples of every vendor and kind of series at many seeds; every second one with an identifier planted in one of the
places of `cmr_testkit.plants`.
"""

import io
import random
from collections import Counter
from collections.abc import Iterator

from pydicom.filewriter import dcmwrite

from cmr_deid.engine import Engine
from cmr_deid.errors import DeidRefusal
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_testkit.dciodvfy import NOT_COMPARABLE, errors_of, new_errors
from cmr_testkit.plants import PLACES, plant_bytes
from cmr_testkit.samples import samples
from cmr_testkit.vendors import VENDORS

FILES = 2000
_BATCH = 100


def run() -> dict[str, int]:
    """Counts: files, planted, taken by the engine, new errors; prints every kind of new error."""
    engine = Engine(Identities(new_key(bytes(range(32)))))
    totals, errors = Counter[str](), Counter[str]()
    for batch in _batches():
        taken = []
        for host, source in batch:
            totals["files"] += 1
            totals["planted"] += source is not host
            try:
                taken.append((host, source, engine.deidentify(source).data))
            except DeidRefusal:
                continue
        totals["taken"] += len(taken)
        found = new_errors((host, output) for host, _, output in taken)
        for lines, (_, source, _) in zip(found, taken, strict=True):
            errors.update(lines - errors_of(source) if lines else ())
        print(f"{totals['files']} of {FILES}, {sum(errors.values())} new errors", flush=True)
    for line, count in errors.most_common():
        print(count, line)
    return {**totals, "new errors": sum(errors.values())}


def _batches() -> Iterator[list[tuple[bytes, bytes]]]:
    batch: list[tuple[bytes, bytes]] = []
    places = [place for place in PLACES if place.id not in NOT_COMPARABLE]
    for turn, host in enumerate(_hosts()):
        source = plant_bytes(host, random.Random(turn), [places[turn % len(places)]])[0] if turn % 2 else host
        batch.append((host, source))
        if turn + 1 == FILES:
            yield batch
            return
        if len(batch) == _BATCH:
            yield batch
            batch = []


def _hosts() -> Iterator[bytes]:
    seed = 0
    while True:
        seed += 1
        for vendor in VENDORS:
            for sample in samples(vendor, seed):
                buffer = io.BytesIO()
                dcmwrite(buffer, sample.dataset, enforce_file_format=True)
                yield buffer.getvalue()
