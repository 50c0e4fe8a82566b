"""One instance of every kind of series of a vendor, with few pixels: what tests of headers need, quickly."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.dataset import Dataset

from cmr_testkit.acquire import instances_of, timed_shots
from cmr_testkit.complete import AMOUNTS, Amounts
from cmr_testkit.drawn import ExamPlan, plan_exam
from cmr_testkit.facts_truth import FactsTruth, facts_of
from cmr_testkit.protocol import Series
from cmr_testkit.shot import Shot
from cmr_testkit.vendors import VENDORS

PIXELS = 16


@dataclass(frozen=True, slots=True)
class Sample:
    """One instance.

    Attributes:
        kind: label of its series (`cine_sax`, `flow_ao_phase`, `perfusion_sax_stress` ...).
        dataset: the whole instance with file meta information, its own.
        facts: what was set at the scanner; None for the screen save.
    """

    kind: str
    dataset: Dataset
    facts: FactsTruth | None


def sample_headers(vendor: str, seed: int = 1) -> Iterator[tuple[str, Dataset]]:
    """One instance of every kind of a vendor as (kind, dataset): at least thirty, 16 x 16 pixels.

    Raises:
        UnknownVendorError: the vendor is not written.
    """
    for sample in samples(vendor, seed):
        yield sample.kind, sample.dataset


def samples(vendor: str, seed: int = 1, *, draw: bool = True) -> Iterator[Sample]:
    """As `sample_headers`, with the facts; classic flow series give a magnitude and a velocity image.

    Without `draw` the pixels are zero, which is twice as fast.

    Raises:
        UnknownVendorError: the vendor is not written.
    """
    exam, seen = sample_exam(vendor, seed), set[str]()
    for series, shots in timed_shots(exam):
        if series.label in seen:
            continue
        seen.add(series.label)
        for chosen in _chosen(exam, series, shots):
            dataset = next(instances_of(exam, series, chosen, draw=draw))[1]
            facts = None if series.kind == "screen_save" else facts_of(vendor, series, chosen)
            yield Sample(series.label if facts is None else facts.kind, dataset, facts)


def sample_exam(vendor: str, seed: int = 1) -> ExamPlan:
    """The exam that samples are taken from: the complete tiny one with fewer pixels."""
    return plan_exam(vendor=vendor, size="tiny", seed=seed, protocol="complete", amounts=_few_pixels())


def _few_pixels() -> Amounts:
    tiny = AMOUNTS["tiny"]
    return dataclasses.replace(tiny, base=dataclasses.replace(tiny.base, pixels=PIXELS))


def _chosen(exam: ExamPlan, series: Series, shots: list[Shot]) -> list[list[Shot]]:
    """All frames of an Enhanced series; of a classic one the last image, of each component."""
    if VENDORS[exam.vendor].enhanced:
        return [shots]
    last = {shot.step.component: shot for shot in shots}
    return [[shot] for shot in last.values()]
