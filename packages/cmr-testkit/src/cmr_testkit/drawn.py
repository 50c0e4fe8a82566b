"""Draw an exam: patient, heart, scanner and protocol of a seed, before its first image is made."""

import datetime as dt
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from cmr_testkit.complete import AMOUNTS, Amounts, Recipe, plan_complete
from cmr_testkit.errors import UnknownProtocolError, UnknownVendorError
from cmr_testkit.flow import VESSELS, FlowTruth
from cmr_testkit.heart import Heart, draw_heart_size, systole_for
from cmr_testkit.identity import draw_patient, draw_visit
from cmr_testkit.infarct import draw_infarct
from cmr_testkit.protocol import Series, Size, plan, size_named
from cmr_testkit.relaxation import draw_relaxation
from cmr_testkit.render import Scene
from cmr_testkit.report import report_values
from cmr_testkit.shot import Session
from cmr_testkit.space import draw_frame
from cmr_testkit.truth import complete_truth, truth_of
from cmr_testkit.uids import UidSource
from cmr_testkit.vendors import VENDORS

PROTOCOLS = ("basic", "complete")
INJECTION_MINUTES = 20
BACKWARD_SHARE = {"ao": 0.03, "pa": 0.02}


@dataclass(frozen=True, slots=True)
class ExamPlan:
    """A synthetic exam before its first image is made.

    Attributes:
        seed, vendor, size, protocol: what was asked for.
        scene: heart, position, infarct and chest.
        series: what will be acquired, in order.
        session: patient, visit, UIDs, heart rate.
        truth: what a perfect reader would measure.
        flows: what flows through the great vessels (complete protocol).
    """

    seed: int
    vendor: str
    size: str
    protocol: str
    scene: Scene
    series: list[Series]
    session: Session
    truth: dict[str, Any]
    flows: dict[str, FlowTruth]

    @property
    def report_values(self) -> dict[str, str]:
        """The report by data-dictionary item."""
        return report_values(self.truth, self.session.patient, self.vendor)


def default_protocol(size: str) -> str:
    """The protocol of a size where none is asked for: complete at full size, basic for the quick ones."""
    return "complete" if size == "full" else "basic"


def plan_exam(
    *,
    vendor: str,
    size: str = "full",
    seed: int = 1,
    infarct: str = "none",
    center_words: bool = False,
    patient_seed: int | None = None,
    protocol: str | None = None,
    amounts: Amounts | None = None,
) -> ExamPlan:
    """Draw an exam. `patient_seed` (default: the seed) lets several exams belong to one patient.

    `amounts` says how much of the complete protocol is made, in place of the size's own.

    Raises:
        UnknownVendorError, UnknownSizeError, UnknownInfarctError, UnknownProtocolError: a word that this
            version does not know.
    """
    if vendor not in VENDORS:
        raise UnknownVendorError(
            f"The vendor '{vendor}' is unknown; this version writes {', '.join(VENDORS)}."
        )
    protocol = protocol or default_protocol(size)
    size_named(size)
    if protocol not in PROTOCOLS:
        raise UnknownProtocolError(f"The protocol '{protocol}' is none of {', '.join(PROTOCOLS)}.")
    patient_seed = seed if patient_seed is None else patient_seed
    asked = f"{vendor}|{size}|{seed}|{infarct}|{center_words}|{patient_seed}"
    variant = zlib.crc32((asked if protocol == "basic" else f"{asked}|{protocol}").encode())
    whole = protocol == "complete"
    amounts = amounts or AMOUNTS[size]
    dimensions = amounts.base if whole else size_named(size)
    patient, rng = draw_patient(patient_seed), np.random.default_rng([seed, 0xBEA7])
    visit = draw_visit(rng, vendor, variant)
    scar = draw_infarct(rng, infarct)
    heart_size = draw_heart_size(rng, female=patient.sex == "F", infarct=bool(scar.segments))
    heart = Heart(heart_size, systole_for(dimensions.phases))
    scene = Scene(heart, draw_frame(rng), scar, round(float(rng.uniform(0.95, 1.06)), 3))
    uids = UidSource(vendor, visit.serial, visit.start, variant)
    rr_ms = 60_000 // int(rng.integers(54, 82))
    given = visit.start + dt.timedelta(minutes=INJECTION_MINUTES) if whole else None
    session = Session(patient, visit, uids, rr_ms, center_words, vendor, given)
    series, more, flows = _planned(scene, seed, rr_ms, vendor, amounts if whole else dimensions)
    truth = truth_of(scene, series, dimensions, rr_ms) | more
    truth |= {"vendor": vendor, "size": size, "seed": seed, "protocol": protocol}
    return ExamPlan(seed, vendor, size, protocol, scene, series, session, truth, flows)


def _planned(
    scene: Scene, seed: int, rr_ms: int, vendor: str, amounts: Amounts | Size
) -> tuple[list[Series], dict[str, Any], dict[str, FlowTruth]]:
    """The series, the truth that only the complete protocol has, and its flows."""
    heart, ways = scene.heart, VENDORS[vendor]
    if isinstance(amounts, Size):
        return plan(heart, scene.frame, amounts, split=ways.split, psir=ways.psir), {}, {}
    times, stroke = draw_relaxation(seed), round(heart.size.lv_edv_ml - heart.size.lv_esv_ml, 1)
    flows = {
        view: FlowTruth(stroke, round(BACKWARD_SHARE[view] * stroke, 1), heart.systole) for view in VESSELS
    }
    recipe = Recipe(heart, scene.frame, times, flows, rr_ms, ways.split, ways.split, ways.mosaic)
    series = plan_complete(recipe, amounts)
    return series, complete_truth(series, times, flows), flows
