"""The census: per month, how many CMR exams the hospital made, and how many of them it delivered (R17, F6).

Three sources know the first number: the connector's own ledger (what was sent to it), the PACS (all that was made),
and a person. A person's count goes before the PACS's, that one before the ledger's. Only numbers leave.
"""

import datetime
import time
from collections.abc import Mapping
from dataclasses import dataclass

from cmr_connector import log
from cmr_connector.census_counts import KeptCount
from cmr_connector.config import Config
from cmr_connector.database import utc_now
from cmr_connector.errors import PacsError
from cmr_connector.exam_gates import is_opted_out, read_opt_outs
from cmr_connector.manifests import Issuer
from cmr_connector.pacs import find_studies
from cmr_connector.source_header import plausible_date
from cmr_connector.states import StatementKind, StatementState
from cmr_connector.store import Store
from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_exchange.census import MONTH, MOST_EXAMS, Census, CensusSource
from cmr_exchange.versions import EXCHANGE_VERSION

SHOWN_MONTHS = 13
STATED_MONTHS = 24
"""Older months do not change any more."""
EVERY_S = 6 * 3_600.0
"""How often the months are looked at; the PACS is asked once for each."""
_NO_COUNT = "Type a whole number of exams, and not more eligible ones than there were."
_NO_MONTH = "Type a month that has begun, as 2026-10."


class CensusRejected(Exception):
    """A count cannot be kept; the message is a sentence for the person at the desk."""


@dataclass(frozen=True, slots=True)
class LedgerMonth:
    """The exams of one month on the connector's ledger.

    Attributes:
        n_seen: CMR exams that came, whatever became of them; exams of something else are no part of it.
        n_held: that wait for a person.
        n_refused: none of whose images could be taken.
        n_opted_out: whose patient opted out or withdrew.
        n_delivered: of which the registry has signed a receipt.
    """

    n_seen: int = 0
    n_held: int = 0
    n_refused: int = 0
    n_opted_out: int = 0
    n_delivered: int = 0


@dataclass(frozen=True, slots=True)
class CensusMonth:
    """One month as the desk shows it and the registry is told.

    Attributes:
        month: `YYYY-MM`. source: who counted.
        n_hospital, n_eligible, n_delivered: as in `cmr_exchange.census`.
        ledger: what the connector itself has seen.
        is_over: the month has ended.
        stated: where its statement to the registry stands, None before the first.
    """

    month: str
    source: CensusSource
    n_hospital: int
    n_eligible: int
    n_delivered: int
    ledger: LedgerMonth
    is_over: bool
    stated: StatementState | None

    @property
    def percent(self) -> int | None:
        """Delivered of eligible in whole hundredths; None where none was eligible or the count cannot be right."""
        if not self.n_eligible or self.n_delivered > self.n_eligible:
            return None
        return round(100 * self.n_delivered / self.n_eligible)


