"""One accepted exam of Riverside, for tests that walk every door."""

import pytest

from cmr_registry.exams.models import Examination
from cmr_registry.intake.tests.factories import VALUES, coded, deliver
from cmr_registry.lib.scope import ALL_CENTERS, center_scope


@pytest.fixture(scope="session")
def instances(cmr_exam):
    """A tiny coded exam."""
    return coded(cmr_exam(vendor="siemens", size="tiny", seed=1).files)


@pytest.fixture
def delivery(principal_riverside, riverside, instances):
    """Its accepted delivery at Riverside."""
    return deliver(principal_riverside, riverside, instances, values=VALUES)


@pytest.fixture
def exam(delivery):
    """The exam."""
    with center_scope(ALL_CENTERS):
        return Examination.objects.select_related("imaging_study").get()
