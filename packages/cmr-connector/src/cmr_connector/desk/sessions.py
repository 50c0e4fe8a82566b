"""Sessions of the desk: a random token in the browser, everything else here; and the brake on guessing."""

import hashlib
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass

from cmr_connector.database import Database
from cmr_connector.desk.accounts import Account

IDLE_S = 30 * 60.0
ABSOLUTE_S = 10 * 3600.0


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser.

    Attributes:
        key: hash of its token, the only form in which it is stored.
        account: who it is.
        csrf: what each of its forms must carry.
    """

    key: str
    account: Account
    csrf: str


class Sessions:
    """The table of sessions."""

    def __init__(self, database: Database) -> None:
        """Share the desk's database."""
        self._db = database

    def start(self, account: Account) -> str:
        """Sign in. Returns the token for the browser; sessions that are over are swept away."""
        token, now = secrets.token_urlsafe(32), time.time()
        self._db.execute(
            "DELETE FROM desk_session WHERE seen < ? OR started < ?", now - IDLE_S, now - ABSOLUTE_S
        )
        self._db.execute(
            "INSERT INTO desk_session (token_hash, account_id, csrf, started, seen) VALUES (?, ?, ?, ?, ?)",
            _hash(token),
            account.id,
            secrets.token_urlsafe(24),
            now,
            now,
        )
        return token

    def find(self, token: str, *, is_person: bool = True) -> Session | None:
        """The session of a token, None when there is none or it is over.

        Args:
            token: what the browser sent.
            is_person: a person did something; a page that only refreshes itself does not keep a session alive.
        """
        now, key = time.time(), _hash(token)
        row = self._db.first(
            "SELECT a.id, a.name, s.csrf, s.seen FROM desk_session AS s JOIN desk_account AS a"
            " ON a.id = s.account_id WHERE s.token_hash = ? AND s.seen >= ? AND s.started >= ?",
            key,
            now - IDLE_S,
            now - ABSOLUTE_S,
        )
        if row is None:
            return None
        if is_person and now - row["seen"] > 1:
            self._db.execute("UPDATE desk_session SET seen = ? WHERE token_hash = ?", now, key)
        return Session(key, Account(row["id"], row["name"]), row["csrf"])

    def end(self, session: Session) -> None:
        """Sign out."""
        self._db.execute("DELETE FROM desk_session WHERE token_hash = ?", session.key)


class Attempts:
    """Counts failures by key within a window; in memory, so a restart forgives."""

    def __init__(self, most: int, window_s: float) -> None:
        """Allow `most` failures of one key within `window_s` seconds."""
        self._most, self._window_s = most, window_s
        self._failures: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def allows(self, key: str) -> bool:
        """Whether one more attempt may be made."""
        with self._lock:
            return len(self._recent(key)) < self._most

    def failed(self, key: str) -> None:
        """Count a failure."""
        with self._lock:
            self._recent(key).append(time.monotonic())
            for known in [name for name in self._failures if not self._recent(name)]:
                del self._failures[known]

    def _recent(self, key: str) -> deque[float]:
        times = self._failures.setdefault(key, deque())
        while times and times[0] < time.monotonic() - self._window_s:
            times.popleft()
        return times


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
