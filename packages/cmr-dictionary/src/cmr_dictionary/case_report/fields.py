"""One item of the form in HTML: label, entry with unit, missing code, source, question, help."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from cmr_dictionary.case_report.answers import CHOICES, MISSING_CHOICE, MISSING_FIELD, VALUE_FIELD, Answer
from cmr_dictionary.case_report.branching import conditions
from cmr_dictionary.form_plan import PlannedItem, entered_forms, form_plan
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.missing import Missing
from cmr_dictionary.values import range_words, unit_words

YES_NO = (("1", "Yes"), ("0", "No"))
NOTHING = "nothing said"
NO_ANSWER = Answer()
COMPUTED_SOON = "waits for other values"


@dataclass(frozen=True, slots=True)
class FieldState:
    """What one item of the form shows now.

    Attributes:
        answer: what is stored, or typed and not stored yet.
        source: where the stored value came from, in words; empty where none is stored.
        stored: the stored value in words, where something else was typed.
        problem, question: why it was refused, what is odd about it; empty for nothing.
        is_asked: whether the other answers ask for it.
        is_minimum: it belongs to the short form.
        shown: text of a computed value.
        help_url: address of the item's page with `{item}`, empty for none.
        common: condition that the whole group says already.
    """

    answer: Answer
    source: str = ""
    stored: str = ""
    problem: str = ""
    question: str = ""
    is_asked: bool = True
    is_minimum: bool = False
    shown: str = ""
    help_url: str = ""
    common: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether nothing of one exam stands in it, so that its HTML can be kept for the next."""
        said = self.source or self.stored or self.problem or self.question or self.shown
        return not said and self.answer == NO_ANSWER


@functools.cache
def planned_items() -> Mapping[str, PlannedItem]:
    """Every item that has a place on the form, by name."""
    listed = (planned for form in entered_forms() for planned in form_plan(form).items())
    return MappingProxyType({planned.item.name: planned for planned in listed})


def field_html(name: str, state: FieldState) -> str:
    """The field of one item."""
    return _kept_field(name, state) if state.is_plain else _field(name, state)


def segment_html(name: str, state: FieldState) -> str:
    """The plain list of one segment under a bull's-eye, which is its truth."""
    return _kept_segment(name, state) if state.is_plain else _segment(name, state)


def _field(name: str, state: FieldState) -> str:
    planned = planned_items()[name]
    item = planned.item
    if not planned.is_entered:
        return _shown(item, state)
    if item.kind == ItemKind.CODES:
        entry = _ticks(item, state)
    elif item.kind in CHOICES:
        entry = _label(item) + _choice(item, state)
    else:
        entry = _label(item) + _text(item, state)
    condition = "" if planned.condition == state.common else planned.condition
    return f"{_opening(item, state)}{entry}{_notes(item, condition, state)}</div>"


def _segment(name: str, state: FieldState) -> str:
    item = planned_items()[name].item
    problem = f'<p class="cr-problem">{escape(state.problem)}</p>' if state.problem else ""
    label = f'<label class="cr-label" for="f-{item.name}">{_number(item)} {escape(item.label)}</label>'
    source = f'<p class="cr-source">{escape(state.source)}</p>' if state.source else ""
    return (
        f"{_opening(item, state)}{label}{_choice(item, state)}"
        f'<div class="cr-notes" id="h-{item.name}" data-notes>{problem}{_question(state)}{source}</div></div>'
    )


_kept_field, _kept_segment = functools.cache(_field), functools.cache(_segment)


def choices_of(item: Item) -> tuple[tuple[str, str], ...]:
    """Code and label of every answer of a list."""
    if item.kind == ItemKind.YES_NO:
        return YES_NO
    return tuple((code.code, code.label) for code in item.code_list)


def _number(item: Item) -> str:
    return str(int(item.name[-2:]))


def _opening(item: Item, state: FieldState) -> str:
    words = ["cr-field", f"cr-kind-{item.kind.value}"]
    words += ["is-refused"] if state.problem else []
    words += [] if state.is_asked else ["is-not-asked"]
    words += [] if state.answer.is_empty else ["is-said"]
    asked = f' data-asked="{conditions()[item.branching]}"' if item.branching else ""
    minimum = " data-minimum" if state.is_minimum else ""
    return f'<div class="{" ".join(words)}" data-item="{item.name}" data-kind="{item.kind.value}"{asked}{minimum}>'


def _label(item: Item) -> str:
    return f'<label class="cr-label" for="f-{item.name}">{escape(item.label)}</label>'


def _options(item: Item) -> tuple[tuple[str, str], ...]:
    """Value of every option of a list with its opening, then its end."""
    return tuple((code, f">{escape(label)}</option>") for code, label in choices_of(item))


_REASONS = tuple((reason.value, f">{escape(reason.label)}</option>") for reason in Missing)


def _choice(item: Item, state: FieldState) -> str:
    text, missing = state.answer.texts[0] if state.answer.texts else "", state.answer.missing
    listed = "".join(_option(code, end, code == text) for code, end in _options(item))
    reasons = "".join(_option(MISSING_CHOICE + word, end, word == missing) for word, end in _REASONS)
    if text and all(code != text for code, _ in _options(item)):
        listed += _option(escape(text), f">{escape(text)} (not in the list)</option>", True)
    return (
        f'<select class="form-select cr-select" name="{VALUE_FIELD}{item.name}" id="f-{item.name}"'
        f'{_described(item, state)}><option value="">{NOTHING}</option>'
        f'{listed}<optgroup label="Missing, because">{reasons}</optgroup></select>'
    )


