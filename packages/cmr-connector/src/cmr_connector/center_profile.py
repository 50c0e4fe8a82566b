"""Habits of a center, dated: how it measures and corrects, so that nobody types it for every exam.

An entry holds from its date until the next one of the same item. What an exam takes from the profile is what held on
the exam's date, and only where it applies: the dictionary asks for the item and the measured value exists.
"""

import datetime
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cmr_connector.database import Database, utc_now
from cmr_connector.merging import Values, plain
from cmr_dictionary import Item, derive, is_asked, load

PATH_KIND = "center_profile"
HABITS = (
    *("lv_method", "lv_papillary", "lv_software", "strain_software", "lge_method", "lge_psir", "t1_scheme"),
    *("ar_flow_plane", "ar_method", "pc_offset_correction"),
    *("center_accreditation", "consent_basis", "procedure_system", "race_system"),
)
"""Habits whose items the dictionary may name with other sources first."""

_LV = ("lv_edv_ml", "lv_esv_ml", "lv_mass_g", "lv_ef_reported_pct")
MEASURED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "lv_method": _LV,
        "lv_papillary": _LV,
        "lv_software": _LV,
        "strain_software": ("lv_gls_pct", "lv_gcs_pct"),
        "lge_psir": ("lge_performed", "lge_present"),
        "procedure_system": ("cpt_code", "procedure_kind"),
        "race_system": ("race", "ethnicity"),
        "auc_document": ("auc_score",),
    }
)
"""Items that the dictionary asks always, and of what they speak: one of these must be known."""


@dataclass(frozen=True, slots=True)
class Habit:
    """One dated entry of the profile.

    Attributes:
        id: its number.
        item: item of the dictionary.
        entry: value document; None where the center has no habit from this date on.
        valid_from: first day on which it holds.
        account, at: who entered it and when.
    """

    id: int
    item: str
    entry: dict[str, Any] | None
    valid_from: datetime.date
    account: str
    at: str


@functools.cache
def profile_items() -> Mapping[str, Item]:
    """The items that are a habit of a center, in the order of the dictionary."""
    return MappingProxyType(
        {
            name: item
            for name, item in load().items.items()
            if item.may_cross
            and not item.read_only
            and (name in HABITS or any(path.kind == PATH_KIND for path in item.paths))
        }
    )


def applying(profile: Mapping[str, dict[str, Any]], values: Mapping[str, dict[str, Any]]) -> Values:
    """The entries of a profile that apply to an exam.

    Args:
        profile: entries in force, by item.
        values: what is known of the exam from elsewhere.
    """
    known = plain(values)
    computed = {**derive(known), **known}
    items = profile_items()
    return {
        name: entry
        for name, entry in profile.items()
        if name in items and _is_measured(name, computed) and is_asked(items[name], computed)
    }


def _is_measured(name: str, known: Mapping[str, object]) -> bool:
    needed = MEASURED.get(name)
    return needed is None or any(known.get(item) not in (None, 0, "0") for item in needed)


class CenterProfile:
    """The table of habits; entries are only ever added."""

    def __init__(self, database: Database) -> None:
        """Share the store's database. A habit says nothing of a patient and is not sealed."""
        self._db = database

    def add(self, item: str, entry: dict[str, Any] | None, valid_from: datetime.date, account: str) -> None:
        """Enter a habit from a date on; None ends it."""
        self._db.execute(
            "INSERT INTO center_profile (item, value, valid_from, account, at) VALUES (?, ?, ?, ?, ?)",
            item,
            None if entry is None else json.dumps(entry, sort_keys=True),
            valid_from.isoformat(),
            account,
            utc_now(),
        )

    def in_force(self, day: datetime.date | None) -> Values:
        """Entries that hold on a day, by item; none where the day is not known."""
        return {
            name: habit.entry for name, habit in self.held(day).items() if day and habit.entry is not None
        }

    def held(self, day: datetime.date | None) -> dict[str, Habit]:
        """The newest entry of each item that begins on this day or before, an ended one too; None for any day."""
        rows = self._db.all(
            "SELECT * FROM center_profile WHERE ?1 IS NULL OR valid_from <= ?1 ORDER BY valid_from, id",
            day.isoformat() if day else None,
        )
        return {row["item"]: _habit(row) for row in rows}

    def history(self, limit: int, offset: int = 0) -> list[Habit]:
        """All entries, newest first."""
        rows = self._db.all("SELECT * FROM center_profile ORDER BY id DESC LIMIT ? OFFSET ?", limit, offset)
        return [_habit(row) for row in rows]

    def count(self) -> int:
        """How many entries there are."""
        return int(self._db.one("SELECT count(*) AS n FROM center_profile")["n"])


def _habit(row: Any) -> Habit:
    entry = None if row["value"] is None else json.loads(row["value"])
    day = datetime.date.fromisoformat(row["valid_from"])
    return Habit(row["id"], row["item"], entry, day, row["account"], row["at"])
