"""Centers with a counted quarter for the tests of reports."""

import pytest

from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality.tests.factories import (
    center_make,
    exam_make,
    missing,
    said,
    whole_entries,
    work_all,
)

IMPOSSIBLE = {"lv_edv_ml": said(100.0), "lv_esv_ml": said(140.0)}


@pytest.fixture
def everybody():
    """The scope of jobs."""
    with center_scope(ALL_CENTERS):
        yield


@pytest.fixture
def green_riverside(riverside):
    """Twelve complete exams of Riverside, some of which lack an item that is not minimum."""
    for place in range(12):
        entries = whole_entries() | {"lv_mass_g": said(100.0 + place)}
        if place < 3:
            entries["rv_esv_ml"] = missing("not_reported")
        exam_make(riverside, entries)
    return riverside


@pytest.fixture
def peers(db):
    """`peers(n)`: so many further centers with twelve complete exams each; the i-th lacks the age in i of them."""

    centers = []

    def make(n):
        first = len(centers)
        for number in range(first, first + n):
            center = center_make(number)
            centers.append(center)
            for place in range(12):
                exam_make(center, whole_entries(*(["rhythm"] if place < number else [])))
        work_all()
        return centers

    return make
