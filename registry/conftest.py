"""The cast of every test of the server: two centers, the people around them, their machines' keys.

Riverside and Lakeside both contribute under an agreement; whatever belongs to one must look absent to the other.
"""

import datetime

import pytest
from django.core.cache import cache

from cmr_registry.accounts.roles import Role
from cmr_registry.accounts.services import account_create
from cmr_registry.centers.services import (
    agreement_record,
    center_create,
    connector_key_issue,
    membership_add,
)
from cmr_registry.centers.states import CenterState
from cmr_registry.config.principal import principal_of_account, principal_of_job, principal_of_key
from cmr_registry.exams.models import Examination
from cmr_registry.intake.tests.factories import VALUES, coded, deliver
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

PASSWORD = "a long enough password 17"
SETUP = principal_of_job("tests")


@pytest.fixture(autouse=True)
def own_storage(tmp_path, settings):
    """Every test has objects, keys and mail of its own, and no slow password hash."""
    settings.DATA_DIR = tmp_path
    settings.STORAGE_URL = f"file://{tmp_path}/objects"
    settings.KEYRING_FILE = tmp_path / "keyring.json"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True
    cache.clear()


def _center(code, name, city, country):
    center = center_create(
        code=code, name=name, city=city, country=country, by=SETUP, state=CenterState.ACTIVE
    )
    agreement_record(
        center=center, text_version="pa-test-1", effective_on=datetime.date(2020, 1, 1), by=SETUP
    )
    return center


def _person(name, *, center=None, role=None, registry_role=None, institution=""):
    account = account_create(
        email=f"{name}@example.org",
        display_name=name.replace("-", " ").title(),
        password=PASSWORD,
        by=SETUP,
        registry_roles=(registry_role,) if registry_role else (),
        institution=institution,
    )
    if center:
        membership_add(center=center, account=account, role=role, by=SETUP)
    return account


@pytest.fixture
def riverside(db):
    """An active center with an agreement."""
    return _center("riverside", "Riverside Heart Hospital", "Riverside", "US")


@pytest.fixture
def lakeside(db):
    """Another active center with an agreement."""
    return _center("lakeside", "Lakeside Clinic", "Lakeside", "DE")


@pytest.fixture
def coordinator_riverside(riverside):
    """The coordinator of Riverside."""
    return _person("coordinator-riverside", center=riverside, role=Role.COORDINATOR)


@pytest.fixture
def coordinator_lakeside(lakeside):
    """The coordinator of Lakeside."""
    return _person("coordinator-lakeside", center=lakeside, role=Role.COORDINATOR)


@pytest.fixture
def center_pi(riverside):
    """The PI of Riverside, who sees but does not deliver."""
    return _person("pi-riverside", center=riverside, role=Role.CENTER_PI)


@pytest.fixture
def trainee(riverside):
    """A trainee reader of Riverside."""
    return _person("trainee-riverside", center=riverside, role=Role.TRAINEE_READER)


@pytest.fixture
def steward(db):
    """The registry steward."""
    return _person("steward", registry_role=Role.STEWARD)


@pytest.fixture
def auditor(db):
    """The registry's auditor."""
    return _person("auditor", registry_role=Role.AUDITOR)


@pytest.fixture
def researcher(db):
    """A researcher of a university that contributes nothing."""
    return _person("researcher", registry_role=Role.RESEARCHER, institution="Hillcrest University")


@pytest.fixture
def reviewers(db):
    """Three committee reviewers of three institutions."""
    return [
        _person(f"reviewer-{name}", registry_role=Role.REVIEWER, institution=f"{name.title()} Institute")
        for name in ("ash", "birch", "cedar")
    ]


@pytest.fixture
def chair(db):
    """The committee's chair."""
    return _person("chair", registry_role=Role.CHAIR, institution="Maple Institute")


@pytest.fixture
def deputy_chair(db):
    """Acts where the chair is excluded."""
    return _person("deputy-chair", registry_role=Role.DEPUTY_CHAIR, institution="Oak Institute")


@pytest.fixture
def release_officer(db):
    """The second person of a release."""
    return _person("release-officer", registry_role=Role.RELEASE_OFFICER)


@pytest.fixture
def outsider(db):
    """An account without any role."""
    return _person("outsider")


@pytest.fixture
def key_riverside(riverside):
    """The secret of a connector key of Riverside."""
    return connector_key_issue(center=riverside, name="connector", by=SETUP)[1]


@pytest.fixture
def key_lakeside(lakeside):
    """The secret of a connector key of Lakeside."""
    return connector_key_issue(center=lakeside, name="connector", by=SETUP)[1]


@pytest.fixture
def principal_riverside(key_riverside):
    """The Principal of Riverside's connector."""
    return principal_of_key(f"Bearer {key_riverside}")


@pytest.fixture
def principal_lakeside(key_lakeside):
    """The Principal of Lakeside's connector."""
    return principal_of_key(f"Bearer {key_lakeside}")


@pytest.fixture
def principal_of():
    """`principal_of(account)`: what the middleware composes for a signed-in person."""
    return principal_of_account


@pytest.fixture
def signed_in():
    """`signed_in(client, account)`: the client, signed in."""

    def sign_in(client, account):
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def all_centers(db):
    """Open the scope of jobs for the whole test."""
    with center_scope(ALL_CENTERS):
        yield


@pytest.fixture(scope="session")
def exam_instances(cmr_exam):
    """A tiny coded exam, as it leaves a hospital."""
    return coded(cmr_exam(vendor="siemens", size="tiny", seed=1).files)


@pytest.fixture
def exam_delivery(principal_riverside, riverside, exam_instances):
    """Its accepted delivery at Riverside, images and report."""
    return deliver(principal_riverside, riverside, exam_instances, values=VALUES)


@pytest.fixture
def exam_riverside(exam_delivery):
    """The accepted exam of Riverside."""
    with center_scope(ALL_CENTERS):
        return Examination.objects.select_related("imaging_study").get()
