"""Who was told the counts of which persons: the memory of the difference guard.

An answer is told to a person, and with it to the person's institution and to the project that it is for; what one of
them knows, all count as knowing. Sets of persons are kept as sketches (`differencing`), so they can be compared with
those of any later snapshot: a person who withdrew, or the few that a new snapshot brought, do not stand out either.
What the public was told, everybody was told.
"""

import itertools
import uuid
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.db.models import Q, QuerySet

from cmr_registry.accounts.institutions import institution_key
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.centers.models import Center
from cmr_registry.cohorts.differencing import BUCKETS, near
from cmr_registry.cohorts.models import AnsweredQuestion, ShownSet, Snapshot
from cmr_registry.cohorts.query import CohortQuery

PUBLIC_KEY = "public"
"""In whose name the public is answered."""


@dataclass(frozen=True, slots=True)
class Listener:
    """To whom an answer is told.

    Attributes:
        account_key: the person (or what acts in nobody's name).
        institution_keys: where the person works, however it is typed, and the centers at which he or she has a role.
        project_keys: the projects in which the person works, and the one that the question is for.
    """

    account_key: str
    institution_keys: tuple[str, ...] = ()
    project_keys: tuple[str, ...] = ()

    def keys(self) -> list[dict[str, str]]:
        """Keys of the rows that remember it: every institution and every project stands in at least one."""
        pairs = itertools.zip_longest(self.institution_keys, self.project_keys, fillvalue="")
        return [
            {"account_key": self.account_key, "institution_key": institution, "project_key": project}
            for institution, project in (list(pairs) or [("", "")])
        ]


@dataclass(frozen=True, slots=True)
class PersonSet:
    """A set of persons that an answer may count."""

    mark: bytes
    persons: int
    sketch: bytes


def listener_of(principal: Principal, project: uuid.UUID | None) -> Listener:
    """Who is told when this principal asks."""
    names = list(Center.objects.filter(pk__in=list(principal.center_roles)).values_list("name", flat=True))
    if principal.account is not None:
        names += Account.objects.filter(pk=principal.account).values_list("institution", flat=True)
    institutions = {institution_key(name)[:200] for name in names} - {""}
    projects = {*principal.project_roles, *([project] if project else [])}
    return Listener(
        principal.actor,
        tuple(sorted(institutions)),
        tuple(sorted(f"project:{one}" for one in projects)),
    )


def marks_near(listener: Listener, sets: Collection[PersonSet], threshold: int) -> frozenset[bytes]:
    """Marks of those sets that are too close to one that the listener was told the count of.

    A set that the listener was told before is never too close: the same number is told again.

    Args:
        listener: to whom.
        sets: what an answer would count.
        threshold: the smallest number of persons that may be shown.
    """
    rows = list(
        _heard(listener, [one.persons for one in sets], threshold).values_list("pk", "mark", "persons")
    )
    told = {bytes(mark): (pk, persons) for pk, mark, persons in rows}
    pks, sizes = (np.array([pair[i] for pair in told.values()], dtype=np.int64) for i in (0, 1))
    sketches = _sketches(pks)
    close = set()
    for one in sets:
        places = np.flatnonzero(np.abs(sizes - one.persons) < threshold)
        if one.mark not in told and near(one.sketch, sketches[places], threshold).any():
            close.add(one.mark)
    return frozenset(close)


def answer_note(
    *,
    listener: Listener,
    query: CohortQuery,
    snapshot: Snapshot,
    outcome: str,
    shown: Collection[PersonSet] = (),
) -> AnsweredQuestion:
    """Remember that a question was answered or refused, and of which persons counts were shown.

    Args:
        listener: to whom.
        query: the question; only its digest is kept.
        snapshot: what was asked.
        outcome: `answered` or `refused`.
        shown: each set once.
    """
    rows = listener.keys()
    question = AnsweredQuestion.objects.create(
        **rows[0], query_digest=query.digest(), snapshot=snapshot, outcome=outcome
    )
    kept = _heard(listener, [one.persons for one in shown], 1)
    for keys in rows:
        known = {bytes(mark) for mark in kept.filter(**keys).values_list("mark", flat=True)}
        ShownSet.objects.bulk_create(
            ShownSet(question=question, mark=one.mark, persons=one.persons, sketch=one.sketch, **keys)
            for one in shown
            if one.mark not in known
        )
    return question


def _heard(listener: Listener, sizes: list[int], threshold: int) -> QuerySet[ShownSet]:
    """What the listener was told about sets that differ in size by less than the threshold from one of these."""
    by_size = Q(pk__in=[])
    for low, high in _joined(sorted(sizes), threshold - 1):
        by_size |= Q(persons__gte=low, persons__lte=high)
    who = Q(account_key__in=(listener.account_key, PUBLIC_KEY))
    who |= Q(institution_key__in=listener.institution_keys) | Q(project_key__in=listener.project_keys)
    return ShownSet.objects.filter(who).filter(by_size)


def _sketches(pks: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Sketches of rows, one line each, in their order."""
    order = np.argsort(pks)
    rows = ShownSet.objects.filter(pk__in=pks.tolist()).order_by("pk").values_list("sketch", flat=True)
    lines = np.frombuffer(b"".join(map(bytes, rows)), dtype="<u4").reshape(len(pks), BUCKETS)
    found = np.empty_like(lines)
    found[order] = lines
    return found


def _joined(sizes: list[int], reach: int) -> list[tuple[int, int]]:
    """Ranges of `reach` around sizes, those that touch as one."""
    spans: list[tuple[int, int]] = []
    for size in sizes:
        if spans and size - reach <= spans[-1][1]:
            spans[-1] = (spans[-1][0], size + reach)
        else:
            spans.append((size - reach, size + reach))
    return spans
