"""The public page of checks: every rule has its place, with examples on both sides."""

import pytest
from django.urls import reverse

from cmr_dictionary.checks import RULES

pytestmark = pytest.mark.django_db


def test_every_rule_has_its_place_with_its_examples(client):
    page = client.get(reverse("public:checks")).content.decode()
    for rule in RULES.values():
        assert page.count(f'id="{rule.id}"') == 1, rule.id
    assert f"{len(RULES)} rules" in page
    assert "lv_edv_ml = 60, lv_esv_ml = 150" in page


def test_the_dictionary_leads_to_the_checks(client):
    assert reverse("public:checks") in client.get(reverse("public:dictionary")).content.decode()
