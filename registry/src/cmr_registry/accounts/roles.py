"""Roles in one file: which permissions each holds. Roles name tasks, never a specialty (registry.md section 1)."""

import enum

from cmr_registry.accounts.permissions import Permission

P = Permission


class Role(enum.StrEnum):
    """A task that a person, or a connector, has at a center, at the registry or in a project."""

    COORDINATOR = "center coordinator"
    DATA_MANAGER = "data manager"
    CENTER_PI = "center PI"
    BALLOT_DELEGATE = "ballot delegate"
    TRAINEE_READER = "trainee reader"
    CONNECTOR = "connector"
    STEWARD = "registry steward"
    RELEASE_OFFICER = "release officer"
    AUDITOR = "auditor"
    RESEARCHER = "researcher"
    REVIEWER = "committee reviewer"
    CHAIR = "committee chair"
    DEPUTY_CHAIR = "deputy chair"
    PROJECT_PI = "principal investigator"
    PROJECT_MEMBER = "project member"


_SEES_EXAMS = frozenset({P.SEE_CENTER_DESK, P.SEE_EXAMS, P.SEE_IMAGES})
_DELIVERS = frozenset({P.SEE_DELIVERIES, P.DELIVER})
_KEEPS_DATA = frozenset(
    {P.EDIT_CASE_REPORTS, P.SEE_QUALITY, P.ANSWER_QUERIES, P.IMPORT_TABLES, P.EDIT_REFERENCES}
)

CENTER_ROLES: dict[Role, frozenset[P]] = {
    Role.COORDINATOR: _SEES_EXAMS
    | _DELIVERS
    | _KEEPS_DATA
    | {P.OPEN_QUERIES, P.SEE_FOLLOW_UP, P.WITHDRAW_SUBJECTS, P.SEE_BALLOTS, P.DO_RESEARCH, P.SEE_AUDIT},
    Role.DATA_MANAGER: _SEES_EXAMS | _DELIVERS | _KEEPS_DATA | {P.SEE_FOLLOW_UP},
    Role.CENTER_PI: _SEES_EXAMS
    | {
        P.SEE_QUALITY,
        P.SEE_DELIVERIES,
        P.SEE_FOLLOW_UP,
        P.SEE_BALLOTS,
        P.ANSWER_BALLOTS,
        P.DO_RESEARCH,
        P.SEE_AUDIT,
    },
    Role.BALLOT_DELEGATE: frozenset({P.SEE_CENTER_DESK, P.SEE_BALLOTS, P.ANSWER_BALLOTS}),
    Role.TRAINEE_READER: _SEES_EXAMS,
    Role.CONNECTOR: _DELIVERS
    | {
        P.SEE_EXAMS,
        P.SEE_IMAGES,
        P.SEE_QUALITY,
        P.ANSWER_QUERIES,
        P.IMPORT_TABLES,
        P.SEE_FOLLOW_UP,
        P.DELIVER_FOLLOW_UP,
        P.WITHDRAW_SUBJECTS,
    },
}
"""Hold at the center of the membership only."""

REGISTRY_ROLES: dict[Role, frozenset[P]] = {
    Role.STEWARD: frozenset(
        {
            P.SEE_REGISTRY_DESK,
            P.SEE_EXAMS,
            P.SEE_IMAGES,
            P.SEE_QUALITY,
            P.OPEN_QUERIES,
            P.SEE_DELIVERIES,
            P.SEE_FOLLOW_UP,
            P.WITHDRAW_SUBJECTS,
            P.RESOLVE_CONFLICTS,
            P.DO_RESEARCH,
            P.DECIDE_SEARCHES,
            P.CHECK_APPLICATIONS,
            P.MANAGE_PROJECTS,
            P.MANAGE_RELEASES,
            P.EDIT_DOCUMENTS,
            P.SEE_AUDIT,
        }
    ),
    Role.RELEASE_OFFICER: frozenset({P.SEE_REGISTRY_DESK, P.MANAGE_RELEASES}),
    Role.AUDITOR: frozenset({P.SEE_REGISTRY_DESK, P.SEE_AUDIT}),
    Role.RESEARCHER: frozenset({P.DO_RESEARCH}),
    Role.REVIEWER: frozenset({P.REVIEW_APPLICATIONS}),
    Role.CHAIR: frozenset({P.REVIEW_APPLICATIONS, P.DECIDE_APPLICATIONS}),
    Role.DEPUTY_CHAIR: frozenset({P.REVIEW_APPLICATIONS, P.DECIDE_APPLICATIONS}),
}
"""Hold everywhere."""

PROJECT_ROLES: dict[Role, frozenset[P]] = {
    Role.PROJECT_PI: frozenset({P.USE_RELEASES}),
    Role.PROJECT_MEMBER: frozenset({P.USE_RELEASES}),
}
"""Hold in the project of the membership only."""
