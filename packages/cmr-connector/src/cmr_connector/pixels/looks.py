"""What was seen in the pixels of each series, what a person decided about it, and the masks that were learned.

Readings and crops may name the patient: they stand in encrypted boxes. Decisions are only ever added.
"""

import dataclasses
import enum
import json
from dataclasses import dataclass
from typing import Any

from cmr_connector.database import Database, utc_now
from cmr_connector.errors import StoreError
from cmr_connector.local_keys import Local

Box = tuple[int, int, int, int]


class LookState(enum.StrEnum):
    """What a look ended in.

    CLEAN: nothing that a person need see. HELD: a person decides. DECIDED: a person has, and it is looked at
    again. LEFT_OUT: a person has left the series out. UNSEEN: an image could not be decoded.
    """

    CLEAN = "clean"
    HELD = "held"
    DECIDED = "decided"
    LEFT_OUT = "left_out"
    UNSEEN = "unseen"


class Choice(enum.StrEnum):
    """What a person decides about a held series."""

    PASS = "pass"  # noqa: S105  a word for a decision
    BLANK = "blank"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True, slots=True)
class Look:
    """One series as it was seen last.

    Attributes:
        findings: as `cmr_deid.pixels.series.look` gives them; they may name the patient.
        device: what the images say of their device, empty where they differ.
        native: whether no image is compressed, so that regions can be blanked.
    """

    exam_id: int
    series_hash: str
    state: LookState
    findings: list[dict[str, Any]]
    device: dict[str, str]
    native: bool
    n_positions: int
    n_frames: int
    seconds: float
    at: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a person.

    Attributes:
        choice: what was decided. account: who did. at: when.
        findings: what the person saw; crops are not kept.
    """

    choice: Choice
    account: str
    at: str
    findings: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Mask:
    """A region that is blanked in all images of one kind of one device."""

    id: int
    device: dict[str, str]
    rectangle: Box


class Looks:
    """The tables of looks, decisions and masks."""

    def __init__(self, database: Database, local: Local) -> None:
        """Share the store's database and the center's local keys."""
        self._db, self._local = database, local

    def put(self, look: Look) -> None:
        """Keep what was seen; it replaces the former look at the series."""
        document = {"findings": look.findings, "device": look.device, "native": look.native}
        self._db.execute(
            "INSERT OR REPLACE INTO pixel_look (exam_id, series_hash, state, box, n_findings, n_positions,"
            " n_frames, seconds, at) VALUES (?,?,?,?,?,?,?,?,?)",
            look.exam_id,
            look.series_hash,
            look.state,
            self._local.seal(document, f"look {look.exam_id} {look.series_hash}"),
            len(look.findings),
            look.n_positions,
            look.n_frames,
            look.seconds,
            look.at,
        )

    def get(self, exam_id: int, series_hash: str) -> Look | None:
        """The last look at a series, None when it was never looked at."""
        row = self._db.first(
            "SELECT * FROM pixel_look WHERE exam_id = ? AND series_hash = ?", exam_id, series_hash
        )
        if row is None:
            return None
        document = self._local.open(row["box"], f"look {exam_id} {series_hash}")
        return Look(
            exam_id,
            series_hash,
            LookState(row["state"]),
            document["findings"],
            document["device"],
            document["native"],
            row["n_positions"],
            row["n_frames"],
            row["seconds"],
            row["at"],
        )

    def held(self, exam_id: int | None = None) -> list[tuple[int, str]]:
        """Exam numbers and series that wait for a person, oldest first."""
        rows = self._db.all(
            "SELECT exam_id, series_hash FROM pixel_look WHERE state = ?1 AND (?2 IS NULL OR exam_id = ?2)"
            " ORDER BY at, exam_id, series_hash",
            LookState.HELD,
            exam_id,
        )
        return [(row["exam_id"], row["series_hash"]) for row in rows]

    def decide(self, look: Look, choice: Choice, account: str) -> int:
        """Write down what a person decided about what was seen. Returns the decision's number."""
        name = f"decision {look.exam_id} {look.series_hash}"
        return self._db.insert(
            "INSERT INTO pixel_decision (exam_id, series_hash, choice, box, account, at) VALUES (?,?,?,?,?,?)",
            look.exam_id,
            look.series_hash,
            choice,
            self._local.seal(_without_crops(look.findings), name),
            account,
            utc_now(),
        )

    def settle(self, exam_id: int, series_hash: str, choice: Choice) -> None:
        """The series does not wait any more; its crops are forgotten.

        Raises:
            StoreError: it was never looked at.
        """
        look = self.get(exam_id, series_hash)
        if look is None:
            raise StoreError("This series was never looked at.")
        state = LookState.LEFT_OUT if choice is Choice.LEAVE_OUT else LookState.DECIDED
        self.put(dataclasses.replace(look, state=state, findings=_without_crops(look.findings)))

    def decisions(self, exam_id: int, series_hash: str) -> list[Decision]:
        """Everything decided about a series, in order."""
        rows = self._db.all(
            "SELECT * FROM pixel_decision WHERE exam_id = ? AND series_hash = ? ORDER BY id",
            exam_id,
            series_hash,
        )
        name = f"decision {exam_id} {series_hash}"
        return [
            Decision(Choice(row["choice"]), row["account"], row["at"], self._local.open(row["box"], name))
            for row in rows
        ]

    def mask_add(self, device: dict[str, str], rectangle: Box, decision_id: int) -> None:
        """Blank this region in all images of this kind of this device from now on.

        Raises:
            StoreError: the images do not agree on their device.
        """
        if not device:
            raise StoreError("The images of this series do not name one device; no region can be learned.")
        self._db.execute(
            "INSERT INTO pixel_mask (device, rectangle, decision_id) VALUES (?,?,?) ON CONFLICT DO NOTHING",
            json.dumps(device, sort_keys=True),
            json.dumps(rectangle),
            decision_id,
        )

    def masks(self, device: dict[str, str] | None = None) -> list[Mask]:
        """All masks, or those of one device."""
        wanted = None if device is None else json.dumps(device, sort_keys=True)
        rows = self._db.all("SELECT * FROM pixel_mask WHERE ?1 IS NULL OR device = ?1 ORDER BY id", wanted)
        return [Mask(row["id"], json.loads(row["device"]), _rectangle(row["rectangle"])) for row in rows]


def _without_crops(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name != "crop"} for one in findings]


def _rectangle(text: str) -> Box:
    row, column, rows, columns = json.loads(text)
    return row, column, rows, columns
