"""The weekly mail: only when something is to do, once, and nothing of any exam in it."""

import datetime

import pytest
from django.core.cache import cache

from cmr_registry.accounts.models import OutgoingMail
from cmr_registry.quality.digest import digest_lines
from cmr_registry.quality.models import Finding, QualityDigest
from cmr_registry.quality.tests.conftest import IMPOSSIBLE
from cmr_registry.quality.tests.factories import exam_make, whole_entries, work_all

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everybody")]


def work_again():
    cache.clear()
    work_all()


def test_it_goes_once_a_week_to_those_who_keep_the_data(riverside, coordinator_riverside, center_pi):
    exam = exam_make(riverside, IMPOSSIBLE)
    work_again()
    work_again()
    mail = OutgoingMail.objects.get()
    assert mail.to == coordinator_riverside
    assert "1 exam has errors." in mail.body
    assert "/quality/?center=riverside" in mail.body
    assert exam.pseudonym not in mail.body
    assert exam.subject.pseudonym not in mail.body
    assert center_pi.email not in mail.body
    QualityDigest.objects.update(week="2020-W01")
    work_again()
    assert OutgoingMail.objects.count() == 2


def test_nothing_to_do_is_no_mail(riverside, coordinator_riverside):
    exam_make(riverside, whole_entries())
    work_again()
    assert not Finding.objects.filter(severity="reject").exists()
    Finding.objects.update(found_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    QualityDigest.objects.all().delete()
    OutgoingMail.objects.all().delete()
    work_again()
    assert not OutgoingMail.objects.exists()
    assert QualityDigest.objects.get().n_mails == 0


def test_it_says_one_and_many():
    assert digest_lines({"red": 1, "queries": 0, "questions": 1200}) == [
        "- 1 exam has errors.",
        "- 1,200 new values are unusual and ask for a look.",
    ]
    assert digest_lines({"red": 0, "queries": 0, "questions": 0}) == []
