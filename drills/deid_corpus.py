"""The corpus of planted identifiers (D1, D2, D3, D15): one run over every vendor, form and kind of series.

Each image of `sample_headers` is planted with one identifier in every place that it holds at once, de-identified,
searched as a whole in six encodings, looked at by the second gate, and its science compared with the source.
"""

import copy
import io
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag
from pydicom.uid import UID

from cmr_deid.engine import Deidentified, Engine
from cmr_deid.errors import DeidRefusal
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_deid.leaks import search
from cmr_deid.verify import inspect
from cmr_testkit.plants import LEAKS, found, planted_file, put_leak
from cmr_testkit.plants.planting import chosen
from cmr_testkit.samples import sample_headers
from cmr_testkit.vendors import VENDORS
from drills.deid_science import Science, science

FIRST_SEED, SEEDS, LEAKY = 101, 12, 5_000
LEGACY = UID("1.2.840.10008.5.1.4.1.1.4.4")


def _tags(keywords: str) -> frozenset[int]:
    return frozenset(tag for tag in map(tag_for_keyword, keywords.split()) if tag is not None)


_GROUPS = {
    "FrameContentSequence": _tags(""),
    "PixelMeasuresSequence": _tags("PixelSpacing SliceThickness SpacingBetweenSlices"),
    "PlanePositionSequence": _tags("ImagePositionPatient"),
    "PlaneOrientationSequence": _tags("ImageOrientationPatient"),
    "PixelValueTransformationSequence": _tags("RescaleSlope RescaleIntercept RescaleType"),
    "FrameVOILUTSequence": _tags("WindowCenter WindowWidth"),
}
_UNASSIGNED = _tags(
    "RepetitionTime EchoTime InversionTime FlipAngle TriggerTime NominalInterval HeartRate SliceLocation SequenceName"
)
_MOVED = _UNASSIGNED.union(*_GROUPS.values())


@dataclass(frozen=True, slots=True)
class Image:
    """One clean image: vendor as in `--vendor`, kind of series, whether Enhanced, and its bytes."""

    vendor: str
    kind: str
    enhanced: bool
    data: bytes


@dataclass(slots=True)
class Totals:
    """What a run over the corpus found.

    Attributes:
        left: places of plants that were found in an output, with how often.
        refused: reasons of files that were not taken; blocked: findings of the second gate on clean output.
        told: places of plants that stood in changes, facts or texts of exceptions.
        unsearched: files of which the engine's own search for removed values found one.
        science, must_keep: listed values compared; changed: those that were not equal, by place.
        leaky: clean outputs into which one leak was put back; missed: kinds of those that the second gate passed.
    """

    files: int = 0
    plants: int = 0
    places: set[str] = field(default_factory=set)
    forms: set[tuple[str, str, bool]] = field(default_factory=set)
    left: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    blocked: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    unsearched: int = 0
    science: int = 0
    must_keep: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    must_keep_changed: Counter[str] = field(default_factory=Counter)
    leaky: int = 0
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def equal(self) -> float:
        """Share of the listed science values that are equal."""
        return 1 - sum(self.changed.values()) / max(1, self.science)


def engine() -> Engine:
    """An engine of a fixed key."""
    return Engine(Identities(new_key(bytes(range(32)))))


def run(images: Iterable[Image], worker: Engine, first: int = 0) -> Totals:
    """Plant, de-identify and search every image; `first` is the turn of the first one."""
    totals = Totals()
    for turn, image in enumerate(images, first):
        _one(image, turn, worker, totals)
    return totals


def _one(image: Image, turn: int, worker: Engine, totals: Totals) -> None:
    data, plants = planted_file(image.data, random.Random(turn), chosen(turn))
    totals.files += 1
    totals.forms.add((image.vendor, image.kind, image.enhanced))
    try:
        result = worker.deidentify(data)
    except DeidRefusal as refusal:
        totals.refused[f"{refusal.reason.code} {image.vendor} {image.kind} {turn}"] += 1
        totals.told.update(plant.place for plant in found(_told(refusal), plants))
        return
    totals.plants += len(plants)
    totals.places |= {plant.place for plant in plants}
    said = _said(result)
    if found(result.data + b"\xff\xff" + said, plants):
        totals.left.update(plant.place for plant in found(result.data, plants))
        totals.told.update(plant.place for plant in found(said, plants))
    totals.blocked.update(f"{one.reason_code} {one.path}" for one in inspect(result.data).findings)
    totals.unsearched += bool(search(result.data, result.removed_values))
    _compare(science(image.data), science(data), science(result.data), totals)


def _told(refusal: DeidRefusal) -> bytes:
    return repr((refusal, refusal.__cause__, refusal.reason)).encode()


def _said(result: Deidentified) -> bytes:
    changes = "\n".join(f"{one.path} {one.action} {one.rule}" for one in result.changes)
    return f"{changes}\n{result!r}\n{result.facts!r}".encode()


def _compare(clean: Science, planted: Science, after: Science, totals: Totals) -> None:
    """Values that the planting itself changed are no science any more."""
    for place, (must, value) in clean.items():
        if planted.get(place, (must, None))[1] != value:
            continue
        totals.science += 1
        totals.must_keep += must
        if after.get(place, (must, None))[1] != value:
            name = "/".join(f"{part:08X}" if isinstance(part, int) else str(part) for part in place)
            totals.changed[name] += 1
            totals.must_keep_changed.update([name] if must else [])


