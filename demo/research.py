"""The demonstration's way of a study: searches, applications under review, a running ballot, a release.

Run as `python -m demo.research` in the environment of a registry that holds a cohort and whose worker runs: what
people do is done here through the services as those people; what the worker does is waited for.
"""

import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

import demo.inside  # noqa: F401  makes Django ready before any model is imported

# isort: split

from cmr_registry.access.application_services import (
    application_draft,
    application_pass,
    application_submit,
    section_save,
)
from cmr_registry.access.conflicts import Declared
from cmr_registry.access.models import AccessApplication, SearchCertificate, SearchRequest
from cmr_registry.access.review_services import Scores, conflict_declare, decision_record, score_submit
from cmr_registry.access.score_sheets import CURRENT
from cmr_registry.access.search_services import SearchFacts, search_approve, search_draft, search_submit
from cmr_registry.access.states import ApplicationState
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.services import snapshot_request
from cmr_registry.cohorts.states import SnapshotState
from cmr_registry.config.principal import principal_of_account
from cmr_registry.documents.selectors import DATA_ACCESS_POLICY, document_current
from cmr_registry.documents.services import acceptance_record
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.ballot_services import ballot_answer
from cmr_registry.projects.ballot_states import BallotChoice
from cmr_registry.projects.models import Ballot, Project
from cmr_registry.projects.round_services import ballots_close
from cmr_registry.projects.services import project_move
from cmr_registry.projects.states import ProjectState
from cmr_registry.releases.services import release_consent, release_publish, release_request
from cmr_registry.releases.states import ReleaseState

T = TypeVar("T")
WAIT_S = 180.0

SMALL_INFARCTS: dict[str, Any] = {
    "version": 1,
    "index": "first",
    "steps": [
        {
            "label": "LVEF at least 55 %",
            "include": True,
            "where": {
                "any": [
                    {"item": "lv_ef_pct", "op": ">=", "value": 55},
                    {"item": "lv_ef_reported_pct", "op": ">=", "value": 55},
                ]
            },
        },
        {
            "label": "All segments move normally at rest",
            "include": True,
            "where": {"item": "wm_rest_all_normal", "op": "=", "value": True},
        },
        {
            "label": "LGE performed",
            "include": True,
            "where": {"item": "lge_performed", "op": "=", "value": True},
        },
    ],
    "min_follow_up_days": None,
}
STUDY_ITEMS = (
    "lv_ef_pct", "lv_ef_reported_pct", "wm_rest_all_normal", "lge_performed", "lge_present",
    "lge_n_ischemic_segments", "lge_ischemic_pct_lv", "age_at_exam_years", "sex", "hx_dm", "hx_htn", "hx_hld",
    "hx_prior_mi", "field_strength_t", "scanner_vendor",
)  # fmt: skip
"""What `cmr-analysis study small-infarcts` reads, and the technique beside it."""


class NotDoneError(Exception):
    """The worker did not do its part in time; the text says which."""


def person(email: str) -> tuple[Account, Principal]:
    """A person of the cast and what he or she may do today."""
    account = Account.objects.get(email=email)
    return account, principal_of_account(account)


def waited(what: str, look: Callable[[], T | None]) -> T:
    """What `look` finds, asked until the worker has done it.

    Raises:
        NotDoneError: nothing came in time.
    """
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        found = look()
        if found is not None:
            return found
        time.sleep(0.3)
    raise NotDoneError(f"The worker did not finish in time: {what}.")


def take_snapshot(steward: Principal) -> None:
    """A frozen snapshot of what was delivered."""
    asked = snapshot_request(by=steward)
    ready = Snapshot.objects.filter(pk=asked.pk, state=SnapshotState.READY.value)
    waited("the snapshot", ready.first)


def search(email: str, title: str, *, approved: bool = True) -> SearchCertificate | None:
    """Accept the policy, submit a search; where it is approved, its certificate."""
    account, principal = person(email)
    policy = document_current(DATA_ACCESS_POLICY)
    if policy is not None:
        acceptance_record(account=account, version=policy, by=principal)
    facts = SearchFacts(title=title, institution=account.institution, answers=SEARCH_ANSWERS)
    request = search_draft(requester=account, query=SMALL_INFARCTS, facts=facts, by=principal)
    request = search_submit(search=request, by=principal)
    if not approved:
        return None
    search_approve(search=request, by=person("steward@registry.example")[1])
    return waited("the search", SearchCertificate.objects.filter(search=request).first)


SEARCH_ANSWERS = {
    "purpose": "To find out whether enough exams with a normal left ventricle and LGE were followed.",
    "lay_summary": "Some people have had a small heart attack without knowing. We ask how common that is.",
    "items": list(STUDY_ITEMS),
    "images": True,
    "overlap": "None known.",
}


PROMISES = ("no_reidentification", "no_linkage", "no_sharing", "report_breaches", "return_derived")


