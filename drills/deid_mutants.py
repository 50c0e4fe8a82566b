"""20,000 damaged files through the engine in a process of its own: no crash, no hang, bounded memory, no leak."""

import multiprocessing
import random
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from cmr_deid.engine import Engine
from cmr_deid.errors import DeidRefusal
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_deid.leaks import search
from cmr_deid.verify import inspect
from cmr_testkit.exam import make_exam
from cmr_testkit.mutants import mutated

MUTANTS = 20_000
LARGEST_MIB, LONGEST_S = 512, 2.0
VENDORS = ("siemens", "ge")
ORIGINALS_OF_EACH = 12


@dataclass(slots=True)
class Found:
    """What became of the mutants; `crashed`, `left` and `found` must stay 0.

    Attributes:
        mutants, outputs, refusals: how many.
        crashed: ended in another exception than a refusal.
        left: outputs in which the second look or the search for removed values found something.
        named: refusals and records that name an identifier of the source.
        longest_s: processor time of the slowest.
        largest_mib: peak memory of the process.
    """

    mutants: int = 0
    outputs: int = 0
    refusals: int = 0
    crashed: int = 0
    left: int = 0
    named: int = 0
    longest_s: float = 0.0
    largest_mib: float = 0.0

    @property
    def holds(self) -> bool:
        """True when the promise holds."""
        wrong = self.crashed or self.left or self.named
        return not wrong and self.longest_s <= LONGEST_S and self.largest_mib <= LARGEST_MIB


def run(count: int = MUTANTS) -> Found:
    """Damage and de-identify so many files, in a process of its own so that its memory can be told."""
    with tempfile.TemporaryDirectory(prefix="cmr-drill-") as name:
        originals, identifiers = _originals(Path(name))
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            return pool.apply(_damage, (originals, identifiers, count))


def _originals(folder: Path) -> tuple[list[bytes], list[str]]:
    originals: list[bytes] = []
    identifiers: set[str] = set()
    for seed, vendor in enumerate(VENDORS, 1):
        exam = make_exam(folder / vendor, vendor=vendor, size="tiny", seed=seed)
        originals += [path.read_bytes() for path in exam.files[::5][:ORIGINALS_OF_EACH]]
        identifiers |= {*exam.patient_name.split("^"), exam.patient_id, exam.accession_number}
    return originals, sorted(identifiers)


def _damage(originals: list[bytes], identifiers: list[str], count: int) -> Found:
    engine, found, rng = Engine(Identities(new_key(bytes(range(32))))), Found(), random.Random(20_000)
    for _ in range(count):
        _one(engine, mutated(rng.choice(originals), rng), identifiers, found)
    # `getrusage` would count what the parent held when it forked
    status = Path("/proc/self/status").read_text().splitlines()
    found.largest_mib = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    return found


def _one(engine: Engine, data: bytes, identifiers: list[str], found: Found) -> None:
    begun = time.process_time()
    found.mutants += 1
    try:
        # past the guard that would turn an unforeseen exception into a refusal
        result = engine._deidentify(data)
    except DeidRefusal as refusal:
        found.refusals += 1
        told = str(refusal)
    except Exception as error:
        found.crashed += 1
        told = str(error)
    else:
        found.outputs += 1
        told = f"{result!r} {result.changes}"
        clean = not inspect(result.data).findings and not search(result.data, result.removed_values)
        outside = result.data.lower()
        found.left += not clean or any(name.lower().encode() in outside for name in identifiers)
    found.longest_s = max(found.longest_s, time.process_time() - begun)
    found.named += any(name.lower() in told.lower() for name in identifiers)


def section(found: Found) -> str:
    """The figures as a table for the page of drills."""
    row = asdict(found)
    row["longest_s"], row["largest_mib"] = round(found.longest_s, 2), round(found.largest_mib)
    heads = [name.replace("_", " ") for name in row]
    return f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n| {' | '.join(map(str, row.values()))} |\n"
