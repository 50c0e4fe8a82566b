"""The way through a hospital on one core: files in, receipt out, against a registry on the same machine."""

import os
import re
import secrets
import tempfile
import time
from pathlib import Path

from benchmarks.report import Figure
from cmr_deid.engine import Engine
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_deid.leaks import search
from cmr_deid.verify import inspect
from cmr_testkit.exam import make_exam
from demo.processes import running
from demo.servers import Hospital, Registry


def run() -> list[Figure]:
    """Instances per second of the engine alone, with both second looks, and of `cmr-connector send` whole."""
    with tempfile.TemporaryDirectory(prefix="cmr-bench-") as name:
        folder = Path(name)
        exam = make_exam(folder / "exam", vendor="siemens", size="full", seed=1, protocol="basic")
        sources = [path.read_bytes() for path in exam.files]
        engine = Engine(Identities(new_key(secrets.token_bytes(32))))
        begun = time.perf_counter()
        outputs = [engine.deidentify(source) for source in sources]
        alone = time.perf_counter() - begun
        for output in outputs:
            inspect(output.data)
            search(output.data, output.removed_values)
        checked = time.perf_counter() - begun
        whole = _send(folder, exam.root)
    count = len(sources)
    return [
        Figure("de-identification engine, one core", "instances/s", count / alone),
        Figure("engine, verifier and leak search, one core", "instances/s", count / checked),
        Figure("connector on one core, file to receipt", "instances/s", count / whole),
    ]


def _send(folder: Path, exam: Path) -> float:
    """Seconds of `cmr-connector send`, pinned to core 0; the registry runs on the others."""
    registry = Registry(folder / "registry")
    registry.prepare()
    row = registry.enter_cast()["connectors"][0]
    hospital = Hospital(folder / "hospital", code=row["center"], url=registry.url, key=row["key"])
    with running(registry.web, registry.worker):
        registry.wait_ready()
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(cores)})
        begun = time.perf_counter()
        done = hospital.send(exam)
        seconds = time.perf_counter() - begun
        os.sched_setaffinity(0, cores)
    if done.returncode:
        raise RuntimeError(re.sub(r"\s+", " ", done.stderr)[-300:])
    return seconds
