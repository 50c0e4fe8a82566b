"""Features of a series that do not depend on the order of its images."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmr_imaging.headers import InstanceHeader
from cmr_imaging.stacks import Stack, component_of, stacks_of
from cmr_imaging.vectors import Vector, dot

SAME_PLANE = 0.9
"""Normals with a smaller absolute cosine are planes of their own (25 degrees)."""
CINE_PHASES = 10
LONGEST_HEARTBEAT_MS = 2500.0
UNGATED = ("", "NONE", "REALTIME")


@dataclass(frozen=True, slots=True)
class Features:
    """What header physics and geometry look at.

    Attributes:
        n_images, n_positions, n_phases: of the series; the last two of its largest stack.
        n_orientations: planes more than 25 degrees apart.
        normal: unit normal of the largest stack, None without geometry.
        positions: mm along that normal.
        sequence, variant, options, image_words: sets of the words of the coded header elements.
        sequence_name: lower case, all different names joined by blanks.
        gated: the header says that the heart triggered (scan options CG, R-R interval, synchronization).
        heartbeat_phases: the trigger times of one position lie within one heartbeat.
        inversion_times, echo_times, vencs: distinct values (ms, ms, cm/s); zero inversion time is none.
        b_values: distinct diffusion weightings above zero (s/mm2).
        flip_angle_deg: median. seconds: span of acquisition times.
        components: components of ImageType (`M`, `P`, `R`, `I`, `PS`).
    """

    n_images: int
    n_positions: int
    n_phases: int
    n_orientations: int
    normal: Vector | None
    positions: tuple[float, ...]
    sequence: frozenset[str]
    variant: frozenset[str]
    options: frozenset[str]
    image_words: frozenset[str]
    sequence_name: str
    gated: bool
    heartbeat_phases: bool
    inversion_times: tuple[float, ...]
    echo_times: tuple[float, ...]
    vencs: tuple[float, ...]
    b_values: tuple[float, ...]
    flip_angle_deg: float | None
    seconds: float | None
    components: frozenset[str]
    three_dimensional: bool
    realtime: bool
    tagging: bool
    secondary_capture: bool

    @property
    def is_cine_like(self) -> bool:
        """At least ten phases of one heartbeat at one position, gated, gradient echo, without inversion."""
        return (
            self.n_phases >= CINE_PHASES
            and self.heartbeat_phases
            and self.gated
            and "IR" not in self.sequence
            and not self.inversion_times
        )


def features_of(headers: Sequence[InstanceHeader]) -> Features:
    """Measure the headers of one series."""
    stacks = stacks_of(headers)
    main = stacks[0] if stacks else None
    clock = [h.acquisition_time_s for h in headers if h.acquisition_time_s is not None]
    flips = [h.flip_angle_deg for h in headers if h.flip_angle_deg is not None]
    return Features(
        n_images=len(headers),
        n_positions=len(main.positions) if main else 0,
        n_phases=max(_phases_of(main), _plain_frames(headers)),
        n_orientations=_orientations(stack.normal for stack in stacks),
        normal=main.normal if main else None,
        positions=main.positions if main else (),
        sequence=_words(h.scanning_sequence for h in headers),
        variant=_words(h.sequence_variant for h in headers),
        options=_words(h.scan_options for h in headers),
        image_words=_words(h.image_type for h in headers),
        sequence_name=" ".join(sorted({h.sequence_name.lower() for h in headers})),
        gated=any(is_gated(h) for h in headers),
        heartbeat_phases=main is not None and _within_a_heartbeat(headers, main),
        inversion_times=_distinct(h.inversion_time_ms for h in headers),
        echo_times=_distinct(h.echo_time_ms for h in headers),
        vencs=_distinct(h.venc_cm_s for h in headers),
        b_values=_distinct(h.b_value for h in headers),
        flip_angle_deg=statistics.median(flips) if flips else None,
        seconds=max(clock) - min(clock) if clock else None,
        components=frozenset(component_of(h) for h in headers),
        three_dimensional=any(h.mr_acquisition_type == "3D" for h in headers),
        realtime=any(h.cardiac_synchronization == "REALTIME" for h in headers),
        tagging=any(h.tagging for h in headers),
        secondary_capture=any(h.sop_class_uid.startswith("1.2.840.10008.5.1.4.1.1.7") for h in headers),
    )


def is_gated(header: InstanceHeader) -> bool:
    """Whether this header says that the heart triggered the acquisition.

    ScanOptions CG (PS3.3 C.8.3.1), a positive NominalInterval, or an Enhanced synchronization technique. A
    trigger time alone proves nothing: GE writes one in functional brain series as well. REALTIME says no.
    """
    return header.cardiac_synchronization != "REALTIME" and (
        "CG" in header.scan_options
        or (header.nominal_interval_ms or 0) > 0
        or header.cardiac_synchronization not in UNGATED
    )


def _plain_frames(headers: Sequence[InstanceHeader]) -> int:
    """Frames of a multi-frame instance that does not say what its frames are."""
    return max((h.number_of_frames or 0 for h in headers if h.frame_number is None), default=0)


def _phases_of(stack: Stack | None) -> int:
    return len(stack.phases) if stack else 0


def _words(values: Iterable[Iterable[str]]) -> frozenset[str]:
    return frozenset(word for words in values for word in words)


def _distinct(values: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(sorted({value for value in values if value is not None and value > 0}))


def _orientations(normals: Iterable[Vector]) -> int:
    """Planes that differ clearly, counted in an order that the images do not decide."""
    planes: list[Vector] = []
    for normal in sorted(normals):
        if all(abs(dot(normal, plane)) < SAME_PLANE for plane in planes):
            planes.append(normal)
    return len(planes)


def _within_a_heartbeat(headers: Sequence[InstanceHeader], stack: Stack) -> bool:
    """Trigger times of the largest row rise within the R-R interval, or within the longest heartbeat."""
    if not stack.timed:
        return False
    indices = [i for row in stack.grid for i in row if i is not None]
    intervals = [n for i in indices if (n := headers[i].nominal_interval_ms) is not None and n > 0]
    limit = 1.3 * max(intervals) if intervals else LONGEST_HEARTBEAT_MS
    return stack.phases[-1] - stack.phases[0] <= limit
