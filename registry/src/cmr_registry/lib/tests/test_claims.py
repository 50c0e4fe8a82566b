import datetime

import pytest
from django.db import transaction
from django.utils import timezone

from cmr_registry.intake.models import Delivery
from cmr_registry.lib.claims import ClaimLostError, claim_confirm, claim_next

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def row(all_centers, riverside):
    delivery = Delivery(center=riverside, via="stow", state="open", contents="images_only", opened_by="job:x")
    delivery.save()
    return delivery


@transaction.atomic
def work(claim):
    Delivery.objects.update(version=99)
    claim_confirm(claim)


def expire():
    Delivery.objects.update(claimed_until=timezone.now() - datetime.timedelta(seconds=1))


def test_a_claimed_row_is_not_free(row):
    assert claim_next(Delivery.objects.all())[0].pk == row.pk
    assert claim_next(Delivery.objects.all()) is None


def test_an_expired_claim_is_free_again_with_a_higher_token(row):
    _, first = claim_next(Delivery.objects.all())
    expire()
    _, second = claim_next(Delivery.objects.all())
    assert second.token > first.token


def test_confirming_gives_the_row_back(row):
    _, claim = claim_next(Delivery.objects.all())
    claim_confirm(claim)
    assert claim_next(Delivery.objects.all()) is not None


def test_who_lost_the_claim_rolls_back(row):
    _, old = claim_next(Delivery.objects.all())
    expire()
    _, new = claim_next(Delivery.objects.all())
    with pytest.raises(ClaimLostError):
        work(old)
    assert Delivery.objects.get().version == 1
    claim_confirm(new)


def test_a_claim_is_confirmed_once(row):
    _, claim = claim_next(Delivery.objects.all())
    claim_confirm(claim)
    with pytest.raises(ClaimLostError):
        claim_confirm(claim)


def test_nothing_to_claim_is_no_error(all_centers, riverside):
    assert claim_next(Delivery.objects.all()) is None
