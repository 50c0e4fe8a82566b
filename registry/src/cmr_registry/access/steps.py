"""The history of a search request or an application: every state that it entered, with role and reasons."""

import datetime
from typing import Any

from django.utils import timezone

from cmr_registry.access.clocks import Entered, Span, days_counted, spans_of
from cmr_registry.access.models import AccessApplication, SearchRequest, Step
from cmr_registry.access.search_states import EDITABLE as SEARCH_EDITABLE
from cmr_registry.access.search_states import SearchState
from cmr_registry.access.states import EDITABLE, SETTLED

SEARCH_IDLE = frozenset({*SEARCH_EDITABLE, SearchState.ISSUED, SearchState.EXPIRED})
APPLICATION_IDLE = EDITABLE | SETTLED


def search_step(search: SearchRequest, state: SearchState, *, role: str, note: str = "") -> None:
    """Enter a state; the caller has checked the table. Part of an outer service, which leaves the event."""
    _enter(search, state.value)
    Step.objects.create(search=search, state=state.value, at=search.state_since, role=role, note=note)


def application_step(application: AccessApplication, state: str, *, role: str, note: str = "") -> None:
    """Enter a state; the caller has checked the table. Part of an outer service, which leaves the event."""
    _enter(application, state)
    Step.objects.create(
        application=application, state=state, at=application.state_since, role=role, note=note
    )


def application_locked(application: AccessApplication) -> AccessApplication:
    """The row, locked until the transaction ends."""
    rows = AccessApplication.objects.select_for_update(of=("self",))
    return rows.select_related("applicant", "certificate").get(pk=application.pk)


def search_timeline(search: SearchRequest) -> list[Span]:
    """The stays of a search request, oldest first."""
    return spans_of(_entered(search), idle=SEARCH_IDLE, now=timezone.now())


def application_timeline(application: AccessApplication) -> list[Span]:
    """The stays of an application, oldest first."""
    return spans_of(_entered(application), idle=APPLICATION_IDLE, now=timezone.now())


def application_days(application: AccessApplication, now: datetime.datetime | None = None) -> int:
    """Days that count against the promise of six weeks."""
    return days_counted(_entered(application), idle=APPLICATION_IDLE, now=now or timezone.now())


def _enter(row: Any, state: str) -> None:
    row.state, row.state_since = state, timezone.now()
    row.save()


def _entered(row: SearchRequest | AccessApplication) -> list[Entered]:
    return [Entered(step.state, step.at, step.role, step.note) for step in row.steps.all()]