class CensusWork:
    """Counting at one center."""

    def __init__(self, store: Store, config: Config, issuer: Issuer) -> None:
        """Count in this store and, where it is set, in the PACS; state as this issuer."""
        self._store, self._config, self._issuer = store, config, issuer
        self._next = 0.0

    @property
    def has_pacs(self) -> bool:
        """Whether the PACS can be asked."""
        return bool(self._config.pacs.host)

    def months(self, n: int = SHOWN_MONTHS, today: datetime.date | None = None) -> list[CensusMonth]:
        """The last months, newest first, the running one too."""
        now = _month_of(today or _today())
        ledger, kept = self._ledger(), self._store.census.kept()
        states = self._stated()
        return [
            self._month(month, now, ledger.get(month, LedgerMonth()), kept, states)
            for month in months_back(now, n)
        ]

    def type_in(self, month: str, n_hospital: str, n_eligible: str, account: str) -> None:
        """Keep what a person counted; an empty number of exams takes the count back.

        Args:
            month: as typed.
            n_hospital: as typed.
            n_eligible: as typed, empty for all but those who opted out.
            account: who types.

        Raises:
            CensusRejected: no month that has begun, or no such numbers.
        """
        month = month.strip()
        if not MONTH.fullmatch(month) or month > _month_of(_today()):
            raise CensusRejected(_NO_MONTH)
        if not n_hospital.strip():
            self._store.census.drop(month, CensusSource.BY_HAND)
            return
        made = _number(n_hospital)
        out = self._ledger().get(month, LedgerMonth()).n_opted_out
        eligible = _number(n_eligible) if n_eligible.strip() else max(0, made - out)
        if eligible > made:
            raise CensusRejected(_NO_COUNT)
        self._store.census.put(month, CensusSource.BY_HAND, made, eligible, account)
        self._next = 0.0

    def count_pacs(self, month: str) -> KeptCount:
        """Count a month in the PACS; nothing but the two numbers is kept.

        Raises:
            PacsError: it cannot be reached, or refuses.
            SettingsError: the opt-out list cannot be read.
        """
        started, n, n_eligible = time.monotonic(), 0, 0
        opt_outs = read_opt_outs(self._config.center.opt_out_file)
        for study in find_studies(self._config.pacs, self._config.scp.ae_title, month):
            n += 1
            known = self._store.exams.find(study.study_instance_uid)
            out = is_opted_out(study.patient_id, opt_outs) or (
                known is not None and self._store.census.is_out(known)
            )
            n_eligible += not out
        self._store.census.put(month, CensusSource.PACS, n, n_eligible)
        log.event("census_counted", source="pacs", n_months=1, seconds=round(time.monotonic() - started, 3))
        return self._store.census.kept()[(month, CensusSource.PACS)]

    def step(self, now: float | None = None) -> bool:
        """Some times a day: count the months that ended in the PACS, and state what is new. Returns whether it did."""
        now = time.monotonic() if now is None else now
        if now < self._next:
            return False
        self._next = now + EVERY_S
        if self.has_pacs:
            self._count_missing()
        return bool(self.state())

    def state(self, today: datetime.date | None = None) -> int:
        """Queue a statement for each month that is over and whose numbers are new. Returns how many."""
        n = 0
        for one in self.months(STATED_MONTHS + 1, today):
            if one.is_over and (one.n_hospital or one.source is not CensusSource.LEDGER):
                n += self._state(one)
        if n:
            log.event("census_counted", source="ledger", n_months=n, seconds=0.0)
        return n

    def _count_missing(self) -> None:
        """Count in the PACS the months of a year that nobody has counted there since they ended."""
        now, kept = _month_of(_today()), self._store.census.kept()
        for month in months_back(now, SHOWN_MONTHS)[1:]:
            known = kept.get((month, CensusSource.PACS))
            if known is not None and known.counted_at[:7] > month:
                continue
            try:
                self.count_pacs(month)
            except PacsError as error:
                log.event("census_postponed", cause=str(error), wait_s=EVERY_S)
                return

    def _state(self, one: CensusMonth) -> bool:
        document = Census(
            EXCHANGE_VERSION,
            self._issuer.center,
            one.month,
            one.n_hospital,
            one.n_eligible,
            one.n_delivered,
            one.source,
            utc_now(),
        )
        said = {name: value for name, value in document.to_document().items() if name != "counted_at"}
        content = sha256_hex(canonical_json(said))
        newest = self._store.statements.newest(StatementKind.CENSUS, one.month)
        if newest is not None and newest.content_digest == content:
            return False
        version = newest.version + 1 if newest else 1
        self._store.statements.add(
            StatementKind.CENSUS, one.month, version, document.canonical_bytes(), content
        )
        return True

    def _month(
        self,
        month: str,
        now: str,
        ledger: LedgerMonth,
        kept: Mapping[tuple[str, CensusSource], KeptCount],
        states: Mapping[str, StatementState],
    ) -> CensusMonth:
        found = kept.get((month, CensusSource.BY_HAND)) or kept.get((month, CensusSource.PACS))
        n_hospital = min(found.n_hospital if found else ledger.n_seen, MOST_EXAMS)
        n_eligible = found.n_eligible if found else ledger.n_seen - ledger.n_opted_out
        return CensusMonth(
            month,
            found.source if found else CensusSource.LEDGER,
            n_hospital,
            min(n_eligible, n_hospital),
            ledger.n_delivered,
            ledger,
            month < now,
            states.get(month),
        )

    def _ledger(self) -> dict[str, LedgerMonth]:
        """Every month of which an exam came; an exam without a readable date belongs to none."""
        today, counts = _today(), dict[str, dict[str, int]]()
        for seen in self._store.census.exams():
            date = plausible_date(self._store.crosswalk.study_date(seen.pseudonym, seen.box), today)
            if date is None or not seen.is_cmr:
                continue
            month = counts.setdefault(_month_of(date), dict.fromkeys(LedgerMonth.__slots__, 0))
            month["n_seen"] += 1
            month["n_held"] += seen.is_held
            month["n_refused"] += seen.is_refused
            month["n_opted_out"] += seen.is_out
            month["n_delivered"] += seen.is_delivered
        return {month: LedgerMonth(**found) for month, found in counts.items()}

    def _stated(self) -> dict[str, StatementState]:
        rows = self._store.statements.newest_of(StatementKind.CENSUS)
        return {row.subject: row.state for row in rows}


def months_back(now: str, n: int) -> list[str]:
    """The month `now` and those before it, `n` in all, newest first."""
    year, number = map(int, now.split("-"))
    count = year * 12 + number - 1
    return [f"{one // 12:04d}-{one % 12 + 1:02d}" for one in range(count, count - n, -1)]


def _month_of(date: datetime.date) -> str:
    return date.strftime("%Y-%m")


def _today() -> datetime.date:
    return datetime.datetime.now().astimezone().date()


def _number(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_EXAMS):
        raise CensusRejected(_NO_COUNT)
    return int(text)
