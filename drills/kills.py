"""SIGKILL of connector, web server and worker at random moments of an upload: nothing lost, nothing twice (N1, N2)."""

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pydicom

from cmr_testkit.exam import Exam, make_exam
from demo.processes import wait_until
from demo.servers import Hospital, Registry

ROUND = 20
PATIENCE_S = 300
FRAMES = {"Accept": 'multipart/related; type="application/octet-stream"'}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one disturbed upload.

    Attributes:
        kills: how often a process was killed; `while_open`: how often before the exam was accepted.
        lost, duplicated, changed: instances by what is wrong with them; all 0 when the promise holds.
    """

    kills: int
    while_open: int
    lost: int
    duplicated: int
    changed: int

    @property
    def holds(self) -> bool:
        """True when the exam arrived whole, once and unchanged."""
        return not (self.lost or self.duplicated or self.changed)


def disturb(
    registry: Registry, hospital: Hospital, client: httpx.Client, exam: Exam, *, seed: int, kills: int = ROUND
) -> Outcome:
    """Upload an exam while processes are killed and started again; then compare every image with its source.

    Args:
        registry: a running registry.
        hospital: a connector that is not running.
        client: reads the registry with the center's key.
        exam: what is uploaded; the center holds no other study with as many images meanwhile.
        seed: chance of moments and victims.
        kills: how many.
    """
    chance = random.Random(seed)
    known = set(_studies(client))
    _drop(hospital, exam)
    hospital.agent.start()
    while_open = 0
    for number in range(kills):
        time.sleep(chance.uniform(0.05, 0.9))
        while_open += _images(client, known) < len(exam.files)
        first = number < 3
        victim = hospital.agent if first else chance.choice([hospital.agent, registry.web, registry.worker])
        victim.kill()
        victim.start()
        if victim is registry.web:
            registry.wait_ready()
    # A kill may let the connector take a pause for the end of the exam; the rest follows as its next version.
    wait_until(lambda: _images(client, known) >= len(exam.files), PATIENCE_S)
    hospital.agent.stop()
    new = sorted(set(_studies(client)) - known)
    return _compare(client, new, exam, kills, while_open)


def run(folder: Path, settings: dict[str, str], rounds: Iterable[int]) -> Iterable[Outcome]:
    """One disturbed upload per round on a registry of its own; an outcome as soon as it is known."""
    registry = Registry(folder / "registry", settings=settings)
    registry.prepare()
    row = registry.enter_cast()["connectors"][0]
    headers = {"Authorization": f"Bearer {row['key']}"}
    registry.web.start()
    registry.worker.start()
    try:
        registry.wait_ready()
        with httpx.Client(base_url=registry.url, headers=headers, timeout=60) as client:
            for number in rounds:
                place = folder / f"round-{number}"
                hospital = Hospital(
                    place / "hospital",
                    code=row["center"],
                    url=registry.url,
                    key=row["key"],
                    settings={"registry": {"batch_instances": 2}, "pipeline": {"quiet_seconds": 3.0}},
                )
                exam = make_exam(place / "exam", vendor="siemens", size="small", seed=1000 + number)
                yield disturb(registry, hospital, client, exam, seed=number)
    finally:
        registry.worker.stop()
        registry.web.stop()


def _drop(hospital: Hospital, exam: Exam) -> None:
    for path in exam.files:
        target = hospital.folder / "watch" / f"{path.parent.name}-{path.name}"
        target.write_bytes(path.read_bytes())


def _studies(client: httpx.Client) -> dict[str, int]:
    """Accepted studies with their number of images; patient, since the server may be on its way up."""
    for _ in range(50):
        try:
            answer = client.get("/dicom-web/studies?limit=1000&includefield=all")
            return {row["0020000D"]["Value"][0]: row["00201208"]["Value"][0] for row in answer.json()}
        except httpx.HTTPError:
            time.sleep(0.1)
    return {}


def _images(client: httpx.Client, known: set[str]) -> int:
    """Images of the studies that are not known."""
    return sum(n for study, n in _studies(client).items() if study not in known)


def _compare(client: httpx.Client, studies: list[str], exam: Exam, kills: int, while_open: int) -> Outcome:
    wanted = sorted(pydicom.dcmread(path).PixelData for path in exam.files)
    listed: list[tuple[str, dict[str, Any]]] = []
    for study in studies:
        rows = client.get(f"/dicom-web/studies/{study}/instances?limit=5000").json()
        listed += [(study, row) for row in rows]
    stored = sorted(_pixels(client, study, row) for study, row in listed)
    return Outcome(
        kills=kills,
        while_open=while_open,
        lost=max(0, len(wanted) - len(stored)),
        duplicated=max(0, len(stored) - len(wanted)),
        changed=sum(a != b for a, b in zip(stored, wanted, strict=False)),
    )


def _pixels(client: httpx.Client, study: str, row: dict[str, Any]) -> bytes:
    series, instance = row["0020000E"]["Value"][0], row["00080018"]["Value"][0]
    answer = client.get(
        f"/dicom-web/studies/{study}/series/{series}/instances/{instance}/frames/1", headers=FRAMES
    )
    boundary = answer.content.split(b"\r\n", 1)[0]
    return answer.content.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n" + boundary, 1)[0]
