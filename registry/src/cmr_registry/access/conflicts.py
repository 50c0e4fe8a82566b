"""Who may judge an application: computed and declared conflicts of interest (R36, L11).

Pure: what is known of the people goes in, the findings come out. An applicant or co-investigator, a colleague of one,
and whoever has a financial interest is excluded: the application stays closed, and so do its scores. Working at a
center whose data are asked is shown to everybody on the committee and excludes nobody.
"""

import enum
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmr_registry.accounts.institutions import institution_key


class ConflictKind(enum.StrEnum):
    """What connects a reviewer with an application."""

    IS_APPLICANT = "is an applicant or co-investigator"
    SAME_INSTITUTION = "works at the institution of an applicant"
    FINANCIAL = "declared a financial interest"
    OTHER = "declared another conflict"
    WORKS_AT_CENTER = "works at a center whose data are asked"


EXCLUDING = frozenset(
    {
        ConflictKind.IS_APPLICANT,
        ConflictKind.SAME_INSTITUTION,
        ConflictKind.FINANCIAL,
        ConflictKind.OTHER,
    }
)
"""Kinds that keep a reviewer out; the remaining one is only shown."""


@dataclass(frozen=True, slots=True)
class Party:
    """A person as conflicts see him or her.

    Attributes:
        account: id, None for a co-investigator without an account.
        email: as typed.
        institutions: where he or she works, as written by whoever entered it.
        centers: ids of the centers at which he or she has a role.
    """

    account: uuid.UUID | None
    email: str
    institutions: tuple[str, ...] = ()
    centers: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Declared:
    """What a reviewer declared before reading."""

    financial: bool = False
    other: bool = False
    works_at_center: bool = False


def conflicts_of(
    reviewer: Party,
    applicants: Sequence[Party],
    *,
    centers_asked: Iterable[uuid.UUID] = (),
    declared: Declared | None = None,
) -> frozenset[ConflictKind]:
    """Everything that connects `reviewer` with an application.

    Args:
        reviewer: member of the committee.
        applicants: applicant and co-investigators.
        centers_asked: centers whose data are asked.
        declared: what the reviewer declared; None before.
    """
    found = set()
    if any(_is_same(reviewer, one) for one in applicants):
        found.add(ConflictKind.IS_APPLICANT)
    theirs = {institution_key(name) for one in applicants for name in one.institutions} - {""}
    if theirs & {institution_key(name) for name in reviewer.institutions}:
        found.add(ConflictKind.SAME_INSTITUTION)
    if reviewer.centers & frozenset(centers_asked):
        found.add(ConflictKind.WORKS_AT_CENTER)
    if declared:
        said = {
            ConflictKind.FINANCIAL: declared.financial,
            ConflictKind.OTHER: declared.other,
            ConflictKind.WORKS_AT_CENTER: declared.works_at_center,
        }
        found |= {kind for kind, is_so in said.items() if is_so}
    return frozenset(found)


def is_excluded(conflicts: Iterable[ConflictKind]) -> bool:
    """Does any of them keep the reviewer out?"""
    return not EXCLUDING.isdisjoint(conflicts)


def _is_same(one: Party, other: Party) -> bool:
    if one.account is not None and one.account == other.account:
        return True
    mail = one.email.strip().casefold()
    return bool(mail) and mail == other.email.strip().casefold()
