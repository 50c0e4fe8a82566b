"""A center's references of mapping, and what the page of an exam makes of them."""

import pytest
from django.urls import reverse

from cmr_dictionary.local_reference import LocalReference
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.audit.models import AuditEvent
from cmr_registry.exams.errors import ReferenceRejected
from cmr_registry.exams.models import MappingReference
from cmr_registry.exams.reference_services import mapping_reference_end, mapping_reference_state
from cmr_registry.exams.tests.reference_factories import reported_exam
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

pytestmark = pytest.mark.django_db

ADDRESS = "/exams/references"
STATED = LocalReference("native_t1_ms", 30, 1000.0, 25.0, "MAGNETOM Vida", 3.0, "XA50", "MOLLI 5(3)3", 2022)
POSTED = {
    "item": "native_t1_ms",
    "n": "30",
    "mean": "1000",
    "sd": "25",
    "scanner": "MAGNETOM Vida",
    "field_strength_t": "3",
    "software": "XA50",
    "scheme": "MOLLI 5(3)3",
    "first_year": "2022",
}


@pytest.fixture
def coordinator(client, signed_in, coordinator_riverside):
    return signed_in(client, coordinator_riverside)


@pytest.fixture
def exam(riverside):
    with center_scope(ALL_CENTERS):
        return reported_exam(riverside)


def page_of(client, exam):
    return client.get(reverse("exams:detail", args=[exam.pk])).content.decode()


def references():
    with center_scope(ALL_CENTERS):
        return list(MappingReference.objects.all())


def test_a_coordinator_states_a_reference_and_the_exam_shows_its_z_score(coordinator, exam):
    assert "No z-score: The center has stated no reference of its own." in page_of(coordinator, exam)
    answer = coordinator.post(ADDRESS, POSTED, follow=True)
    assert "The reference is kept." in answer.content.decode()
    page = page_of(coordinator, exam)
    assert "<strong>z +2.4</strong> against the center&#x27;s own 30 healthy persons" in page.replace(
        "'", "&#x27;"
    )
    assert page.count("No z-score: The center has stated no reference of its own.") == 1
    assert AuditEvent.objects.filter(action="mapping_reference.state").count() == 1


def test_an_ended_reference_counts_until_its_last_year(coordinator, exam):
    coordinator.post(ADDRESS, POSTED)
    row = references()[0]
    coordinator.post(f"{ADDRESS}/{row.pk}/end", {"last_year": "2023"})
    page = page_of(coordinator, exam)
    assert "not valid for the year of the exam" in page
    assert "2022 to 2023" in coordinator.get(ADDRESS).content.decode()
    assert AuditEvent.objects.filter(action="mapping_reference.end").count() == 1
    again = coordinator.post(f"{ADDRESS}/{row.pk}/end", {"last_year": "2025"}, follow=True)
    assert "has ended already" in again.content.decode()
    assert references()[0].last_year == 2023


def test_reported_and_computed_values_stand_side_by_side_with_their_difference(coordinator, exam):
    page = page_of(coordinator, exam)
    assert "66 %" in page
    assert '60 %<div class="text-secondary text-break">lv_ef_pct 1</div>' in page
    assert "+6 %" in page
    assert "Indexed by a body surface area of 1.97 m² (Mosteller)." in page


def test_a_range_is_shown_with_its_source_and_grade_and_an_unverified_one_says_so(coordinator, exam):
    page = page_of(coordinator, exam)
    assert "52 to 73 %" in page
    assert "Zhan 2024" in page
    assert "grade A, abstract or table of the paper" in page
    assert "grade D, unverified transcription" in page


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"n": "9"}, "greater than or equal to 10"),
        ({"sd": "0"}, "greater than or equal to 0.01"),
        ({"scheme": ""}, "Name the T1 scheme"),
        ({"scanner": "Scanner of Dr. Example"}, "Only words of technique"),
        ({"software": "Riverside 2"}, "Only words of technique"),
        ({"item": "lv_ef_pct"}, "Select a valid choice"),
        ({"first_year": "1950"}, "greater than or equal to 2000"),
    ],
)
def test_what_cannot_be_a_reference_is_refused_with_a_sentence(coordinator, riverside, change, word):
    answer = coordinator.post(ADDRESS, POSTED | change)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert references() == []


def test_a_second_open_reference_of_the_same_technique_is_refused(coordinator, riverside):
    coordinator.post(ADDRESS, POSTED)
    answer = coordinator.post(ADDRESS, POSTED | {"mean": "1010"})
    assert answer.status_code == 422
    assert "end it first" in answer.content.decode()
    assert len(references()) == 1


def test_t2_has_no_scheme_even_if_somebody_types_one(coordinator, riverside):
    coordinator.post(ADDRESS, POSTED | {"item": "t2_myo_ms", "mean": "47", "sd": "2"})
    assert [row.scheme for row in references()] == [""]


def test_a_reference_of_another_center_is_not_there(client, signed_in, coordinator_lakeside, principal_of, riverside,
                                                    coordinator_riverside):  # fmt: skip
    with center_scope(ALL_CENTERS):
        row = mapping_reference_state(
            principal=principal_of(coordinator_riverside), center=riverside, stated=STATED
        )
    other = signed_in(client, coordinator_lakeside)
    assert other.post(f"{ADDRESS}/{row.pk}/end", {"last_year": "2024"}).status_code == 404
    assert "MAGNETOM Vida," not in other.get(ADDRESS).content.decode()
    assert other.get(f"{ADDRESS}?center=riverside").status_code == 404


def test_who_may_not_edit_references_is_refused_and_the_denial_is_kept(principal_of, trainee, riverside):
    with center_scope(ALL_CENTERS), pytest.raises(NotAllowedRejected):
        mapping_reference_state(principal=principal_of(trainee), center=riverside, stated=STATED)
    assert references() == []


def test_years_that_are_turned_are_refused(principal_of, coordinator_riverside, riverside):
    principal = principal_of(coordinator_riverside)
    with center_scope(ALL_CENTERS):
        row = mapping_reference_state(principal=principal, center=riverside, stated=STATED)
        with pytest.raises(ReferenceRejected):
            mapping_reference_end(principal=principal, reference=row, last_year=2021)
    assert references()[0].last_year is None
