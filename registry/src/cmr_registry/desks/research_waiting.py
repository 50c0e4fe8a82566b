"""What waits for the steward and for a researcher: plain rules from counts to lines, without a database (R51)."""

from dataclasses import dataclass

from cmr_registry.desks.waiting import ORDER, Urgency, Waiting, line


@dataclass(frozen=True, slots=True)
class StewardFigures:
    """What is counted for the steward's desk.

    Attributes:
        searches: search requests that wait for a decision.
        applications: applications that wait for the administrative check.
        projects_ready: projects for which a release can be asked for.
        releases_to_renew: published releases in which somebody withdrew.
        has_snapshot: whether researchers can count anything.
        queries_answered: questions to centers whose answer nobody has looked at.
    """

    searches: int
    applications: int
    projects_ready: int
    releases_to_renew: int
    has_snapshot: bool
    queries_answered: int = 0


@dataclass(frozen=True, slots=True)
class ResearchFigures:
    """What is counted for a researcher's home page.

    Attributes:
        has_accepted_policy: accepted the current Data Access Policy.
        searches_returned, applications_returned: came back with reasons.
        certificates: searches with a certificate.
        releases: published releases of the researcher's projects.
    """

    has_accepted_policy: bool
    searches_returned: int
    applications_returned: int
    certificates: int
    releases: int


def steward_waiting(figures: StewardFigures) -> list[Waiting]:
    """The lines of the steward's desk: what is urgent first, what is in order last."""
    lines = [_renewal(figures.releases_to_renew), *_queues(figures)]
    if not figures.has_snapshot:
        sentence, who = "There is no snapshot yet: nobody can count.", "You: build one; it takes minutes."
        lines.append(
            Waiting(None, sentence, who, "cohorts:builder", "Build a snapshot", urgency=Urgency.WAITS)
        )
    return sorted(lines, key=lambda one: ORDER[one.urgency])


def _renewal(count: int) -> Waiting:
    words = (
        "release holds somebody who withdrew",
        "releases hold somebody who withdrew",
        "Nobody in a published release withdrew",
    )
    who = "You: build a new version without them; its researchers are told."
    return line(count, words, who, ("releases:desk", "", "See the releases"), Urgency.URGENT)


def _queues(figures: StewardFigures) -> list[Waiting]:
    return [
        line(
            figures.searches,
            ("search request waits for you", "search requests wait for you", "No search request waits"),
            "You: approve it, or return it with reasons.",
            ("access:steward_searches", "", "See the search requests"),
            Urgency.WAITS,
        ),
        line(
            figures.applications,
            (
                "application waits for its check",
                "applications wait for their check",
                "No application waits for its check",
            ),
            "You: pass it on to the committee, or return it with reasons.",
            ("access:steward_applications", "", "See the applications"),
            Urgency.WAITS,
        ),
        line(
            figures.projects_ready,
            (
                "project is ready for a data release",
                "projects are ready for a data release",
                "No project waits for a data release",
            ),
            "You ask for it, a second person consents.",
            ("releases:desk", "", "See the releases"),
            Urgency.WAITS,
        ),
        line(
            figures.queries_answered,
            (
                "data query is answered and not settled",
                "data queries are answered and not settled",
                "No answered data query waits",
            ),
            "You: close it, or ask again; what a check asked it verifies itself after a correction.",
            ("quality:queries", "show=answered", "See the answers"),
            Urgency.WAITS,
        ),
    ]


def research_waiting(figures: ResearchFigures) -> list[Waiting]:
    """The lines of a researcher's home page."""
    lines = [
        line(
            figures.searches_returned,
            (
                "search request came back",
                "search requests came back",
                "No search request came back",
            ),
            "You: read the reasons, change it, submit it again.",
            ("access:searches", "", "See your searches"),
            Urgency.WAITS,
        ),
        line(
            figures.applications_returned,
            ("application came back", "applications came back", "No application came back"),
            "You: read the reasons, change it, submit it again.",
            ("access:applications", "", "See your applications"),
            Urgency.WAITS,
        ),
    ]
    if not figures.has_accepted_policy:
        sentence = "The Data Access Policy in force is not accepted yet."
        who = "You: read and accept it; searches need it."
        lines.append(Waiting(None, sentence, who, "access:policy", "Read it", urgency=Urgency.WAITS))
    return sorted(lines, key=lambda one: ORDER[one.urgency])
