"""What people are told by mail: that something waits, and where; no title, name or count (house.md, Logs)."""

from cmr_registry.accounts.mail import mail_queue, page_address
from cmr_registry.accounts.models import Account

TEXTS: dict[str, tuple[str, str]] = {
    "certificate": (
        "Your search certificate is ready",
        "Your search was approved and answered. The certificate is here:",
    ),
    "search_returned": (
        "Your search request came back to you",
        "Your search request needs some detail before it can go on. The reasons are here:",
    ),
    "returned": (
        "Your application came back to you",
        "Your application needs changes before the committee sees it. The reasons are here:",
    ),
    "checked": (
        "Your application is with the committee",
        "The administrative check is done. You can follow your application here:",
    ),
    "review": (
        "An application waits for your review",
        "An application waits for your review. Please declare conflicts of interest first:",
    ),
    "scored": (
        "An application waits for your decision",
        "The committee has scored an application. It waits for your decision:",
    ),
    "decided": (
        "The committee has decided about your application",
        "The committee has decided. The decision and its reasons are here:",
    ),
}
"""Name of a notice -> subject, sentence."""


def notify(to: Account, notice: str, view: str, *args: object) -> None:
    """Put a notice into the outbox, in the caller's transaction.

    Args:
        to: who is told.
        notice: one of TEXTS.
        view: name of the page that shows it.
        args: of its address.
    """
    subject, sentence = TEXTS[notice]
    mail_queue(to=to, subject=subject, body=f"{sentence}\n\n{page_address(view, *args)}")
