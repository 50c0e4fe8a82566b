"""Every permission of the house in one enum: what may be done, in the words of the person who does it."""

import enum


class Permission(enum.StrEnum):
    """One thing that a role may allow. The value is the sentence shown on the access pages."""

    SEE_CENTER_DESK = "see what waits at the center"
    SEE_EXAMS = "see the center's exams and their values"
    SEE_IMAGES = "see and retrieve the center's images"
    EDIT_CASE_REPORTS = "enter case-report values of the center's exams"
    SEE_QUALITY = "see the center's data-quality report"
    OPEN_QUERIES = "ask a center about its data, and close the question"
    ANSWER_QUERIES = "answer questions about the center's data"
    IMPORT_TABLES = "bring tables of de-identified values for the center"
    EDIT_REFERENCES = "state the center's own reference values of mapping"
    SEE_DELIVERIES = "see deliveries and their state"
    DELIVER = "deliver exams for the center"
    SEE_FOLLOW_UP = "see the center's follow-up"
    DELIVER_FOLLOW_UP = "deliver follow-up for the center"
    WITHDRAW_SUBJECTS = "record that a subject withdrew"
    SEE_BALLOTS = "see the ballots of the center"
    ANSWER_BALLOTS = "answer ballots for the center"
    DO_RESEARCH = "build cohorts, request searches and apply for data"
    DECIDE_SEARCHES = "approve or return search requests"
    CHECK_APPLICATIONS = "check applications before the committee sees them"
    REVIEW_APPLICATIONS = "review and score applications"
    DECIDE_APPLICATIONS = "decide on applications"
    MANAGE_PROJECTS = "move projects on, open and close their ballots"
    MANAGE_RELEASES = "ask for, consent to and publish data releases"
    USE_RELEASES = "download the data releases of the project"
    EDIT_DOCUMENTS = "edit the registry's documents"
    SEE_REGISTRY_DESK = "see the steward's desk"
    RESOLVE_CONFLICTS = "decide conflicts between instances"
    SEE_AUDIT = "see the audit trail"


OPENS_NO_CENTER_DATA = frozenset(
    {
        Permission.DO_RESEARCH,
        Permission.DECIDE_SEARCHES,
        Permission.CHECK_APPLICATIONS,
        Permission.REVIEW_APPLICATIONS,
        Permission.DECIDE_APPLICATIONS,
        Permission.MANAGE_PROJECTS,
        Permission.MANAGE_RELEASES,
        Permission.USE_RELEASES,
        Permission.EDIT_DOCUMENTS,
    }
)
"""Permissions whose doors open an empty center scope, whoever asks: research sees safe counts and releases, and a
query on center data behind such a door finds nothing. A service that must count opens its own scope."""
