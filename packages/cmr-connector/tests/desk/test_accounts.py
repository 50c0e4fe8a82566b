"""Accounts from the command line, and how passwords are kept."""

import io

import pytest

from cmr_connector import cli
from cmr_connector.desk import accounts, passwords
from cmr_connector.desk.accounts import manage_account
from cmr_connector.desk.errors import AccountError

PASSWORD = "seven quiet green boats"


def type_in(monkeypatch, text):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_the_command_makes_an_account_that_can_sign_in(home, workplace, desk, monkeypatch, capsys):
    type_in(monkeypatch, PASSWORD + "\n")
    assert cli.main(["--config", str(home / "connector.toml"), "desk-account", "jane.doe"]) == 0
    assert capsys.readouterr().out == "The desk account jane.doe is made.\n"
    assert desk.accounts.check("JANE.DOE", PASSWORD).name == "jane.doe"


def test_the_command_gives_a_new_password_and_ends_sessions(person, workplace, desk, monkeypatch):
    type_in(monkeypatch, "another sentence of words\n")
    assert "new password" in manage_account(workplace.config, "jane.doe")
    assert desk.accounts.check("jane.doe", "another sentence of words") is not None
    assert person.get("/").headers["location"] == "/sign-in"


def test_the_command_takes_an_account_away(person, workplace, desk):
    assert "is gone" in manage_account(workplace.config, "jane.doe", remove=True)
    assert person.get("/").headers["location"] == "/sign-in"
    with pytest.raises(AccountError, match="no account"):
        manage_account(workplace.config, "jane.doe", remove=True)


def test_the_command_says_what_is_wrong_with_a_password(home, workplace, monkeypatch, capsys):
    type_in(monkeypatch, "short\n")
    assert cli.main(["--config", str(home / "connector.toml"), "desk-account", "jane.doe"]) == 1
    assert "at least 15 characters" in capsys.readouterr().err


def test_at_a_terminal_it_asks_twice(workplace, desk, monkeypatch):
    given = iter([PASSWORD, PASSWORD, PASSWORD, "something else entirely"])
    monkeypatch.setattr(accounts.getpass, "getpass", lambda _prompt: next(given))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    manage_account(workplace.config, "jane.doe")
    with pytest.raises(AccountError, match="differ"):
        manage_account(workplace.config, "john.roe")
    assert desk.accounts.find("john.roe") is None


def test_a_name_is_taken_once_whatever_its_letter_case(desk):
    desk.accounts.add("jane.doe", PASSWORD)
    with pytest.raises(AccountError, match="already"):
        desk.accounts.add("Jane.Doe", PASSWORD)


def test_a_password_is_kept_as_scrypt_with_its_own_salt_and_full_cost(monkeypatch):
    monkeypatch.undo()
    one, other = passwords.hashed(PASSWORD), passwords.hashed(PASSWORD)
    assert one != other
    assert one.startswith("scrypt$15$8$1$")
    assert passwords.matches(PASSWORD, one)
    assert not passwords.matches(PASSWORD + " ", one)


@pytest.mark.parametrize(
    ("password", "fits"),
    [("fourteen chars", False), ("fifteen  chars!", True), ("ab" * 20, False), ("a sentence " * 20, False)],
)
def test_length_and_variety_decide_whether_a_password_is_taken(password, fits):
    assert (passwords.problem("jane.doe", password) is None) == fits
