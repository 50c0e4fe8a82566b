"""Loads a synthetic cohort into a registry, through intake and follow-up, as each center's connector would.

Run as `python -m demo.cohort FOLDER` in the environment of a registry whose centers exist; FOLDER is what
`cmr-testkit cohort` wrote. Loading twice changes nothing, for every document is named by its digest.
"""

import argparse
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import demo.inside  # noqa: F401  makes Django ready before any model is imported

# isort: split

from django.db import transaction

from cmr_exchange.followup import FollowUpDocument
from cmr_exchange.manifest import DeliveryManifest
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.centers.selectors import center_by_code
from cmr_registry.followup.services import followup_record
from cmr_registry.intake.acceptance import delivery_accept
from cmr_registry.intake.services import delivery_open
from cmr_registry.intake.states import DeliveryState
from cmr_registry.lib.scope import center_scope
from cmr_testkit.cohort.files import FOLLOW_UP, MANIFESTS

T = TypeVar("T")

BATCH = 100
"""Documents per transaction: few commits, and never more than a second of work behind one lock."""
ACTOR = "job:cohort"


class CenterAbsentError(Exception):
    """A center of the cohort is not in the registry; the text names it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded: accepted exams, follow-up documents, and seconds for each."""

    exams: int
    documents: int
    exams_s: float
    documents_s: float


def load_cohort(folder: Path, *, say: Callable[[str], None], batch: int = BATCH) -> Loaded:
    """Deliver and accept every exam of a cohort, then record its follow-up.

    Args:
        folder: what `cmr-testkit cohort` wrote.
        say: hears one line now and then.
        batch: documents per transaction.

    Raises:
        CenterAbsentError: a center of the cohort is not in the registry.
        DeliveryRejected: the registry refuses a delivery.
        FollowUpRejected: the registry refuses a follow-up document.
    """
    begun = time.monotonic()
    manifests = (DeliveryManifest.from_document(row) for row in _rows(folder / MANIFESTS))
    exams = sum(_each(manifests, batch, _deliver, lambda n: say(f"  {n} exams")))
    between = time.monotonic()
    papers = (FollowUpDocument.from_document(row) for row in _rows(folder / FOLLOW_UP))
    documents = sum(_each(papers, batch, _follow, lambda n: say(f"  {n} follow-up documents")))
    ended = time.monotonic()
    return Loaded(exams, documents, round(between - begun, 1), round(ended - between, 1))


def _deliver(principal: Principal, manifest: DeliveryManifest) -> bool:
    delivery = delivery_open(principal=principal, manifest=manifest)
    if delivery.state == DeliveryState.COMPLETE:
        delivery = delivery_accept(delivery=delivery)
    return delivery.state == DeliveryState.ACCEPTED


def _follow(principal: Principal, document: FollowUpDocument) -> bool:
    return bool(followup_record(principal=principal, document=document).pk)


def _each(
    documents: Iterable[T], batch: int, send: Callable[[Principal, T], bool], say: Callable[[int], None]
) -> Iterator[int]:
    """Send documents, those of one center and batch in one transaction; yields how many were taken."""
    total, told = 0, time.monotonic()
    for code, ours in itertools.groupby(documents, key=lambda document: str(getattr(document, "center", ""))):
        principal = _connector(code)
        while piece := list(itertools.islice(ours, batch)):
            with center_scope(frozenset(principal.center_roles)), transaction.atomic():
                taken = sum(send(principal, document) for document in piece)
            total += taken
            if time.monotonic() - told > 5:
                told = time.monotonic()
                say(total)
            yield taken


def _connector(code: str) -> Principal:
    center = center_by_code(code)
    if center is None:
        raise CenterAbsentError(
            f"The registry has no center {code}; enter it first, as `python -m demo.cast` does."
        )
    return Principal(actor=ACTOR, center_roles={center.pk: frozenset({Role.CONNECTOR})})


def _rows(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def main(argv: list[str]) -> int:
    """Load one folder and say how long it took."""
    options = argparse.ArgumentParser(prog="python -m demo.cohort", description=__doc__)
    options.add_argument("folder", metavar="FOLDER", type=Path)
    try:
        done = load_cohort(options.parse_args(argv).folder, say=lambda line: print(line, flush=True))
    except CenterAbsentError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"{done.exams} exams in {done.exams_s} s, {done.documents} follow-up documents in {done.documents_s} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
