"""What waits for a person: plain rules from counts and ages to items, without a database.

Every item is a sentence, says who acts, and links to the place where it is done.
"""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

SILENT_AFTER = timedelta(hours=24)
"""A connector polls every few minutes; a day without contact means that somebody should look."""
BALLOT_URGENT = timedelta(days=2)
"""The last reminder of a ballot goes out two days before its deadline."""


class Urgency(enum.StrEnum):
    """How an item is drawn, beside its words."""

    CALM = ""
    WAITS = "waits"
    URGENT = "urgent"


ORDER = {Urgency.URGENT: 0, Urgency.WAITS: 1, Urgency.CALM: 2}


@dataclass(frozen=True, slots=True)
class CenterFigures:
    """What is counted for the home page of a center.

    Attributes:
        with_problems: deliveries with problems that a person should look at.
        silent: deliveries of which nothing arrived for a day though not everything is here.
        conflicts: undecided conflicts.
        without_report: accepted exams whose report has not come.
        accepted_this_month: exams accepted since the first of the month at the center.
        last_contact: when a connector or an upload last reached the registry, None for never.
        ballots: ballots that nobody has answered, None for a person who sees none.
        ballot_deadline: the nearest of their deadlines, None where there is none.
        red_exams: exams in whose data the checks found errors, None for a person who sees no data quality.
        queries: questions of the registry that wait for the center's answer, None likewise.
    """

    with_problems: int
    silent: int
    conflicts: int
    without_report: int
    accepted_this_month: int
    last_contact: datetime | None
    ballots: int | None = None
    ballot_deadline: datetime | None = None
    red_exams: int | None = None
    queries: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of "what waits for me".

    Attributes:
        count: how many, or None where the line is about something else.
        sentence: what it is.
        who: who acts, and what that person does.
        link: name of the address where it is done, with `query`.
        link_text: what the link says.
    """

    count: int | None
    sentence: str
    who: str
    link: str
    link_text: str
    query: str = ""
    urgency: Urgency = Urgency.CALM


def center_waiting(figures: CenterFigures, now: datetime) -> list[Waiting]:
    """The lines of a center's home page: what is urgent first, what is in order last."""
    lines = [*_ballots(figures, now), *_lines(figures, now), *_quality(figures)]
    return sorted(lines, key=lambda one: ORDER[one.urgency])


def _ballots(figures: CenterFigures, now: datetime) -> list[Waiting]:
    """A line for those who see ballots; silence is an answer too, so a deadline that is near is urgent (R39)."""
    if figures.ballots is None:
        return []
    deadline = figures.ballot_deadline
    is_near = deadline is not None and deadline - now <= BALLOT_URGENT
    return [
        line(
            figures.ballots,
            (
                "ballot waits for your center's answer",
                "ballots wait for your center's answer",
                "No ballot waits for your center's answer",
            ),
            "The center's PI or ballot delegate: answer; without an answer your data stay out of the project.",
            ("projects:ballots", "", "See the ballots"),
            Urgency.URGENT if is_near else Urgency.WAITS,
        )
    ]


def _lines(figures: CenterFigures, now: datetime) -> list[Waiting]:
    return [
        line(
            figures.with_problems,
            ("delivery has problems", "deliveries have problems", "No delivery has problems"),
            "You: open them; each says who can mend it and how.",
            ("intake:deliveries", "show=problems", "See the deliveries"),
            Urgency.URGENT,
        ),
        _contact(figures.last_contact, now),
        line(
            figures.silent,
            (
                "delivery has stopped half-way for more than a day",
                "deliveries have stopped half-way for more than a day",
                "No delivery has stopped half-way",
            ),
            "Hospital IT: check that the connector runs; it goes on by itself.",
            ("intake:deliveries", "show=open", "See what is arriving"),
            Urgency.WAITS,
        ),
        line(
            figures.without_report,
            ("exam waits for its report", "exams wait for their report", "Every exam has its report"),
            "You: where a report exists, check its accession number at the center desk; the rest comes by itself.",
            ("exams:list", "report=without", "See the exams"),
            Urgency.WAITS,
        ),
        line(
            figures.conflicts,
            (
                "conflict waits for a decision",
                "conflicts wait for a decision",
                "Nothing is in conflict with what is stored",
            ),
            "The registry steward decides and may ask you which images are right.",
            ("intake:deliveries", "show=conflict", "See the conflicts"),
            Urgency.WAITS,
        ),
    ]


def _quality(figures: CenterFigures) -> list[Waiting]:
    """Lines for those who see data quality; the job of checks found what they count."""
    if figures.red_exams is None or figures.queries is None:
        return []
    return [
        line(
            figures.red_exams,
            (
                "exam has errors in its data",
                "exams have errors in their data",
                "No exam has errors in its data",
            ),
            "You: open the list; each error says who mends it and leads there.",
            ("quality:findings", "severity=reject", "See the errors"),
            Urgency.WAITS,
        ),
        line(
            figures.queries,
            (
                "question about your data waits for an answer",
                "questions about your data wait for an answer",
                "No question about your data waits for an answer",
            ),
            "You: answer it here, or at the center desk where the patient's name stands beside it.",
            ("quality:queries", "", "See the questions"),
            Urgency.WAITS,
        ),
    ]


def line(
    count: int, words: tuple[str, str, str], who: str, link: tuple[str, str, str], urgency: Urgency
) -> Waiting:
    """One line: `words` for one, for many, for none; `link` is the address's name, its query and its text."""
    one, many, none = words
    if not count:
        return Waiting(0, f"{none}.", "", link[0], link[2], link[1])
    return Waiting(count, f"{one if count == 1 else many}.", who, link[0], link[2], link[1], urgency)


def _contact(last: datetime | None, now: datetime) -> Waiting:
    link = ("intake:deliveries", "See the deliveries")
    if last is None:
        return Waiting(
            None,
            "No connector of your center has been in touch yet.",
            "Hospital IT: install the Registry Connector with the key that the steward gave you.",
            *link,
            urgency=Urgency.WAITS,
        )
    if now - last > SILENT_AFTER:
        return Waiting(
            None,
            "Your connector has been silent for more than a day.",
            "Hospital IT: check that it runs and reaches the registry.",
            *link,
            urgency=Urgency.URGENT,
        )
    return Waiting(0, "Your connector is in touch.", "", *link)
