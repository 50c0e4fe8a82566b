"""Ground truth of acquisition facts: what was set at the scanner for each instance that the test kit writes.

A reader of headers may answer the value that stands here or say that it does not know; anything else is wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cmr_testkit.acquire import timed_shots
from cmr_testkit.complete import MOSAIC_TIMES_MS
from cmr_testkit.drawn import ExamPlan
from cmr_testkit.enhanced import is_gated, is_original
from cmr_testkit.protocol import Series
from cmr_testkit.shot import Shot
from cmr_testkit.siemens_protocol import inversion_ms
from cmr_testkit.technique import GE_NAMES, PHILIPS_NAMES, siemens_sequence
from cmr_testkit.vendors import VENDORS

FIELD_STRENGTH_T = 1.5


@dataclass(frozen=True, slots=True)
class FactsTruth:
    """Facts of one instance. Tuples have one value per frame (one for classic images), empty: not measured so.

    Attributes:
        kind: label of the series, such as `flow_ao_phase`. manufacturer: `siemens`, `ge`, `philips`.
        sequence_name: the vendor's name of the pulse sequence of the first frame.
        venc_cm_s: velocity encoding of a flow series, its magnitude images included.
        n_phases: phases of the cardiac cycle; 1: a still.
        inversion_times_ms: inversion time; empty where the image was not inverted or is a map of many.
        trigger_times_ms: delay after the R wave. nominal_intervals_ms: R-R interval.
        slice_delays_ms: delay of the slice after the first slice of its heartbeat, where slices share one.
        slice_timing_ms: when each tile of a mosaic was measured, in the order of the tiles.
        b_values: diffusion weighting in s/mm2. echo_times_ms: where echoes differ between images.
    """

    kind: str
    manufacturer: str
    sequence_name: str
    venc_cm_s: float | None
    n_phases: int
    inversion_times_ms: tuple[float, ...]
    trigger_times_ms: tuple[float, ...]
    nominal_intervals_ms: tuple[float, ...]
    slice_delays_ms: tuple[float, ...]
    slice_timing_ms: tuple[float, ...]
    b_values: tuple[float, ...]
    echo_times_ms: tuple[float, ...]
    field_strength_t: float = FIELD_STRENGTH_T


def instance_facts(exam: ExamPlan) -> Iterator[tuple[str, FactsTruth | None]]:
    """Facts of every instance in the order and by the paths of `exam_instances`; None for a screen save."""
    for series, shots in timed_shots(exam):
        folder = f"ST000001/SE{series.number:06d}"
        if series.kind == "screen_save":
            yield f"{folder}/IM000001", None
        elif VENDORS[exam.vendor].enhanced:
            yield f"{folder}/IM000001", facts_of(exam.vendor, series, shots)
        else:
            for shot in shots:
                yield f"{folder}/IM{shot.number:06d}", facts_of(exam.vendor, series, [shot])


def facts_of(vendor: str, series: Series, shots: Sequence[Shot]) -> FactsTruth:
    """Facts of one instance of a vendor: a classic image, or the frames of an Enhanced one."""
    family = VENDORS[vendor].family
    told = is_gated(series) and (is_original(series) or not VENDORS[vendor].enhanced)
    inversions = [inversion_ms(shot) for shot in shots]
    return FactsTruth(
        kind=label_of(series, shots),
        manufacturer=family,
        sequence_name=sequence_of(family, series, shots[0]),
        venc_cm_s=series.venc_cm_s,
        n_phases=series.phases,
        inversion_times_ms=tuple(value for value in inversions if value is not None),
        trigger_times_ms=tuple(shot.trigger_ms for shot in shots) if told else (),
        nominal_intervals_ms=tuple(float(shot.rr_ms) for shot in shots) if told else (),
        slice_delays_ms=tuple(series.slice_delay * shot.slice_index * shot.rr_ms for shot in shots)
        if series.slice_delay
        else (),
        slice_timing_ms=MOSAIC_TIMES_MS if series.tiles else (),
        b_values=tuple(s.step.b_value for s in shots if s.step.b_value is not None),
        echo_times_ms=tuple(s.step.echo_ms for s in shots if s.step.echo_ms is not None),
    )


def label_of(series: Series, shots: Sequence[Shot]) -> str:
    """Label of the series; where one holds magnitude and velocity, a single image says which it is."""
    if series.kind == "flow" and not series.role and len(shots) == 1:
        return f"{series.label}_{'phase' if shots[0].step.component == 'P' else 'magnitude'}"
    return series.label


def sequence_of(family: str, series: Series, shot: Shot) -> str:
    """The vendor's name of the pulse sequence."""
    if family == "siemens":
        return siemens_sequence(series, shot.step.b_value)
    return GE_NAMES[series.kind][0] if family == "ge" else PHILIPS_NAMES[series.kind]
