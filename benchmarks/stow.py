"""STOW-RS ingest: the registry beside Orthanc, the same de-identified instances, client and batches.

The registry verifies every instance, encrypts it, syncs it to disk and answers after that; Orthanc runs as
Debian configures it, which does not sync.
"""

import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

from benchmarks.peers import Orthanc
from benchmarks.report import Figure
from cmr_deid.engine import Engine
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_testkit.exam import make_exam
from demo.processes import running
from demo.servers import Registry

PER_REQUEST = 50


def deidentified_exam(folder: Path, instances: int) -> list[bytes]:
    """At least `instances` de-identified instances of synthetic full-size exams, as Part-10 bytes."""
    engine = Engine(Identities(new_key(secrets.token_bytes(32))))
    made: list[bytes] = []
    seed = 0
    while len(made) < instances:
        seed += 1
        exam = make_exam(folder / str(seed), vendor="siemens", size="full", seed=seed, protocol="basic")
        made += [engine.deidentify(path.read_bytes()).data for path in exam.files]
    return made[:instances]


def bodies(instances: Sequence[bytes]) -> Iterator[tuple[bytes, int]]:
    """Multipart bodies (PS3.18 10.5) of at most `PER_REQUEST` instances with their number."""
    for start in range(0, len(instances), PER_REQUEST):
        batch = instances[start : start + PER_REQUEST]
        parts = [b"--frontier\r\nContent-Type: application/dicom\r\n\r\n" + data + b"\r\n" for data in batch]
        yield b"".join(parts) + b"--frontier--\r\n", len(batch)


def send_all(url: str, instances: Sequence[bytes], headers: dict[str, str]) -> float:
    """Seconds from the first request to the last durable answer.

    Raises:
        RuntimeError: a request was not answered with 200.
    """
    kind = {"Content-Type": 'multipart/related; type="application/dicom"; boundary=frontier'}
    prepared = list(bodies(instances))
    with httpx.Client(timeout=300) as client:
        begun = time.perf_counter()
        for body, _ in prepared:
            answer = client.post(f"{url}/dicom-web/studies", content=body, headers={**kind, **headers})
            if answer.status_code != 200:
                raise RuntimeError(f"{url} answered {answer.status_code}: {answer.text[:300]}")
        return time.perf_counter() - begun


def run(instances: int = 1000, rounds: int = 3) -> list[Figure]:
    """Send the same instances to both, in turn, each round to a fresh server; the medians count."""
    with tempfile.TemporaryDirectory(prefix="cmr-bench-") as name:
        folder = Path(name)
        data = deidentified_exam(folder / "exams", instances)
        megabytes = sum(map(len, data)) / 1e6
        ours, theirs = [], []
        for number in range(rounds):
            ours.append(_registry_seconds(folder / f"registry-{number}", data))
            theirs.append(_orthanc_seconds(folder / f"orthanc-{number}", data))
    mine, peer = sorted(ours)[rounds // 2], sorted(theirs)[rounds // 2]
    return [
        Figure("STOW-RS ingest", "instances/s", instances / mine, instances / peer, "Orthanc 1.10.1"),
        Figure("STOW-RS ingest", "MB/s", megabytes / mine, megabytes / peer, "Orthanc 1.10.1"),
    ]


def _registry_seconds(folder: Path, data: Sequence[bytes]) -> float:
    registry = Registry(folder)
    registry.prepare()
    key = registry.enter_cast()["connectors"][0]["key"]
    with running(registry.web):
        registry.wait_ready()
        return send_all(registry.url, data, {"Authorization": f"Bearer {key}"})


def _orthanc_seconds(folder: Path, data: Sequence[bytes]) -> float:
    peer = Orthanc(folder)
    with running(peer.process):
        peer.process.wait_ready(peer.answers)
        return send_all(peer.url, data, {"Accept": "application/dicom+json"})