def application_answers(title: str, institution: str, name: str, certificate: str) -> dict[str, Any]:
    """Complete sections A to J of an invented study: section -> field -> answer."""
    return {
        "A": {
            "title": title,
            "aims": "Prevalence of small infarcts in people with normal contraction, and their prognosis.",
            "methods": "Kaplan-Meier, log-rank test, Cox models stratified by center.",
            "outputs": "One paper; tables and code are returned to the registry.",
            "lay_summary": "Some people have had a small heart attack without knowing. We ask what follows.",
            "certificate": certificate,
            "single_purpose": True,
        },
        "B": {
            "institution": institution,
            "people": [],
            "statistician": "Invented statistician",
            "official": "Invented official",
            "custodian": name,
        },
        "C": {
            "items": [{"item": name, "why": "design of the study"} for name in STUDY_ITEMS],
            "images": True,
            "kinds": ["cine", "lge"],
            "images_why": "To check the readings of a sample.",
            "follow_up": True,
            "period": "All years",
            "minimum": "Only the items of the design are asked for.",
        },
        "D": {
            "hypotheses": "Small infarcts raise mortality.",
            "endpoints": "Death from any cause; ischemic LGE; age, sex, diabetes.",
            "analysis": "Cox model stratified by center.",
            "power": "See the certificate.",
            "missing": "Complete cases, with the number left out.",
        },
        "E": {"board": "Invented ethics committee", "status": "exempt"},
        "F": {
            "where": "download",
            "where_why": "Own software.",
            "location": "Institute's server",
            "destruction": "After two years.",
        },
        "G": {"funding": "None", "interests": "None"},
        "H": {"plan": "One paper within a year.", "byline": True},
        "I": dict.fromkeys(PROMISES, True),
        "J": {"signed_by": name, "is_true": True},
    }  # fmt: skip


def apply(email: str, title: str, certificate: SearchCertificate) -> AccessApplication:
    """Submit a complete application, and let it pass the administrative check."""
    account, principal = person(email)
    application = application_draft(applicant=account, title=title, by=principal)
    complete = application_answers(title, account.institution, account.display_name, str(certificate.pk))
    for letter, answers in complete.items():
        given = certificate if letter == "A" else None
        application = section_save(
            application=application, letter=letter, answers=answers, by=principal, certificate=given
        )
    application = application_submit(application=application, by=principal)
    return application_pass(application=application, by=person("steward@registry.example")[1])


def score(application: AccessApplication, emails: tuple[str, ...], points: int) -> None:
    """Reviewers declare no conflict and hand in their sheets."""
    for number, email in enumerate(emails):
        principal = person(email)[1]
        conflict_declare(application=application, declared=Declared(), by=principal)
        scores = {category.name: points - number % 2 for category in CURRENT.categories}
        score_submit(application=application, scores=Scores(points=scores), by=principal)


def approve(application: AccessApplication) -> Project:
    """The chair approves; the centers are asked."""
    principal = person("chair@committee.example")[1]
    conflict_declare(application=application, declared=Declared(), by=principal)
    decision_record(
        application=AccessApplication.objects.get(pk=application.pk),
        choice=ApplicationState.APPROVED,
        reasons="A clear question that the registry can answer.",
        by=principal,
    )
    project = AccessApplication.objects.select_related("project").get(pk=application.pk).project
    if project is None:
        raise NotDoneError("The approved application has no project.")
    return project


def answer(project: Project, choices: dict[str, BallotChoice]) -> None:
    """Principal investigators of centers answer their ballots."""
    with center_scope(ALL_CENTERS):
        for code, choice in choices.items():
            ballot = Ballot.objects.get(project=project, center__code=code)
            ballot_answer(ballot=ballot, choice=choice, by=person(f"pi@{code}.example")[1])


def release(project: Project) -> None:
    """Two people consent, the worker builds, the release is published."""
    steward, officer = person("steward@registry.example")[1], person("officer@registry.example")[1]
    project = project_move(project=project, to=ProjectState.DATA_CUT, by=steward)
    asked = release_request(project=project, by=steward)
    asked = release_consent(release=asked, by=officer)
    built = type(asked).objects.filter(pk=asked.pk, state=ReleaseState.BUILT.value)
    release_publish(release=waited("the release", built.first), by=steward)


def tell(say: Callable[[str], None]) -> None:
    """Everything, in the order in which it happens.

    Raises:
        NotDoneError: it was begun before, or the worker did not do its part.
    """
    if SearchRequest.objects.exists():
        raise NotDoneError(
            "The way of a study was begun before and interrupted; `make demo-reset` starts over."
        )
    steward = person("steward@registry.example")[1]
    say("  a snapshot of what the centers delivered")
    take_snapshot(steward)
    say("  searches and their certificates")
    first = search("researcher@hillcrest.example", "Small infarcts with normal contraction")
    second = search("researcher@marlow.example", "Unrecognized infarcts, an external look")
    search("researcher@marlow.example", "Scar and sex", approved=False)
    if first is None or second is None:
        raise NotDoneError("A search has no certificate.")
    say("  applications, scores, decisions, ballots")
    done = apply("researcher@hillcrest.example", "Small infarcts with normal contraction", first)
    score(done, REVIEWERS_OF_HILLCREST, 8)
    finished = approve(done)
    answer(
        finished,
        {
            "northbridge": BallotChoice.IN,
            "seehafen": BallotChoice.WITHOUT_IMAGES,
            "kauri": BallotChoice.OUT,
        },
    )
    ballots_close(project=finished, by=steward)
    running = apply("researcher@marlow.example", "Unrecognized infarcts, an external look", second)
    score(running, REVIEWERS_OF_MARLOW, 7)
    answer(approve(running), {"northbridge": BallotChoice.IN})
    reviewed = apply("researcher@marlow.example", "Infarct size and symptoms", second)
    score(reviewed, ("ash@committee.example",), 6)
    say("  a data release")
    release(finished)


REVIEWERS_OF_HILLCREST = ("ash@committee.example", "birch@committee.example", "dogwood@committee.example")
REVIEWERS_OF_MARLOW = ("ash@committee.example", "birch@committee.example", "cedar@committee.example")

if __name__ == "__main__":
    tell(lambda line: print(line, flush=True))
    sys.exit(0)
