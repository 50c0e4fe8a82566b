import pytest

from cmr_registry.audit.models import AuditEvent
from cmr_registry.lib.scope import NoCenterScopeError, center_scope
from cmr_registry.subjects.models import Subject
from cmr_registry.subjects.services import subject_ensure

pytestmark = pytest.mark.django_db
PSEUDONYM = "A" * 17


def test_the_same_pseudonym_is_the_same_subject(all_centers, riverside):
    first = subject_ensure(center=riverside, pseudonym=PSEUDONYM, actor="job:x")
    assert subject_ensure(center=riverside, pseudonym=PSEUDONYM, actor="job:x") == first
    assert AuditEvent.objects.filter(action="subject.ensure").count() == 1


def test_the_same_pseudonym_of_another_center_is_another_person(all_centers, riverside, lakeside):
    assert subject_ensure(center=riverside, pseudonym=PSEUDONYM, actor="job:x") != subject_ensure(
        center=lakeside, pseudonym=PSEUDONYM, actor="job:x"
    )


def test_a_center_sees_its_own_subjects_only(riverside, lakeside):
    with center_scope({riverside.pk}):
        subject_ensure(center=riverside, pseudonym=PSEUDONYM, actor="job:x")
    with center_scope({lakeside.pk}):
        assert not Subject.objects.exists()


def test_without_a_scope_nothing_can_be_asked(riverside):
    with pytest.raises(NoCenterScopeError):
        Subject.objects.all()
