"""The local store: one SQLite file that holds everything the connector must not forget.

`Store` opens it and hands out one object per noun. All of them share connection and transaction of the
calling thread: `with store.transaction(): ...` spans them.
"""

from contextlib import AbstractContextManager
from pathlib import Path

from cmr_connector.case_reports import CaseReports
from cmr_connector.census_counts import CensusCounts
from cmr_connector.center_profile import CenterProfile
from cmr_connector.crosswalk import Crosswalk
from cmr_connector.data_queries import DataQueries
from cmr_connector.database import Database, utc_now
from cmr_connector.errors import StoreError
from cmr_connector.exams import Exams
from cmr_connector.follow_ups import FollowUps
from cmr_connector.header_values import HeaderValues
from cmr_connector.ledger import Ledger
from cmr_connector.local_keys import Local
from cmr_connector.outbox import Outbox
from cmr_connector.pixels.looks import Looks
from cmr_connector.report_rows import Reports
from cmr_connector.stated_reports import StatedReports
from cmr_connector.statements import Statements
from cmr_connector.tables.imports import TableImports
from cmr_connector.tables.mappings import Mappings
from cmr_connector.tables.matching import RowMatcher
from cmr_connector.value_counts import ValueCounts
from cmr_connector.withdrawals import Withdrawals
from cmr_deid.keys import CenterKey

FILE_NAME = "connector.sqlite"


class Store:
    """The connector's database.

    Attributes:
        exams, ledger, outbox, reports, stated, crosswalk, follow_ups, statements, withdrawals, looks, case_reports,
            profile, counts, headers, tables, mappings: the tables, by noun.
        matcher: which exam a row of a table belongs to.
        local: keyed hashes and encryption of this center.
    """

    def __init__(self, data_dir: Path, key: CenterKey) -> None:
        """Open or make `connector.sqlite` in `data_dir`.

        Raises:
            StoreError: the file was written by a newer connector, or for another center key.
        """
        self._db = Database(data_dir / FILE_NAME)
        self.local = Local(key)
        self.crosswalk = Crosswalk(self._db, self.local)
        self.exams = Exams(self._db, self.local, self.crosswalk)
        self.ledger = Ledger(self._db, self.local)
        self.outbox = Outbox(self._db)
        self.reports = Reports(self._db, self.local)
        self.stated = StatedReports(self._db, self.local)
        self.follow_ups = FollowUps(self._db, self.local, self.crosswalk)
        self.statements = Statements(self._db)
        self.withdrawals = Withdrawals(self._db, self.local)
        self.looks = Looks(self._db, self.local)
        self.case_reports = CaseReports(self._db, self.local)
        self.profile = CenterProfile(self._db)
        self.counts = ValueCounts(self._db)
        self.headers = HeaderValues(self._db)
        self.tables = TableImports(self._db, self.local)
        self.mappings = Mappings(self._db, self.local)
        self.matcher = RowMatcher(self._db, self.local, self.crosswalk)
        self.data_queries = DataQueries(self._db, self.local)
        self.census = CensusCounts(self._db)
        self._require_same_key(key.key_id)
        self.matcher.hash_days()

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing over all tables; joins an open transaction of the same thread."""
        return self._db.transaction()

    def setting(self, name: str) -> str | None:
        """A remembered fact of this installation, such as the registry's receipt key."""
        row = self._db.first("SELECT value FROM setting WHERE name = ?", name)
        return row["value"] if row else None

    def setting_put(self, name: str, value: str) -> None:
        """Remember a fact of this installation."""
        self._db.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            value,
        )

    def file_taken(self, label: str) -> bool:
        """Whether a watched file, named by path, size and time of change, was taken before."""
        file_hash = self.local.hashed("file", label)
        return self._db.first("SELECT 1 FROM taken_file WHERE file_hash = ?", file_hash) is not None

    def file_take(self, label: str) -> None:
        """Remember that a watched file was taken; only its keyed hash is kept."""
        self._db.execute(
            "INSERT INTO taken_file (file_hash, at) VALUES (?, ?) ON CONFLICT DO NOTHING",
            self.local.hashed("file", label),
            utc_now(),
        )

    def _require_same_key(self, key_id: str) -> None:
        known = self.setting("key_id")
        if known is None:
            self.setting_put("key_id", key_id)
        elif known != key_id:
            raise StoreError(
                "The database in data_dir belongs to another center key. Put the former key file back, "
                "or start with an empty data_dir."
            )

    def close(self) -> None:
        """Close the file."""
        self._db.close()
