"""Who may sign in at the desk: local accounts in the connector's database, and the first one's setup code."""

import getpass
import hmac
import re
import secrets
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

from cmr_connector.config import Config
from cmr_connector.database import Database, utc_now
from cmr_connector.desk import passwords
from cmr_connector.desk.errors import AccountError
from cmr_connector.files import write_durably
from cmr_connector.store import FILE_NAME

SETUP_FILE = "desk-setup-code.txt"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,59}")


@dataclass(frozen=True, slots=True)
class Account:
    """One person who may sign in."""

    id: int
    name: str


class Accounts:
    """The table of accounts."""

    def __init__(self, database: Database) -> None:
        """Share the desk's database."""
        self._db = database
        # an unknown name must cost as much time as a wrong password
        self._nobody = passwords.hashed(secrets.token_urlsafe(16))

    def any(self) -> bool:
        """Whether there is an account at all."""
        return self._db.first("SELECT 1 FROM desk_account") is not None

    def add(self, name: str, password: str) -> Account:
        """Make an account.

        Raises:
            AccountError: the name is taken or not one, or the password is not good enough.
        """
        _check(name, password)
        now = utc_now()
        try:
            number = self._db.insert(
                "INSERT INTO desk_account (name, password, created_at, changed_at) VALUES (?, ?, ?, ?)",
                name,
                passwords.hashed(password),
                now,
                now,
            )
        except sqlite3.IntegrityError:
            raise AccountError("There is an account with this name already.") from None
        return Account(number, name)

    def find(self, name: str) -> Account | None:
        """The account with this name; letter case does not matter."""
        row = self._db.first("SELECT id, name FROM desk_account WHERE name = ?", name)
        return Account(row["id"], row["name"]) if row else None

    def check(self, name: str, password: str) -> Account | None:
        """The account when name and password fit together, else None."""
        row = self._db.first("SELECT id, name, password FROM desk_account WHERE name = ?", name)
        fits = passwords.matches(password[: passwords.LONGEST + 1], row["password"] if row else self._nobody)
        return Account(row["id"], row["name"]) if row is not None and fits else None

    def password_put(self, account: Account, password: str) -> None:
        """Change a password and end all sessions of the account.

        Raises:
            AccountError: the password is not good enough.
        """
        _check(account.name, password)
        with self._db.transaction():
            self._db.execute(
                "UPDATE desk_account SET password = ?, changed_at = ? WHERE id = ?",
                passwords.hashed(password),
                utc_now(),
                account.id,
            )
            self._db.execute("DELETE FROM desk_session WHERE account_id = ?", account.id)

    def remove(self, account: Account) -> None:
        """Take an account away; its sessions end."""
        self._db.execute("DELETE FROM desk_account WHERE id = ?", account.id)


class Setup:
    """The way to the first account: a code in a file that only the machine's owner can read."""

    def __init__(self, accounts: Accounts, data_dir: Path) -> None:
        """Keep the code in `data_dir`."""
        self._accounts, self.path = accounts, data_dir / SETUP_FILE

    def prepare(self) -> bool:
        """Write a new code when there is no account yet, else take an old one away. Whether setup waits."""
        if self._accounts.any():
            self.path.unlink(missing_ok=True)
            return False
        write_durably(self.path, f"{secrets.token_hex(12)}\n".encode())
        return True

    def open(self) -> bool:
        """Whether the first account is still to be made; also when the last one was taken away meanwhile."""
        if self._accounts.any():
            return False
        return self.path.exists() or self.prepare()

    def first_account(self, code: str, name: str, password: str) -> Account:
        """Make the first account; the code is used up.

        Raises:
            AccountError: wrong code, or name or password is not taken.
        """
        expected = self.path.read_text("ascii").strip() if self.path.exists() else ""
        given = code.strip().lower()
        if not self.open() or not expected or not hmac.compare_digest(given.encode(), expected.encode()):
            raise AccountError("This is not the setup code.")
        account = self._accounts.add(name, password)
        self.path.unlink(missing_ok=True)
        return account


def manage_account(config: Config, name: str, *, remove: bool = False) -> str:
    """`cmr-connector desk-account NAME`: make an account, give it a new password, or take it away.

    The password is asked for at a terminal, else read from the first line of standard input.

    Returns:
        What was done, as a sentence.

    Raises:
        AccountError: the name or password is not taken, or there is no such account.
    """
    database = Database(config.data_dir / FILE_NAME)
    try:
        accounts = Accounts(database)
        account = accounts.find(name)
        if remove:
            if account is None:
                raise AccountError("There is no account with this name.")
            accounts.remove(account)
            return f"The desk account {account.name} is gone; its sessions have ended."
        if account is None:
            accounts.add(name, _asked_password())
            return f"The desk account {name} is made."
        accounts.password_put(account, _asked_password())
        return f"The desk account {account.name} has a new password; its sessions have ended."
    finally:
        database.close()


def _asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass(f"Password (at least {passwords.SHORTEST} characters): ")
    if getpass.getpass("The same again: ") != password:
        raise AccountError("The two passwords differ; nothing was changed.")
    return password


def _check(name: str, password: str) -> None:
    if not _NAME.fullmatch(name):
        raise AccountError("A name has 2 to 60 letters, digits, dots, dashes or @, such as jane.doe.")
    problem = passwords.problem(name, password)
    if problem is not None:
        raise AccountError(problem)
