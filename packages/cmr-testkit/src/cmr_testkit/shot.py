"""One image to be written: what the vendor writers need to know about it."""

import datetime as dt
from dataclasses import dataclass

from cmr_testkit.identity import Patient, Visit
from cmr_testkit.protocol import Series, Step
from cmr_testkit.space import Plane
from cmr_testkit.uids import UidSource


@dataclass(frozen=True, slots=True)
class Session:
    """One exam on one scanner: who, when, and the words a series is called by."""

    patient: Patient
    visit: Visit
    uids: UidSource
    rr_ms: int
    center_words: bool
    vendor: str = "siemens"
    contrast_given: dt.datetime | None = None

    @property
    def injected(self) -> dt.datetime:
        """When the contrast agent was given; at the start of the visit where nothing else is planned."""
        return self.contrast_given or self.visit.start


@dataclass(frozen=True, slots=True)
class Shot:
    """One image: its plane, its place in series and cycle, its time.

    Attributes:
        slice_index, phase: position in the series, from 0; the phase counts the images of a slice.
        index: position in the exam, from 0.
        trigger_ms: delay after the R wave.
        rr_ms: R-R interval while this slice was acquired.
        moment: acquisition time; `series_start`: that of the first image of the series.
    """

    series: Series
    plane: Plane
    slice_index: int
    phase: int
    index: int
    trigger_ms: float
    rr_ms: int
    moment: dt.datetime
    series_start: dt.datetime

    @property
    def step(self) -> Step:
        """What distinguishes this image from the others of its slice."""
        return self.series.every_step[self.phase]

    @property
    def number(self) -> int:
        """InstanceNumber: slice by slice, phase by phase."""
        return self.slice_index * len(self.series.every_step) + self.phase + 1
