"""Series that seem to show text in their pixels: a person sees the places and decides."""

from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from cmr_connector.desk.acts import Act
from cmr_connector.desk.pages import exam_of
from cmr_connector.desk.selectors import SeriesSummary
from cmr_connector.desk.visits import Visit
from cmr_connector.errors import TransitionError
from cmr_connector.pixels.decisions import IDENTIFIES, choices_for, decide
from cmr_connector.pixels.looks import Choice, Decision, Look, LookState
from cmr_connector.rows import ExamRow

ACTS = {
    Choice.PASS: Act.PASSED_TEXT,
    Choice.BLANK: Act.BLANKED_TEXT,
    Choice.LEAVE_OUT: Act.LEFT_OUT_TEXT,
}
DONE = {
    Choice.PASS: "let pass as technical",
    Choice.BLANK: "region blanked",
    Choice.LEAVE_OUT: "series left out",
}
_MOVED_ON = "This series has moved on meanwhile; look at it again."


@dataclass(frozen=True, slots=True)
class ShownSeries:
    """One series as the page shows it.

    Attributes:
        summary: the series on the ledger.
        look: what was seen.
        choices: what may be chosen.
        decisions: what was decided before.
    """

    summary: SeriesSummary
    look: Look
    choices: list[Choice]
    decisions: list[Decision]

    @property
    def names(self) -> bool:
        """Whether something in it is known to name the patient."""
        return any(one["meaning"] == IDENTIFIES for one in self.look.findings)


def waiting_page(visit: Visit) -> Response:
    """Every exam with series that wait for a decision about text."""
    store = visit.desk.workplace.store
    counts: dict[int, int] = {}
    for exam_id, _ in store.looks.held():
        counts[exam_id] = counts.get(exam_id, 0) + 1
    return visit.render(
        "text_waiting.html", rows=[(store.exams.get(number), n) for number, n in counts.items()]
    )


def text_page(visit: Visit) -> Response:
    """The series of an exam that wait, with the places that look like text, and what was decided before."""
    row = exam_of(visit)
    return _rendered(visit, row, "")


def decide_text(visit: Visit) -> Response:
    """A person decides about one series."""
    row, workplace = exam_of(visit), visit.desk.workplace
    shown = _series(visit, row, visit.number("series"))
    choice = next((one for one in shown.choices if one == visit.form.get("choice")), None)
    if choice is None or visit.form.get("checked") != "yes":
        return _rendered(
            visit, row, "Choose one of the ways, and say that you have looked at every place.", 400
        )
    if visit.form.get("seen") != shown.look.at:
        raise HTTPException(409, _MOVED_ON)
    try:
        decide(workplace.store, workplace.files, shown.look, choice, visit.account)
    except TransitionError:
        raise HTTPException(409, _MOVED_ON) from None
    visit.note(ACTS[choice], row.pseudonym, str(row.id))
    return RedirectResponse(f"/exams/{row.id}/text", 303)


def place_in_words(finding: dict[str, Any]) -> str:
    """Where in the image a finding lies, as a reader says it."""
    (row, column, rows, columns), (most_rows, most_columns) = finding["box"], finding["size"]
    down, across = (row + rows / 2) / most_rows, (column + columns / 2) / most_columns
    high = "top" if down < 1 / 3 else "bottom" if down > 2 / 3 else ""
    wide = "left" if across < 1 / 3 else "right" if across > 2 / 3 else ""
    return " ".join(word for word in (high, wide) if word) or "middle"


def _rendered(visit: Visit, row: ExamRow, problem: str, status: int = 200) -> Response:
    shown = _all(visit, row)
    return visit.render(
        "text.html",
        status,
        exam=row,
        waiting=[one for one in shown if one.look.state is LookState.HELD],
        decided=[(one, decision) for one in shown for decision in one.decisions],
        problem=problem,
        place=place_in_words,
        done=DONE,
        identifies=IDENTIFIES,
    )


def _all(visit: Visit, row: ExamRow) -> list[ShownSeries]:
    store = visit.desk.workplace.store
    found = []
    for summary in visit.desk.selectors.series_of(row.id):
        look = store.looks.get(row.id, summary.key)
        if look is not None:
            found.append(
                ShownSeries(summary, look, choices_for(look), store.looks.decisions(row.id, summary.key))
            )
    return found


def _series(visit: Visit, row: ExamRow, number: int) -> ShownSeries:
    for one in _all(visit, row):
        if one.summary.number == number:
            return one
    raise HTTPException(404)