def _option(value: str, end: str, is_chosen: bool) -> str:
    return f'<option value="{value}"{" selected" if is_chosen else ""}{end}'


def _text(item: Item, state: FieldState) -> str:
    text = escape(state.answer.texts[0]) if state.answer.texts else ""
    unit = unit_words(item)
    shown = f'<span class="cr-unit" id="u-{item.name}">{escape(unit)}</span>' if unit else ""
    mode = "" if item.kind == ItemKind.TEXT else ' inputmode="text"'
    return (
        f'<div class="cr-entry"><input class="form-control cr-input" name="{VALUE_FIELD}{item.name}" id="f-{item.name}"'
        f' value="{text}" autocomplete="off"{mode}{_described(item, state)}>{shown}'
        f"{_missing(item, state.answer.missing)}</div>"
    )


def _ticks(item: Item, state: FieldState) -> str:
    texts = state.answer.texts
    ticks = "".join(
        f'<label class="cr-tick"><input type="checkbox" name="{VALUE_FIELD}{item.name}" value="{code}"'
        f"{' checked' if code in texts else ''}> {escape(label)}</label>"
        for code, label in choices_of(item)
    )
    unknown = [text for text in texts if item.label_of(text) is None]
    ticks += "".join(
        f'<label class="cr-tick"><input type="checkbox" name="{VALUE_FIELD}{item.name}" value="{escape(text)}" checked>'
        f" {escape(text)} (not in the list)</label>"
        for text in unknown
    )
    names = ", ".join(item.label_of(text) or text for text in texts)
    is_open = " open" if state.problem else ""
    return (
        f'<fieldset id="f-{item.name}" tabindex="-1"{_described(item, state)}>'
        f'<legend class="cr-label">{escape(item.label)}</legend><details class="cr-ticks"{is_open}>'
        f"<summary><span data-ticked>{escape(names) or 'none ticked'}</span></summary>"
        f'<div class="cr-tick-list">{ticks}</div></details>{_missing(item, state.answer.missing)}</fieldset>'
    )


def _described(item: Item, state: FieldState) -> str:
    unit = f"u-{item.name} " if item.unit and item.kind in (ItemKind.NUMBER, ItemKind.INTEGER) else ""
    invalid = ' aria-invalid="true"' if state.problem else ""
    return f' aria-describedby="{unit}h-{item.name}"{invalid}'


def _missing(item: Item, missing: str) -> str:
    before, after = _missing_parts(item)
    chosen = "".join(_option(word, end, word == missing) for word, end in _REASONS) if missing else _NO_REASON
    return f"{before}{chosen}{after}"


_NO_REASON = "".join(_option(word, end, False) for word, end in _REASONS)


def _missing_parts(item: Item) -> tuple[str, str]:
    return (
        f'<label class="cr-missing"><span class="cr-spoken">Missing, because: {escape(item.label)}</span>'
        f'<select class="form-select" name="{MISSING_FIELD}{item.name}" data-missing>'
        '<option value="">or missing</option>',
        "</select></label>",
    )


def _notes(item: Item, condition: str, state: FieldState) -> str:
    parts = [f'<p class="cr-problem">{escape(state.problem)}</p>' if state.problem else "", _question(state)]
    limits = range_words(item)
    parts.append(f'<p class="cr-range">Allowed: {escape(limits)}</p>' if limits else "")
    if condition:
        parts.append(
            f'<p class="cr-condition"><span class="cr-not-now">Not asked now. </span>{_asked_if(condition)}</p>'
        )
    if state.stored:
        parts.append(f'<p class="cr-source">Stored: {escape(state.stored)}, {escape(state.source)}</p>')
    elif state.source:
        parts.append(f'<p class="cr-source">{escape(state.source)}</p>')
    return f'<div class="cr-notes" id="h-{item.name}" data-notes>{"".join(parts)}</div>{_help(item, state.help_url)}'


def _question(state: FieldState) -> str:
    return f'<p class="cr-question">Please look: {escape(state.question)}</p>' if state.question else ""


def _asked_if(condition: str) -> str:
    return escape(f"Asked if {condition}.")


def _help(item: Item, help_url: str) -> str:
    """What the item means, folded; nothing where nothing can be said."""
    words = " ".join(part for part in (item.definition, f"{item.note[:1].upper()}{item.note[1:]}") if part)
    link = (
        f' <a href="{escape(help_url.replace("{item}", item.name))}">In the data dictionary</a>'
        if help_url
        else ""
    )
    if not words and not link:
        return ""
    return (
        f'<details class="cr-help"><summary><span aria-hidden="true">?</span>'
        f'<span class="cr-spoken">What it means: {escape(item.label)}</span>'
        f"</summary><p>{escape(words)}{link}</p></details>"
    )


def _shown(item: Item, state: FieldState) -> str:
    text = escape(state.shown) if state.shown else f'<span class="cr-absent">{COMPUTED_SOON}</span>'
    asked = f' data-asked="{conditions()[item.branching]}"' if item.branching else ""
    hidden = "" if state.is_asked else " is-not-asked"
    said = " is-said" if state.shown else ""
    return (
        f'<div class="cr-field cr-computed{hidden}{said}" data-computed="{item.name}"{asked}>'
        f'<p class="cr-label" id="f-{item.name}">{escape(item.label)}</p><p data-shown>{text}</p>'
        f'<p class="cr-source">computed</p>{_help(item, state.help_url)}</div>'
    )
