"""Who did what at the desk: every look-up, release, retry, drop and sign-in leaves a line, for good.

A line names pseudonyms and exam numbers, never a patient.
"""

import enum
from dataclasses import dataclass

from cmr_connector import log
from cmr_connector.database import Database, utc_now


class Act(enum.StrEnum):
    """What a person did."""

    SIGNED_IN = "signed_in"
    MADE_FIRST_ACCOUNT = "made_first_account"
    CHANGED_PASSWORD = "changed_password"  # noqa: S105  a word for a deed
    LOOKED_UP = "looked_up"
    LOOKED_UP_NOTHING = "looked_up_nothing"
    RELEASED = "released"
    SENT_AGAIN = "sent_again"
    RETRIED = "retried"
    PREVIEWED = "previewed"
    SAW_BEFORE_AFTER = "saw_before_after"
    TOOK_DOSSIER = "took_dossier"
    HANDED_OVER = "handed_over"
    SAW_WORKLIST = "saw_worklist"
    FOLLOWED_UP = "followed_up"
    IMPORTED_FOLLOW_UP = "imported_follow_up"
    WITHDREW = "withdrew"
    PASSED_TEXT = "passed_text"
    BLANKED_TEXT = "blanked_text"
    LEFT_OUT_TEXT = "left_out_text"
    SAW_TO_ENTER = "saw_to_enter"
    SAW_CASE_REPORT = "saw_case_report"
    SAVED_CASE_REPORT = "saved_case_report"
    DISCARDED_CASE_REPORT = "discarded_case_report"
    BEGAN_PAPER_REPORT = "began_paper_report"
    SAVED_PAPER_REPORT = "saved_paper_report"
    CHANGED_PROFILE = "changed_profile"
    BROUGHT_TABLE = "brought_table"
    SAW_TABLE = "saw_table"
    ACCEPTED_TABLE = "accepted_table"
    DISCARDED_TABLE = "discarded_table"
    TOOK_REFUSED_ROWS = "took_refused_rows"
    CONFIRMED_MAPPING = "confirmed_mapping"
    SAW_QUERIES = "saw_queries"
    ANSWERED_QUERY = "answered_query"
    COUNTED_EXAMS = "counted_exams"


WORDS: dict[Act, str] = {
    Act.SIGNED_IN: "signed in",
    Act.MADE_FIRST_ACCOUNT: "made the first account",
    Act.CHANGED_PASSWORD: "changed the password",
    Act.LOOKED_UP: "looked up",
    Act.LOOKED_UP_NOTHING: "looked up, nothing found",
    Act.RELEASED: "released a held exam",
    Act.SENT_AGAIN: "had an exam sent again",
    Act.RETRIED: "asked to try sending now",
    Act.PREVIEWED: "looked at a drop before and after",
    Act.SAW_BEFORE_AFTER: "looked at an exam before and after",
    Act.TOOK_DOSSIER: "took the privacy dossier",
    Act.HANDED_OVER: "sent a drop",
    Act.SAW_WORKLIST: "saw the follow-up worklist",
    Act.FOLLOWED_UP: "changed follow-up",
    Act.IMPORTED_FOLLOW_UP: "brought a follow-up table",
    Act.WITHDREW: "noted a withdrawal",
    Act.PASSED_TEXT: "let text in images pass",
    Act.BLANKED_TEXT: "had a region of images blanked",
    Act.LEFT_OUT_TEXT: "left out a series that shows text",
    Act.SAW_TO_ENTER: "saw the worklist of exams to enter",
    Act.SAW_CASE_REPORT: "opened a case report",
    Act.SAVED_CASE_REPORT: "saved a case report",
    Act.DISCARDED_CASE_REPORT: "discarded what was typed of a case report",
    Act.BEGAN_PAPER_REPORT: "began a report whose images have not come",
    Act.SAVED_PAPER_REPORT: "saved a report whose images have not come",
    Act.SAW_QUERIES: "saw the questions of the registry",
    Act.ANSWERED_QUERY: "answered a question of the registry",
    Act.COUNTED_EXAMS: "counted exams of a month",
    Act.CHANGED_PROFILE: "changed the center profile",
    Act.BROUGHT_TABLE: "brought a table",
    Act.SAW_TABLE: "looked at rows of a table",
    Act.ACCEPTED_TABLE: "had a table taken in",
    Act.DISCARDED_TABLE: "discarded a table",
    Act.TOOK_REFUSED_ROWS: "took the refused rows of a table",
    Act.CONFIRMED_MAPPING: "confirmed what a mapping makes of its samples",
}


@dataclass(frozen=True, slots=True)
class ActRow:
    """One line."""

    at: str
    account: str
    act: Act
    subject: str | None
    exam: str | None

    @property
    def words(self) -> str:
        """The act in words."""
        return WORDS[self.act]


class Acts:
    """The table of acts; lines are only ever added."""

    def __init__(self, database: Database) -> None:
        """Share the desk's database."""
        self._db = database

    def add(self, account: str, act: Act, subject: str | None = None, exam: str | None = None) -> None:
        """Write one line, to the table and without the person's name to the log."""
        self._db.execute(
            "INSERT INTO desk_act (at, account, act, subject, exam) VALUES (?, ?, ?, ?, ?)",
            utc_now(),
            account,
            act,
            subject,
            exam,
        )
        log.event("desk_act", act=act)

    def listed(self, *acts: Act, limit: int = 20) -> list[ActRow]:
        """The newest lines, of these acts when any is named."""
        marks = ",".join("?" * len(acts))
        where = f"WHERE act IN ({marks})" if acts else ""
        sql = f"SELECT at, account, act, subject, exam FROM desk_act {where} ORDER BY id DESC LIMIT ?"  # noqa: S608
        rows = self._db.all(sql, *acts, limit)
        return [ActRow(r["at"], r["account"], Act(r["act"]), r["subject"], r["exam"]) for r in rows]
