"""Asks the registry's data in the name of a search request, through disclosure control and no other way."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from cmr_registry.access.certificates import quarter_of
from cmr_registry.access.errors import NotNowError
from cmr_registry.access.models import SearchRequest
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.centers.selectors import center_roles_of
from cmr_registry.cohorts.answering import KNOWN, RESEARCH_BREAKDOWN_NAMES, cohort_answer
from cmr_registry.cohorts.answers import Answer, Outcome
from cmr_registry.cohorts.errors import QueryError
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.selectors import saved_queries_of, saved_query
from cmr_registry.projects.selectors import project_roles_of


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a search.

    Attributes:
        answer: counts as disclosure control let them pass; empty where there is none.
        snapshot: `id`, `digest`, `quarter`, `dictionary_version`.
        is_synthetic: a demonstration; no patient stands behind any count.
        refusal: why the question is not answered as it is; empty where there is an answer.
    """

    answer: Mapping[str, Any]
    snapshot: Mapping[str, Any]
    is_synthetic: bool
    refusal: str = ""


def search_answer(search: SearchRequest) -> Answered:
    """Ask a search with every table there is, and the completeness of each item of interest (R31).

    The requester is told, not the worker: what one person knows counts for the next question. A requester who is
    also a steward is told no more than any researcher.

    Raises:
        NotNowError: nothing can be answered now, such as before the first snapshot; later it may.
    """
    items = search.answers.get("items", ())
    try:
        answer = cohort_answer(
            principal=_requester(search),
            query=CohortQuery.from_document(search.query),
            breakdown=(*RESEARCH_BREAKDOWN_NAMES, *(f"{KNOWN}:{item}" for item in items)),
        )
    except QueryError as refused:
        return Answered({}, {}, settings.DEMO, refusal=refused.sentence)
    if answer.outcome is Outcome.FAILED:
        raise NotNowError(answer.reason)
    if answer.outcome is Outcome.REFUSED:
        return Answered({}, {}, settings.DEMO, refusal=answer.reason)
    return Answered(_undated(answer), _snapshot(answer), settings.DEMO)


def questions_of(account: Account) -> list[tuple[str, str]]:
    """The questions that a person has saved, as choices: id, and name with version."""
    return [(str(one.pk), f"{one.name} (version {one.version})") for one in saved_queries_of(account)]


def question_of(pk: str, account: Account) -> dict[str, Any]:
    """The document of a saved question of this person.

    Raises:
        NotNowError: there is no such question.
    """
    saved = saved_query(uuid.UUID(pk), account)
    if saved is None:
        raise NotNowError("There is no such saved question.")
    return dict(saved.document)


def _requester(search: SearchRequest) -> Principal:
    account = search.requester
    return Principal(
        actor=f"account:{account.pk}",
        account=account.pk,
        registry_roles=frozenset({Role.RESEARCHER}),
        center_roles=center_roles_of(account),
        project_roles=project_roles_of(account),
    )


def _snapshot(answer: Answer) -> dict[str, Any]:
    snapshot = Snapshot.objects.get(pk=answer.snapshot)
    frozen = datetime.fromisoformat(answer.snapshot_frozen_at)
    return {
        "id": answer.snapshot,
        "digest": answer.snapshot_sha256,
        "quarter": quarter_of(frozen.date()),
        "dictionary_version": snapshot.dictionary_version,
    }


def _undated(answer: Answer) -> dict[str, Any]:
    """The answer without the instant of its snapshot, which says too much about the newest exams."""
    document = answer.to_document()
    snapshot = {name: value for name, value in document["snapshot"].items() if name != "frozen_at"}
    return {**document, "snapshot": snapshot}
