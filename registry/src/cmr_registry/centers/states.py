"""The states of a center on its way from invitation to contribution (R3), and who moves it on."""

import enum


class CenterState(enum.StrEnum):
    """Where a center stands."""

    INVITED = "invited"
    DRAFTING = "drafting"
    SENT = "sent"
    SITE_SIGNED = "signed by the center"
    COUNTERSIGNED = "countersigned"
    ETHICS_RECORDED = "ethics recorded"
    TECHNICAL_ONBOARDING = "technical onboarding"
    TEST_SUBMISSION = "test submission"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


S = CenterState
ALLOWED: dict[CenterState, frozenset[CenterState]] = {
    S.INVITED: frozenset({S.DRAFTING, S.WITHDRAWN}),
    S.DRAFTING: frozenset({S.SENT, S.WITHDRAWN}),
    S.SENT: frozenset({S.SITE_SIGNED, S.DRAFTING, S.WITHDRAWN}),
    S.SITE_SIGNED: frozenset({S.COUNTERSIGNED, S.DRAFTING, S.WITHDRAWN}),
    S.COUNTERSIGNED: frozenset({S.ETHICS_RECORDED, S.WITHDRAWN}),
    S.ETHICS_RECORDED: frozenset({S.TECHNICAL_ONBOARDING, S.WITHDRAWN}),
    S.TECHNICAL_ONBOARDING: frozenset({S.TEST_SUBMISSION, S.WITHDRAWN}),
    S.TEST_SUBMISSION: frozenset({S.ACTIVE, S.TECHNICAL_ONBOARDING, S.WITHDRAWN}),
    S.ACTIVE: frozenset({S.SUSPENDED, S.EXPIRED, S.WITHDRAWN}),
    S.SUSPENDED: frozenset({S.ACTIVE, S.WITHDRAWN}),
    S.EXPIRED: frozenset({S.ACTIVE, S.WITHDRAWN}),
    S.WITHDRAWN: frozenset(),
}

OWNER: dict[CenterState, str] = {
    S.INVITED: "center PI",
    S.DRAFTING: "registry steward",
    S.SENT: "center PI",
    S.SITE_SIGNED: "registry steward",
    S.COUNTERSIGNED: "center coordinator",
    S.ETHICS_RECORDED: "hospital IT",
    S.TECHNICAL_ONBOARDING: "hospital IT",
    S.TEST_SUBMISSION: "registry steward",
    S.ACTIVE: "center coordinator",
    S.SUSPENDED: "registry steward",
    S.EXPIRED: "center PI",
    S.WITHDRAWN: "registry steward",
}

MAY_UPLOAD = frozenset({S.TEST_SUBMISSION, S.ACTIVE})
SIGNED = frozenset({S.SITE_SIGNED})
CONTRIBUTING = frozenset({S.ACTIVE})
ONBOARDING = frozenset({S.COUNTERSIGNED, S.ETHICS_RECORDED, S.TECHNICAL_ONBOARDING, S.TEST_SUBMISSION})
