"""What tests do beside their live server, in its environment: `prepare` makes the cast, `accept` the worker's part."""

import datetime
import json
import sys

import django

django.setup()

# Models can be imported only when Django is set up.
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from cmr_registry.accounts.policy import Principal  # noqa: E402
from cmr_registry.accounts.roles import Role  # noqa: E402
from cmr_registry.accounts.services import account_create  # noqa: E402
from cmr_registry.centers.services import (  # noqa: E402
    agreement_record,
    center_create,
    connector_key_issue,
    membership_add,
)
from cmr_registry.centers.states import CenterState  # noqa: E402
from cmr_registry.intake.acceptance import delivery_accept  # noqa: E402
from cmr_registry.intake.models import Delivery  # noqa: E402
from cmr_registry.intake.services import delivery_close  # noqa: E402
from cmr_registry.lib.scope import ALL_CENTERS, center_scope  # noqa: E402

BY = Principal(actor="job:tests", registry_roles=frozenset({Role.STEWARD}))


def prepare():
    """Migrate, make the cast, print it as JSON."""
    call_command("migrate", verbosity=0)
    place = {"code": "riverside", "name": "Riverside", "city": "Riverside", "country": "US"}
    center = center_create(**place, by=BY, state=CenterState.ACTIVE)
    agreement_record(center=center, text_version="t1", effective_on=datetime.date(2020, 1, 1), by=BY)
    account = account_create(
        email="c@example.org", display_name="C", password="long enough for a test", by=BY
    )
    membership_add(center=center, account=account, role=Role.COORDINATOR, by=BY)
    browser = Client()
    browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    key = connector_key_issue(center=center, name="connector", by=BY)[1]
    print(json.dumps({"key": key, "session": browser.cookies["session"].value}))


def accept():
    """Close and accept everything that was delivered."""
    with center_scope(ALL_CENTERS):
        for delivery in Delivery.objects.filter(state="open"):
            delivery_close(delivery=delivery, by=BY)
        for delivery in Delivery.objects.filter(state="complete"):
            delivery_accept(delivery=delivery)


if __name__ == "__main__":
    {"prepare": prepare, "accept": accept}[sys.argv[1]]()