def full() -> Totals:
    """The whole corpus: every kind of several exams, one after the other, and 5,000 leaks put back."""
    worker, totals = engine(), Totals()
    for seed in range(FIRST_SEED, FIRST_SEED + SEEDS):
        made = images(seed)
        for turn, image in enumerate(made, totals.files):
            _one(image, turn, worker, totals)
        put_back(made, worker, totals, LEAKY // SEEDS)
        print(
            f"seed {seed}: {totals.files} files, {totals.plants} plants, {sum(totals.left.values())} left",
            flush=True,
        )
    return totals


def put_back(images: list[Image], worker: Engine, totals: Totals, count: int) -> None:
    """Put one leak back into each of `count` clean outputs and count the kinds that the second gate passes."""
    clean = [worker.deidentify(image.data).data for image in images]
    for data in clean:
        totals.blocked.update(f"clean: {one.reason_code} {one.path}" for one in inspect(data).findings)
    kinds = list(LEAKS)
    for number in range(totals.leaky, totals.leaky + count):
        kind = kinds[number % len(kinds)]
        leaky = put_leak(clean[number * 7 % len(clean)], kind, random.Random(number))
        totals.missed[kind] += not inspect(leaky).findings
    totals.leaky += count


def is_clean(totals: Totals) -> bool:
    """Whether the run reached what is promised (D1, D2, D3, D13, D15)."""
    missed = sum(totals.missed.values())
    by_form = any(count for kind, count in totals.missed.items() if LEAKS[kind].by_form)
    found_any = totals.left or totals.told or totals.refused or totals.blocked or totals.must_keep_changed
    return not found_any and not by_form and totals.equal >= 0.999 and missed <= 0.005 * totals.leaky


def sentence(totals: Totals) -> str:
    """The run in one sentence."""
    return (
        f"{totals.plants} identifiers in {len(totals.places)} kinds of places of {totals.files} files: "
        f"{sum(totals.left.values())} left; {totals.equal:.3%} of {totals.science} science values equal; "
        f"{sum(totals.missed.values())} of {totals.leaky} leaks passed the second gate."
    )


def section(totals: Totals) -> str:
    """The table for the page of drills."""
    forms = {(vendor, enhanced) for vendor, _, enhanced in totals.forms}
    row = {
        "files": totals.files,
        "vendors and forms": len(forms),
        "kinds of series": len({kind for _, kind, _ in totals.forms}),
        "kinds of places": len(totals.places),
        "planted": totals.plants,
        "left": sum(totals.left.values()),
        "told": sum(totals.told.values()),
        "science values": totals.science,
        "equal": f"{totals.equal:.3%}",
        "must-keep changed": sum(totals.must_keep_changed.values()),
        "leaks put back": totals.leaky,
        "passed": sum(totals.missed.values()),
    }
    return f"| {' | '.join(row)} |\n|{'---|' * len(row)}\n| {' | '.join(map(str, row.values()))} |\n"


def images(seed: int = 1, kinds: int | None = None) -> list[Image]:
    """One clean image of every vendor, kind and form; `kinds` bounds how many of each vendor.

    The screen save of every vendor is left out: it is rejected, and never an output. GE writes no Enhanced MR, so
    its images are converted as archives do it (Legacy Converted Enhanced MR, PS3.3 A.70).
    """
    made: list[Image] = []
    for vendor, writer in VENDORS.items():
        samples = ((kind, one) for kind, one in sample_headers(vendor, seed) if kind != "screen_save")
        for kind, dataset in itertools.islice(samples, kinds):
            made.append(Image(vendor, kind, writer.enhanced, _bytes(dataset)))
            if vendor == "ge":
                made.append(Image("ge-converted", kind, True, _bytes(converted(dataset, 3))))
    return made


def converted(dataset: Dataset, frames: int) -> Dataset:
    """A classic image as a Legacy Converted Enhanced one of several frames, each with all that the image had."""
    whole = _part(dataset, lambda tag: tag not in _MOVED and not tag.is_private)
    whole.file_meta = copy.deepcopy(dataset.file_meta)
    whole.SOPClassUID = whole.file_meta.MediaStorageSOPClassUID = LEGACY
    whole.NumberOfFrames = frames
    whole.add_new("PixelData", "OW", dataset.PixelData * frames)
    whole.SharedFunctionalGroupsSequence = [Dataset()]
    whole.PerFrameFunctionalGroupsSequence = [_frame(dataset, number) for number in range(frames)]
    return whole


def _frame(dataset: Dataset, number: int) -> Dataset:
    frame = Dataset()
    for sequence, tags in _GROUPS.items():
        setattr(frame, sequence, [_part(dataset, tags.__contains__)])
    frame.FrameContentSequence[0].FrameAcquisitionNumber = number + 1
    rest = _part(dataset, lambda tag: tag in _UNASSIGNED or tag.is_private)
    frame.UnassignedPerFrameConvertedAttributesSequence = [rest]
    return frame


def _part(dataset: Dataset, wanted: Callable[[BaseTag], bool]) -> Dataset:
    part = Dataset()
    for element in dataset:
        if wanted(element.tag):
            part.add(element)
    return part


def _bytes(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()
