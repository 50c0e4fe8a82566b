"""The center profile: habits of measuring with the date from which they hold, so that nobody types them per exam."""

import datetime
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from cmr_connector.center_profile import MEASURED, Habit, profile_items
from cmr_connector.desk.acts import Act
from cmr_connector.desk.case_report_words import said
from cmr_connector.desk.selectors import PAGE, Page
from cmr_connector.desk.visits import Visit
from cmr_connector.report_values import read_cells
from cmr_connector.source_header import FIRST_YEAR
from cmr_dictionary import Item, ItemKind, load
from cmr_dictionary.conditions import condition_words
from cmr_dictionary.form_plan import form_heading
from cmr_exchange.manifest import ValueSource

NO_HABIT = "no habit"
_LONGEST = 64
_NO_DATE = "Enter the first day on which it holds, as YYYY-MM-DD, not before 1980 and at most a year ahead."
_NO_VALUE = "Choose a value, or say that there is no such habit."


@dataclass(frozen=True, slots=True)
class HabitLine:
    """One item of the profile as the page shows it.

    Attributes:
        item: the item.
        heading: its form.
        condition: when the dictionary asks for it, in words; empty for always.
        measured: labels of the items of which one must be known; empty where that does not matter.
        now: what holds today, None where nothing was entered.
        later: what begins later, None where nothing does.
    """

    item: Item
    heading: str
    condition: str
    measured: tuple[str, ...]
    now: Habit | None
    later: Habit | None


def profile(visit: Visit) -> Response:
    """What holds today, a form for each item, and all entries ever made."""
    return _profile(visit)


def change(visit: Visit) -> Response:
    """Enter a habit from a date on, or that there is none any more."""
    name, text = visit.form.get("item", ""), visit.form.get("value", "").strip()[:_LONGEST]
    if name not in profile_items():
        raise HTTPException(400)
    day = _date(visit.form.get("valid_from", ""))
    if day is None:
        return _profile(visit, _NO_DATE)
    if not text:
        return _profile(visit, _NO_VALUE)
    store, entry = visit.desk.workplace.store, None
    if text != NO_HABIT:
        values, problems = read_cells([(name, text)], ValueSource.CENTER_PROFILE)
        if problems:
            return _profile(visit, problems[0]["sentence"])
        entry = values[name]
    with store.transaction():
        store.profile.add(name, entry, day, visit.account)
        store.case_reports.due_since(day.year)
    visit.note(Act.CHANGED_PROFILE)
    return RedirectResponse(f"/profile#{name}", 303)


def _profile(visit: Visit, problem: str = "") -> Response:
    kept, number = visit.desk.workplace.store.profile, visit.page_number()
    today = datetime.datetime.now().astimezone().date()
    now, newest = kept.held(today), kept.held(None)
    lines = [
        HabitLine(
            item,
            form_heading(item.form),
            condition_words(item),
            tuple(load().items[needed].label for needed in MEASURED.get(name, ())),
            now.get(name),
            newest[name] if name in newest and newest[name].valid_from > today else None,
        )
        for name, item in profile_items().items()
    ]
    return visit.render(
        "profile.html",
        400 if problem else 200,
        problem=problem,
        typed=visit.form,
        lines=lines,
        items=profile_items(),
        found=Page(kept.history(PAGE, (number - 1) * PAGE), number, kept.count()),
        today=today.isoformat(),
        said=said,
        no_habit=NO_HABIT,
        is_text={name for name, item in profile_items().items() if item.kind is ItemKind.TEXT},
        is_yes_no={name for name, item in profile_items().items() if item.kind is ItemKind.YES_NO},
    )


def _date(text: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None
    latest = datetime.datetime.now().astimezone().date() + datetime.timedelta(days=366)
    return day if day.year >= FIRST_YEAR and day <= latest else None
