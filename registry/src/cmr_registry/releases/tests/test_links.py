"""A link is good for one account, one release and a short time."""

import uuid

import pytest

from cmr_registry.releases.errors import LinkExpiredError
from cmr_registry.releases.links import link_make, link_open

RELEASE, ACCOUNT = uuid.UUID(int=1), uuid.UUID(int=2)


def test_a_link_opens_its_release_for_its_account():
    assert link_open(link_make(RELEASE, ACCOUNT), ACCOUNT) == RELEASE


def test_it_opens_nothing_for_another_account_or_changed():
    token = link_make(RELEASE, ACCOUNT)
    for wrong, who in ((token, uuid.UUID(int=3)), (token[:-1], ACCOUNT), ("x", ACCOUNT)):
        with pytest.raises(LinkExpiredError):
            link_open(wrong, who)


def test_it_opens_nothing_when_it_is_old():
    with pytest.raises(LinkExpiredError):
        link_open(link_make(RELEASE, ACCOUNT), ACCOUNT, seconds=-1)
