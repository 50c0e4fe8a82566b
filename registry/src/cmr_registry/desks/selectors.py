"""What the home pages read; every query runs in the scope that the door opened."""

import uuid
import zoneinfo
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cmr_exchange.reasons import REASONS, Reason
from cmr_registry.access.search_selectors import searches_own, searches_waiting
from cmr_registry.access.search_states import SearchState
from cmr_registry.access.selectors import applications_own, applications_to_check
from cmr_registry.access.states import ApplicationState
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import connector_contacts
from cmr_registry.cohorts.selectors import snapshot_current
from cmr_registry.desks.research_waiting import ResearchFigures, StewardFigures
from cmr_registry.desks.waiting import SILENT_AFTER, CenterFigures
from cmr_registry.documents.selectors import has_accepted
from cmr_registry.exams.selectors import exams_accepted_since, exams_without_report
from cmr_registry.intake.selectors import (
    conflicts_open,
    deliveries_silent,
    deliveries_with_problems,
    last_delivery_times,
    refusals_by_center,
)
from cmr_registry.projects.selectors import ballots_waiting
from cmr_registry.quality.query_selectors import queries_answered
from cmr_registry.quality.selectors import queries_waiting, red_exams
from cmr_registry.releases.selectors import projects_ready, releases_of, releases_with_withdrawn
from cmr_registry.releases.states import ReleaseState

REFUSALS_SHOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Contact:
    """When a center was last in touch, None for never; `is_silent` after a day."""

    center: Center
    at: datetime | None
    is_silent: bool


@dataclass(frozen=True, slots=True)
class CenterRefusals:
    """Refused images of one center for one reason."""

    center: str
    time_zone: str
    reason: Reason
    n: int
    last_at: datetime


def center_figures(
    centers: Iterable[Center],
    now: datetime,
    ballots_at: Collection[uuid.UUID] = (),
    quality_at: Collection[uuid.UUID] = (),
) -> CenterFigures:
    """What is counted for the home page of the centers in the open scope.

    Args:
        centers: of the person.
        now: UTC.
        ballots_at: those whose ballots the person sees.
        quality_at: those whose data quality the person sees.
    """
    rows = list(centers)
    n_ballots, deadline = ballots_waiting(ballots_at, now) if ballots_at else (None, None)
    contacts = [contact.at for contact in contacts_of(rows, now) if contact.at is not None]
    return CenterFigures(
        with_problems=deliveries_with_problems().count(),
        silent=deliveries_silent(now - SILENT_AFTER).count(),
        conflicts=conflicts_open().count(),
        without_report=exams_without_report(),
        accepted_this_month=exams_accepted_since(month_start(now, rows[0].time_zone if rows else "UTC")),
        last_contact=max(contacts, default=None),
        ballots=n_ballots,
        ballot_deadline=deadline,
        red_exams=red_exams(quality_at) if quality_at else None,
        queries=queries_waiting(quality_at) if quality_at else None,
    )


def steward_figures() -> StewardFigures:
    """What is counted for the steward's desk."""
    return StewardFigures(
        searches=searches_waiting(),
        applications=applications_to_check(),
        projects_ready=projects_ready().exclude(releases__state=ReleaseState.PUBLISHED.value).count(),
        releases_to_renew=releases_with_withdrawn().count(),
        has_snapshot=snapshot_current() is not None,
        queries_answered=queries_answered(),
    )


def research_figures(principal: Principal, account: Account) -> ResearchFigures:
    """What is counted for a researcher's home page."""
    searches, applications = searches_own(principal), applications_own(principal)
    returned = (ApplicationState.RETURNED, ApplicationState.REVISE)
    return ResearchFigures(
        has_accepted_policy=has_accepted(account),
        searches_returned=searches.filter(state=SearchState.RETURNED).count(),
        applications_returned=applications.filter(state__in=returned).count(),
        certificates=searches.filter(certificate__isnull=False).count(),
        releases=releases_of(principal).count(),
    )


def contacts_of(centers: Iterable[Center], now: datetime) -> list[Contact]:
    """The newest sign of life of each center: a key used or something delivered."""
    rows = list(centers)
    keys, deliveries = connector_contacts(row.pk for row in rows), last_delivery_times()
    return [_contact(row, _newest(row.pk, keys, deliveries), now) for row in rows]


def refusals_recent(now: datetime) -> list[CenterRefusals]:
    """Refused images of the last 30 days by center and reason."""
    return [
        CenterRefusals(
            center=row["center__name"],
            time_zone=row["center__time_zone"],
            reason=REASONS[row["reason"]],
            n=row["n"],
            last_at=row["last_at"],
        )
        for row in refusals_by_center(now - REFUSALS_SHOWN)
        if row["reason"] in REASONS
    ]


def month_start(now: datetime, zone: str) -> datetime:
    """The first instant of the current month on the clock of a center."""
    local = now.astimezone(zoneinfo.ZoneInfo(zone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _newest(center: uuid.UUID, *times: dict[uuid.UUID, datetime]) -> datetime | None:
    return max((known[center] for known in times if center in known), default=None)


def _contact(center: Center, at: datetime | None, now: datetime) -> Contact:
    return Contact(center, at, at is None or now - at > SILENT_AFTER)
