"""Every wrong or missing setting is a named check with a hint, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from cmr_registry.config.checks import settings_checks
from cmr_registry.config.env import Environment
from cmr_registry.lib.keyring import keyring

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def database_of_its_owner():
    """The tests' own database stands where the tester likes."""
    if connection.vendor == "sqlite":
        Path(connection.settings_dict["NAME"]).chmod(0o600)


def problems():
    return {message.id: message for message in settings_checks()}


def test_right_settings_have_no_problem():
    assert problems() == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CMR_STORAGE_URL", "ftp://nowhere"),
        ("CMR_STORAGE_URL", "file:///dev/null/objects"),
        ("CMR_BASE_URL", "registry.example.org"),
        ("CMR_BASE_URL", "http://registry.example.org"),
    ],
)
def test_a_wrong_address_is_named_with_a_hint(settings, name, value):
    setattr(settings, name.removeprefix("CMR_"), value)
    assert problems()[f"cmr.{name}"].hint


def test_a_keyring_that_others_can_read_is_named():
    keyring().signing_key()
    assert problems() == {}
    keyring().path.chmod(0o644)
    assert "readable for others" in problems()["cmr.CMR_KEYRING_FILE"].msg


def test_a_folder_that_others_can_read_is_named(settings, tmp_path):
    tmp_path.chmod(0o750)
    assert "can be read by others" in problems()["cmr.CMR_DATA_DIR"].msg
    assert set(problems()) == {"cmr.CMR_DATA_DIR"}, "no objects yet"
    (tmp_path / "objects").mkdir(mode=0o755)
    assert set(problems()) == {"cmr.CMR_DATA_DIR", "cmr.CMR_STORAGE_URL"}
    tmp_path.chmod(0o700)
    assert problems() == {}, "behind a closed folder nobody gets at the objects"


@pytest.mark.sqlite
def test_a_database_that_others_can_read_is_named(monkeypatch, tmp_path):
    database = tmp_path / "open" / "registry.sqlite"
    database.parent.mkdir(mode=0o755)
    database.touch(mode=0o644)
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(database))
    assert "can be read by others" in problems()["cmr.CMR_DATABASE_URL"].msg
    database.chmod(0o600)
    assert problems() == {}


def test_a_damaged_keyring_is_named(settings):
    settings.KEYRING_FILE.touch(mode=0o600)
    settings.KEYRING_FILE.write_text("{")
    assert "not a keyring" in problems()["cmr.CMR_KEYRING_FILE"].msg


def test_a_folder_that_is_a_file_is_named(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "a-file"
    settings.DATA_DIR.write_text("")
    assert "cmr.CMR_DATA_DIR" in problems()


@pytest.mark.parametrize(
    ("read", "name", "value"),
    [
        (lambda env: env.integer("CMR_QUIET_SECONDS", 900, 1, 86_400), "CMR_QUIET_SECONDS", "soon"),
        (lambda env: env.integer("CMR_QUIET_SECONDS", 900, 1, 86_400), "CMR_QUIET_SECONDS", "0"),
        (lambda env: env.flag("CMR_DEMO"), "CMR_DEMO", "yes"),
        (lambda env: env.database("CMR_DATABASE_URL", ""), "CMR_DATABASE_URL", "mysql://x/y"),
        (lambda env: env.mail("CMR_EMAIL_URL", ""), "CMR_EMAIL_URL", "pigeon://post"),
    ],
)
def test_an_unreadable_value_is_collected_and_never_raised(read, name, value):
    environment = Environment({name: value})
    read(environment)
    assert [problem.name for problem in environment.problems] == [name]
    assert environment.problems[0].hint


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("file:///var/mail-files", ("filebased", "", 25)),
        ("smtp://mail.example.org", ("smtp", "mail.example.org", 25)),
        ("smtps://user:pass@mail.example.org", ("smtp", "mail.example.org", 587)),
    ],
)
def test_mail_goes_where_the_address_says(url, expected):
    mail = Environment({"CMR_EMAIL_URL": url}).mail("CMR_EMAIL_URL", "")
    assert (mail.backend, mail.host, mail.port) == expected


def test_a_postgresql_address_is_read_whole():
    url = "postgresql://us%40er:p%2Fw@db.example.org:5433/name?sslmode=require"
    entry = Environment({"CMR_DATABASE_URL": url}).database("CMR_DATABASE_URL", "")
    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"], entry["NAME"]) == (
        "us@er",
        "p/w",
        "db.example.org",
        "5433",
        "name",
    )
    assert entry["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("CMR_DATABASE_URL", "oracle://x"),
        ("CMR_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"),
        ("CMR_DATABASE_URL", "sqlite:////proc/no/registry.sqlite"),
        ("CMR_SECRET_KEY_FILE", "/proc/no/secret-key"),
        ("CMR_QUIET_SECONDS", "x"),
    ],
)
def test_the_command_says_the_name_and_ends_with_2(tmp_path, setting, value):
    environment = {"PATH": os.environ["PATH"], "CMR_DATA_DIR": str(tmp_path), setting: value}
    script = "import sys; from cmr_registry.config.cli import main; sys.argv[:] = ['cmr-registry', 'check']; main()"
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2, done.stderr
    assert setting in done.stderr
    assert "HINT" in done.stderr
    assert "Traceback" not in done.stderr
