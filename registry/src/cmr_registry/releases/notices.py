"""Mails of releases: what happened and a link to the page that shows it after sign-in; no name, no count."""

from collections.abc import Iterable

from cmr_registry.accounts.mail import mail_queue, page_address
from cmr_registry.accounts.models import Account
from cmr_registry.projects.selectors import project_members
from cmr_registry.releases.models import DataRelease


def published_send(release: DataRelease) -> None:
    """Tell the people of the project that a release is ready."""
    _send(
        _members(release),
        "A data release of your project is ready",
        "A data release of your project has been published. What it holds, and the download, stand here:",
        page_address("releases:release", release.pk),
    )


def withdrawn_send(release: DataRelease) -> None:
    """Tell the people of the project that somebody in their release withdrew."""
    _send(
        _members(release),
        "Somebody in your data release withdrew",
        "Somebody whose data are in a release of your project withdrew. No new download of it is possible. Please do"
        " not start new analyses with it; the registry prepares a new version without this person:",
        page_address("releases:release", release.pk),
    )


def revoked_send(release: DataRelease) -> None:
    """Tell the people of the project that a release must not be used any more."""
    _send(
        _members(release),
        "A data release of your project was revoked",
        "A data release of your project was revoked. Please delete your copies. The reason stands here:",
        page_address("releases:release", release.pk),
    )


def _members(release: DataRelease) -> list[Account]:
    return [row.account for row in project_members(release.project)]


def _send(accounts: Iterable[Account], subject: str, text: str, link: str) -> None:
    for account in accounts:
        mail_queue(to=account, subject=subject, body=f"{text}\n\n{link}")
