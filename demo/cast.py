"""The invented centers and people of the demonstration, entered through the services of the registry.

Run as `python -m demo.cast` in the environment of a migrated registry; prints accounts and keys as JSON, once.
"""

import datetime
import json
import secrets
import sys
from typing import Any

import demo.inside  # noqa: F401  makes Django ready before any model is imported

# isort: split

from cmr_registry.accounts.roles import Role
from cmr_registry.accounts.services import account_create
from cmr_registry.centers.models import Center
from cmr_registry.centers.services import (
    agreement_record,
    center_create,
    connector_key_issue,
    membership_add,
)
from cmr_registry.centers.states import CenterState
from cmr_registry.config.principal import principal_of_job
from cmr_registry.documents.services import placeholders_publish

BY = principal_of_job("demo")

CONTRIBUTING = (
    ("northbridge", "Northbridge Heart Center", "Northbridge", "US", "America/New_York", (42.9, -75.1)),
    ("seehafen", "Klinikum Seehafen", "Seehafen", "DE", "Europe/Berlin", (54.1, 10.2)),
    ("kauri", "Kauri Coast Hospital", "Kauri Coast", "NZ", "Pacific/Auckland", (-35.9, 173.9)),
)
ONBOARDING = ("palmera", "Hospital La Palmera", "La Palmera", "ES", "Europe/Madrid", (38.3, -0.6))
AT_REGISTRY = (
    ("steward@registry.example", "Registry steward", Role.STEWARD, "CMR Registry"),
    ("officer@registry.example", "Release officer", Role.RELEASE_OFFICER, "CMR Registry"),
    ("auditor@registry.example", "Registry auditor", Role.AUDITOR, "CMR Registry"),
    ("researcher@hillcrest.example", "Rowan Hillcrest", Role.RESEARCHER, "Hillcrest University"),
    ("researcher@marlow.example", "Mika Marlow", Role.RESEARCHER, "Marlow Institute"),
    ("chair@committee.example", "Committee chair", Role.CHAIR, "Maple Institute"),
    ("deputy@committee.example", "Deputy chair", Role.DEPUTY_CHAIR, "Oak Institute"),
    ("ash@committee.example", "Reviewer Ash", Role.REVIEWER, "Ash Institute"),
    ("birch@committee.example", "Reviewer Birch", Role.REVIEWER, "Birch Institute"),
    ("cedar@committee.example", "Reviewer Cedar", Role.REVIEWER, "Hillcrest University"),
    ("dogwood@committee.example", "Reviewer Dogwood", Role.REVIEWER, "Dogwood Institute"),
)
"""People of the registry, its committee and two universities; all invented. Reviewer Cedar has a conflict."""


Place = tuple[str, str, str, str, str, tuple[float, float]]


def enter_center(center: Place, state: CenterState) -> Center:
    """Enter one center with its placeholder agreement."""
    code, name, city, country, zone, place = center
    entered = center_create(
        code=code, name=name, city=city, country=country, time_zone=zone, by=BY, state=state, place=place
    )
    agreement_record(
        center=entered, text_version="placeholder-1", effective_on=datetime.date(2024, 1, 1), by=BY
    )
    return entered


def enter_person(
    email: str, name: str, center: Center | None, role: Role, institution: str = ""
) -> dict[str, str]:
    """Enter one person with a fresh password; the returned row is the only place that shows it."""
    password = secrets.token_urlsafe(18)
    at_registry = () if center else (role,)
    account = account_create(
        email=email,
        display_name=name,
        password=password,
        by=BY,
        registry_roles=at_registry,
        institution=center.name if center else institution,
    )
    if center:
        membership_add(center=center, account=account, role=role, by=BY)
    return {
        "email": email,
        "password": password,
        "role": role.value,
        "center": center.code if center else "",
    }


def enter_all() -> dict[str, Any]:
    """Enter every center and person; accounts and connector keys as the contract's credentials file lists them."""
    accounts, connectors = [], []
    for row in CONTRIBUTING:
        center = enter_center(row, CenterState.ACTIVE)
        people = (("coordinator", Role.COORDINATOR), ("pi", Role.CENTER_PI), ("reader", Role.TRAINEE_READER))
        for word, role in people:
            name = f"{role.value.capitalize()} of {center.city}"
            accounts.append(enter_person(f"{word}@{center.code}.example", name, center, role))
        _, key = connector_key_issue(center=center, name="Registry Connector", by=BY)
        connectors.append({"center": center.code, "key": key})
    enter_center(ONBOARDING, CenterState.TECHNICAL_ONBOARDING)
    accounts += [enter_person(email, name, None, role, at) for email, name, role, at in AT_REGISTRY]
    placeholders_publish(by=BY)
    return {"accounts": accounts, "connectors": connectors}


if __name__ == "__main__":
    json.dump(enter_all(), sys.stdout, indent=2)
