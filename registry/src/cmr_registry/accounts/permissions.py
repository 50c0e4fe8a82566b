"""Every permission of the house in one enum: what may be done, in the words of the person who does it."""

import enum


class Permission(enum.StrEnum):
    """One thing that a role may allow. The value is the sentence shown on the access pages."""

    SEE_CENTER_DESK = "see what waits at the center"
    SEE_EXAMS = "see the center's exams and their values"
    SEE_IMAGES = "see and retrieve the center's images"
    SEE_DELIVERIES = "see deliveries and their state"
    DELIVER = "deliver exams for the center"
    SEE_REGISTRY_DESK = "see the steward's desk"
    RESOLVE_CONFLICTS = "decide conflicts between instances"
    SEE_AUDIT = "see the audit trail"
