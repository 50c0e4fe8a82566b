"""The words of a check: what is wrong, how bad it is, who can mend it, and what surrounds an exam."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from cmr_dictionary.errors import RejectReason


class Severity(enum.StrEnum):
    """What follows from a problem."""

    REJECT = "reject"
    WARN = "warn"


class Mender(enum.StrEnum):
    """Who can mend it (L4)."""

    COORDINATOR = "the center's coordinator"
    READER = "the reader of the exam"
    HOSPITAL_IT = "the hospital's IT"
    REGISTRY = "the registry"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one value.

    Attributes:
        item: name of the item; an unknown name is repeated only where it could be one.
        code: why, a word of `RejectReason`.
        severity: reject or warn.
        sentence: for a person; never holds the value.
        rule: stable name of the check, as its section of docs/reference/checks.md is addressed.
        who: who can mend it.
    """

    item: str
    code: RejectReason
    severity: Severity
    sentence: str
    rule: str = ""
    who: Mender = Mender.COORDINATOR


@dataclass(frozen=True, slots=True)
class OtherExam:
    """What must be known of another exam of the same subject.

    Attributes:
        day: its day, counted as the exam's own; None where it is not known.
        fingerprint: `fingerprint` of its values; empty where it has too few measurements for one.
        history: items of `lasting_history` that it stated with yes.
    """

    day: int | None
    fingerprint: str
    history: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of an exam beside its values.

    Attributes:
        kinds: kinds of its recognized series, words of `cmr_imaging.kinds.SeriesKind`; None where no images are
            known, so that nothing is compared with them.
        day: its day, counted from any origin that all exams of the subject share; None where it is not known.
        other_exams: the other exams of the same subject.
        missing: item -> why its value is absent (R14), for items that are explicitly missing.
        measured: what the images themselves say of items, such as `sax_n_slices`, `cine_n_phases`, `field_strength_t`.
    """

    kinds: frozenset[str] | None = None
    day: int | None = None
    other_exams: tuple[OtherExam, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict, hash=False)
    measured: Mapping[str, object] = field(default_factory=dict, hash=False)


ALONE = Surroundings()
"""Nothing is known but the values."""
