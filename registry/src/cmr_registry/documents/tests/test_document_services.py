import pytest
from django.core.exceptions import ValidationError

from cmr_registry.documents.models import Acceptance, DocumentVersion
from cmr_registry.documents.selectors import document_current, documents_current, has_accepted
from cmr_registry.documents.services import acceptance_record, document_publish, placeholders_publish
from cmr_registry.documents.tasks import work_once
from cmr_registry.documents.texts import SHIPPED

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def by(steward, principal_of):
    return principal_of(steward)


def test_a_new_version_stands_beside_the_old_one(by):
    first = document_publish(slug="policy", title="Policy", body="One.", by=by)
    second = document_publish(slug="policy", title="Policy", body="Two.", by=by)
    assert (first.number, second.number) == (1, 2)
    assert document_current("policy").body == "Two."
    assert DocumentVersion.objects.get(number=1).body == "One."
    assert [one.number for one in documents_current()] == [2]


@pytest.mark.parametrize("change", [{"body": " "}, {"title": ""}, {"slug": "no blanks"}])
def test_it_refuses_what_nobody_can_read_or_find(by, change):
    with pytest.raises(ValidationError):
        document_publish(**{"slug": "policy", "title": "Policy", "body": "One.", "by": by} | change)
    assert not DocumentVersion.objects.exists()


def test_a_new_version_is_accepted_anew(by, researcher):
    policy = document_publish(slug="data-access-policy", title="Policy", body="One.", by=by)
    assert not has_accepted(researcher)
    for _ in range(2):
        acceptance_record(account=researcher, version=policy, by=by)
    assert has_accepted(researcher)
    assert Acceptance.objects.count() == 1
    document_publish(slug="data-access-policy", title="Policy", body="Two.", by=by)
    assert not has_accepted(researcher)


def test_nobody_has_accepted_what_was_never_published(researcher):
    assert not has_accepted(researcher)


def test_a_new_registry_gets_every_placeholder_once(by):
    assert work_once()
    assert not work_once()
    assert {one.slug for one in documents_current()} == {text.slug for text in SHIPPED}
    assert all(one.is_placeholder for one in documents_current())
    assert placeholders_publish(by=by) == []
