"""The ways to take part, step by step, with what each takes today. Plain rules, no database."""

import datetime
from dataclasses import dataclass

from cmr_registry.access.clocks import PROMISE_DAYS
from cmr_registry.access.windows import window_of
from cmr_registry.projects.deadlines import BALLOT_DAYS


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        text: what happens.
        clock: how long it takes, or until when, in words; empty where nobody waits.
        document: slug of the document that says more, empty for none.
        link, link_text: name of the address where it is done.
    """

    text: str
    clock: str = ""
    document: str = ""
    link: str = ""
    link_text: str = ""


def contributor_steps() -> tuple[Step, ...]:
    """From the signature to exams that arrive by themselves."""
    return (
        Step("Your institution signs the Participation Agreement.", document="participation-agreement"),
        Step("Your ethics committee records its decision."),
        Step("Hospital IT installs the Registry Connector; it makes outbound connections only."),
        Step("You send one test exam; the registry checks it with you."),
        Step("Exams arrive by themselves. You see them, and what is missing, on your center's page."),
        Step(
            "For every approved study you get a ballot with your own count, and answer in, in without images, or out.",
            clock=f"{BALLOT_DAYS} days to answer; silence is out",
        ),
    )


def researcher_steps(today: datetime.date) -> tuple[Step, ...]:
    """From the policy to the release, with the next review window counted from `today`."""
    window = window_of(today)
    days = (window - today).days
    until = "today" if days == 0 else f"in {days} day{'' if days == 1 else 's'}"
    return (
        Step("Read and accept the Data Access Policy.", document="data-access-policy"),
        Step(
            "Build a cohort in the browser and see safe counts.",
            clock="seconds",
            link="cohorts:builder",
            link_text="Build a cohort",
        ),
        Step(
            "Submit a Search Request; its certificate says how many exams fit your question.",
            clock=f"next review window {window.day} {window:%B %Y}, {until}",
            document="search-request-review-process",
        ),
        Step("Submit a Data Access Application for one study, quoting the certificate."),
        Step(
            "The committee scores it by set criteria and decides with reasons.",
            clock=f"{PROMISE_DAYS // 7} weeks from submission to decision",
            document="data-access-review-process",
        ),
        Step("Every center decides for its own data.", clock=f"{BALLOT_DAYS} days"),
        Step(
            "You get a frozen, hashed release, and tools that open it in one line.",
            link="releases:example",
            link_text="Download a synthetic release in the real format",
        ),
    )
