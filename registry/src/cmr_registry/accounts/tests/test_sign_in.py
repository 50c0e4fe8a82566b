"""Every coming and going leaves an audit event that names an account by its id, and nothing else of it."""

import pytest
from django.core.cache import cache

from cmr_registry.audit.models import AuditEvent
from cmr_registry.audit.selectors import chain_verify

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
ADDRESS = "/accounts/login/"
PASSWORD = "a long enough password 17"


@pytest.fixture
def account(coordinator_riverside):
    AuditEvent.objects.all().delete()
    cache.clear()
    return coordinator_riverside


def sign_in(client, email, password=PASSWORD):
    return client.post(ADDRESS, {"login": email, "password": password})


def trail():
    events = AuditEvent.objects.order_by("sequence")
    assert {event.chain for event in events} <= {"registry"}
    assert chain_verify() is None
    return [(event.actor, event.action, event.outcome, event.target) for event in events]


def test_signing_in_and_out_leaves_one_event_each(client, account):
    assert sign_in(client, account.email).status_code == 302
    client.post("/accounts/logout/")
    name = f"account:{account.pk}"
    assert trail() == [
        (name, "account.sign_in", "done", name),
        (name, "account.sign_out", "done", name),
    ]


def test_a_wrong_password_names_the_account_that_was_tried(client, account):
    sign_in(client, account.email.upper(), "a wrong password indeed")
    assert trail() == [("nobody", "account.sign_in_failed", "denied", f"account:{account.pk}")]


def test_an_unknown_address_is_never_kept(client, account):
    sign_in(client, "jane.doe@example.org")
    assert trail() == [("nobody", "account.sign_in_failed", "denied", "nobody")]
    for event in AuditEvent.objects.all():
        assert "jane" not in str(vars(event))


def test_who_guesses_too_often_is_locked_out_and_leaves_one_event_of_it(client, account):
    for _ in range(14):
        answer = sign_in(client, account.email, "a wrong password indeed")
    assert b"Too many failed login attempts" in answer.content
    actions = [action for _, action, _, _ in trail()]
    assert actions == ["account.sign_in_failed"] * 10 + ["account.sign_in_locked"]
    assert sign_in(client, account.email).status_code == 200, "the right password waits as well"


def test_signing_out_without_a_session_leaves_nothing(client, account):
    client.post("/accounts/logout/")
    assert trail() == []


def test_a_stranger_gets_no_letter_and_the_same_answer(client, account, mailoutbox):
    answers = [
        client.post("/accounts/password/reset/", {"email": email})
        for email in (account.email, "jane.doe@example.org")
    ]
    assert [letter.to for letter in mailoutbox] == [[account.email]]
    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
