"""What the page needs to know while a person answers: what is asked, computed, odd, wrong, and still open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cmr_dictionary.case_report.answers import TYPED, Answer, Entry, present_values
from cmr_dictionary.case_report.minimum import minimum_items
from cmr_dictionary.case_report.settling import entered_items, settle
from cmr_dictionary.checks import Severity, Surroundings, check_exam, check_values
from cmr_dictionary.dictionary import load
from cmr_dictionary.form_plan import entered_forms, form_plan
from cmr_dictionary.logic_eval import derive, not_asked
from cmr_dictionary.values import display


@dataclass(frozen=True, slots=True)
class Tally:
    """Who said how many items.

    Attributes:
        n_asked: items that are asked now, or of which something is said.
        n_typed: those that a person typed.
        known_from: source -> number of items that it gave, without what a person typed.
        open: items that are asked and of which nothing is said, in the order of the dictionary.
    """

    n_asked: int
    n_typed: int
    known_from: Mapping[str, int]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """The state of a form while one types.

    Attributes:
        asked: item -> whether the present answers ask for it, for every item on the form.
        derived: item -> text of a computed value with its unit.
        problems: item -> why its answer cannot be taken.
        questions: item -> what is odd about its answer.
        typed: number of items that a person typed.
        known_from: source -> number of items that it gave, without what a person typed.
        minimum: the same for the items of the short form.
        entries: what would be stored.
    """

    asked: Mapping[str, bool]
    derived: Mapping[str, str]
    problems: Mapping[str, str]
    questions: Mapping[str, str]
    typed: int
    known_from: Mapping[str, int]
    minimum: Tally
    entries: Mapping[str, Entry]

    def to_document(self, source_words: Mapping[str, str]) -> dict[str, Any]:
        """The JSON that the page's script takes.

        Args:
            source_words: source -> how people call it.
        """
        return {
            "not_asked": [name for name, is_asked in self.asked.items() if not is_asked],
            "derived": dict(self.derived),
            "problems": dict(self.problems),
            "questions": dict(self.questions),
            "typed": self.typed,
            "known_from": dict(self.known_from),
            "open": list(self.minimum.open),
            "count": count_words(self.minimum, source_words),
        }


def look(
    stored: Mapping[str, Entry], answers: Mapping[str, Answer], around: Surroundings | None = None
) -> Look:
    """What the form should show beside these answers.

    Args:
        stored: entries of all forms of the exam by item.
        answers: by item; an item that is not among them stands as it is stored.
        around: what is known of the exam beside the answers, so that the whole exam is checked (`check_exam`); None
            checks the values alone.
    """
    settled = settle(stored, answers, source=TYPED)
    values = present_values(settled.entries)
    computed = {**derive(values), **values}
    hidden = not_asked(computed)
    asked = {item.name: item.name not in hidden for form in entered_forms() for item in _items_of(form)}
    whole = tally(settled.entries, entered_items(), asked)
    return Look(
        asked=asked,
        derived=_computed(computed),
        problems=settled.problems,
        questions=_questions(values, settled.entries, around),
        typed=whole.n_typed,
        known_from=whole.known_from,
        minimum=tally(settled.entries, minimum_items(), asked),
        entries=settled.entries,
    )


def tally(entries: Mapping[str, Entry], names: Iterable[str], asked: Mapping[str, bool]) -> Tally:
    """Count who said what of these items.

    Args:
        entries: entries of all forms of the exam by item.
        names: items that count.
        asked: item -> whether it is asked.
    """
    n_asked, open_names, sources = 0, [], dict[str, int]()
    for name in names:
        entry = entries.get(name)
        if entry is None and not asked.get(name, True):
            continue
        n_asked += 1
        if entry is None:
            open_names.append(name)
        else:
            source = str(entry.get("source", ""))
            sources[source] = sources.get(source, 0) + 1
    return Tally(n_asked, sources.pop(TYPED, 0), sources, tuple(open_names))


def count_words(found: Tally, source_words: Mapping[str, str]) -> str:
    """A tally in words: `7 of 30 typed; 14 from the image header; 9 open`."""
    by_words: dict[str, int] = {}
    for source, n in found.known_from.items():
        words = source_words.get(source, source)
        by_words[words] = by_words.get(words, 0) + n
    parts = [f"{found.n_typed} of {found.n_asked} typed", *(f"{n} {words}" for words, n in by_words.items())]
    return "; ".join((*parts, f"{len(found.open)} open"))


def _items_of(form: str) -> Iterable[Any]:
    return (planned.item for planned in form_plan(form).items())


def _computed(values: Mapping[str, object]) -> dict[str, str]:
    items = load().items
    return {
        name: display(items[name], value)
        for name, value in values.items()
        if name in items and items[name].read_only and isinstance(value, str | int | float | list)
    }


def _questions(
    values: Mapping[str, object], entries: Mapping[str, Entry], around: Surroundings | None
) -> dict[str, str]:
    if around is None:
        problems = check_values(values)
    else:
        missing = {name: str(entry["missing"]) for name, entry in entries.items() if "missing" in entry}
        problems = check_exam(values, replace(around, missing=missing))
    return {problem.item: problem.sentence for problem in problems if problem.severity is Severity.WARN}
