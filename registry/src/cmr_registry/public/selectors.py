"""What the public site may know: centers by standing, and counts that passed the rule of `numbers`."""

from dataclasses import dataclass

from django.utils import timezone

from cmr_registry.archive.selectors import images_total
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import (
    centers_contributing,
    centers_covered,
    centers_onboarding,
    centers_signed,
)
from cmr_registry.exams.selectors import centers_with_exams, exams_total
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.public.numbers import public_number
from cmr_registry.subjects.selectors import subjects_total


@dataclass(frozen=True, slots=True)
class Standing:
    """Centers by where they stand (R4). A signature is not a contribution: GCMR had 17 signed and 10 contributing.

    Attributes:
        contributing: active, and at least one exam was accepted.
        onboarding: countersigned and on the way, or active and waiting for the first exam.
        signed: signed, the registry's signature pending.
    """

    contributing: tuple[Center, ...]
    onboarding: tuple[Center, ...]
    signed: tuple[Center, ...]


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """One number of the home page in words, with what it counts."""

    label: str
    words: str


def centers_by_standing() -> Standing:
    """All centers of the public list, each under one heading."""
    with center_scope(ALL_CENTERS):
        with_exams = centers_with_exams()
    active = list(centers_contributing())
    waiting = [center for center in active if center.pk not in with_exams]
    onboarding = sorted([*centers_onboarding(), *waiting], key=lambda center: center.name)
    return Standing(
        contributing=tuple(center for center in active if center.pk in with_exams),
        onboarding=tuple(onboarding),
        signed=tuple(centers_signed()),
    )


def figures(standing: Standing) -> tuple[PublicFigure, ...]:
    """The live counts of the home page; centers are listed by name below, so their number is exact.

    A center that withdrew, is suspended or has no agreement in force counts no more from that moment on.
    """
    with center_scope(center.pk for center in centers_covered(timezone.now().date())):
        exams, subjects, images = exams_total(), subjects_total(), images_total()
    return (
        PublicFigure(_centers(len(standing.contributing)), str(len(standing.contributing))),
        PublicFigure("CMR exams", public_number(exams)),
        PublicFigure("people, counted within each center", public_number(subjects)),
        PublicFigure("images", public_number(images)),
    )


def _centers(count: int) -> str:
    return "contributing center" if count == 1 else "contributing centers"
