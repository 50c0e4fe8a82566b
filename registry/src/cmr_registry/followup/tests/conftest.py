"""A subject of each center, and documents about them."""

import pytest

from cmr_registry.followup.services import followup_record
from cmr_registry.followup.tests.factories import document_of
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.subjects.services import subject_ensure

SUBJECT = "ABCDEFGHIJKLMNOP2"
OTHER = "ZYXWVUTSRQPONMLK7"


@pytest.fixture
def scope(db):
    """The scope of jobs; services are called as if a door had opened it."""
    with center_scope(ALL_CENTERS):
        yield


@pytest.fixture
def subject(scope, riverside):
    """A subject of Riverside."""
    return subject_ensure(center=riverside, pseudonym=SUBJECT, actor="tests")


@pytest.fixture
def other_subject(scope, lakeside):
    """A subject of Lakeside."""
    return subject_ensure(center=lakeside, pseudonym=OTHER, actor="tests")


@pytest.fixture
def record(subject, principal_riverside):
    """`record(**changes)`: what Riverside's connector states about its subject."""

    def keep(**changes):
        return followup_record(
            principal=principal_riverside, document=document_of(subject.pseudonym, **changes)
        )

    return keep
