"""The mails about projects and ballots: what waits and where, no name, no title, no count (house.md, Logs)."""

from collections.abc import Iterable

from cmr_registry.accounts.mail import mail_queue, page_address
from cmr_registry.accounts.models import Account
from cmr_registry.projects.deadlines import deadline_words
from cmr_registry.projects.models import Ballot, Project

SILENCE = "Without an answer no data of your center are used."
SIGN_IN = "After signing in you find it here:"


def opening_send(ballot: Ballot, people: Iterable[Account]) -> None:
    """Tell who answers for the center that a ballot is open."""
    lines = [
        "A research project has been approved and asks for data of your center.",
        "",
        f"Your center may answer until {_until(ballot)}. {SILENCE}",
    ]
    if ballot.is_standing:
        lines[-1] = (
            "Your center's standing instruction has answered for now. You may answer otherwise for this project"
            f" until {_until(ballot)}."
        )
    _send(ballot, people, "A ballot is open for your center", lines)


def reminder_send(ballot: Ballot, people: Iterable[Account], days: int) -> None:
    """Remind who answers for the center."""
    left = f"{days} day{'' if days == 1 else 's'}"
    lines = [
        "A ballot on a research project still waits for your center's answer.",
        "",
        f"The last moment is {_until(ballot)}. {SILENCE}",
    ]
    _send(ballot, people, f"A ballot waits for your center's answer: {left} left", lines)


def closing_send(project: Project) -> None:
    """Tell the principal investigator that the centers' round is over."""
    body = "\n".join(
        [
            "The round in which the centers decide on your project is closed.",
            "",
            SIGN_IN,
            page_address("projects:project", project.pk),
        ]
    )
    mail_queue(to=project.pi, subject="The centers have decided on your project", body=body)


def withdrawal_send(project: Project, stewards: Iterable[Account]) -> None:
    """Tell the stewards that a release must be rebuilt."""
    body = "\n".join(
        [
            "A center has withdrawn its data from a project after the lock of the ballot.",
            "A release of the project that holds them must be rebuilt without them.",
            "",
            SIGN_IN,
            page_address("projects:steward_project", project.pk),
        ]
    )
    for steward in stewards:
        mail_queue(to=steward, subject="A center has withdrawn from a project", body=body)


def _send(ballot: Ballot, people: Iterable[Account], subject: str, lines: list[str]) -> None:
    body = "\n".join([*lines, "", SIGN_IN, page_address("projects:ballot", ballot.pk)])
    for person in people:
        mail_queue(to=person, subject=subject, body=body)


def _until(ballot: Ballot) -> str:
    return deadline_words(ballot.deadline, ballot.center.time_zone)
