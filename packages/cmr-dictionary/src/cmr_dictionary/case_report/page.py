"""The whole case report in HTML: the short form open on top, every form folded below."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cmr_dictionary.case_report.answers import Answer, answer_of
from cmr_dictionary.case_report.branching import conditions_json
from cmr_dictionary.case_report.bullseye import picker_html
from cmr_dictionary.case_report.fields import FieldState, field_html, planned_items, segment_html
from cmr_dictionary.case_report.looking import Look, count_words, look
from cmr_dictionary.case_report.minimum import minimum_items
from cmr_dictionary.case_report.view import CaseReportView
from cmr_dictionary.dictionary import load
from cmr_dictionary.form_plan import (
    PlannedGroup,
    PlannedItem,
    PlannedSection,
    entered_forms,
    form_heading,
    form_plan,
)
from cmr_dictionary.values import display

KEYS = (
    ("Enter", "in a field: go to the next open item of the minimum; Ctrl+Enter from anywhere"),
    ("Ctrl+S", "save"),
    (
        "u, r, a, p, w",
        "in a field of a number: unknown, not reported, not acquired, not applicable, withheld",
    ),
    ("Down", "in a field of a number or a text: choose why it is missing"),
    ("Arrows", "in a list of ticks: to the next answer; a letter: to the next answer that begins with it"),
    ("F1", "what the item means"),
)


def case_report_html(view: CaseReportView) -> str:
    """The form of one exam, ready to stand in a host's page; it needs `case_report.css` and `case_report.js`.

    Without scripts it is a plain form: every item is there, conditions stand in words, segments are lists.
    """
    return _Page(view, look(view.entries, view.answers, view.around)).html()


@dataclass(frozen=True, slots=True)
class _Page:
    view: CaseReportView
    look: Look

    def html(self) -> str:
        view = self.view
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in view.hidden
        )
        draft = f' data-look="{escape(view.look_url)}"' if view.look_url else ""
        return (
            f'<form method="post" action="{escape(view.action)}" class="cr" novalidate data-case-report{draft}'
            f" data-conditions='{_quoted(conditions_json())}'>{hidden}"
            f"{self._restored()}{self._refused()}{self._minimum()}"
            f"{''.join(self._form(form) for form in entered_forms())}{self._bar()}</form>"
        )

    def _restored(self) -> str:
        if not self.view.restored_at:
            return ""
        discard = (
            f'<button class="btn btn-sm" formaction="{escape(self.view.discard_url)}" formnovalidate>'
            "Discard them</button>"
            if self.view.discard_url
            else ""
        )
        return (
            '<div class="notice notice-warn cr-restored" data-restored><p><strong>Some entries are not saved yet.'
            f"</strong> They were entered {escape(self.view.restored_at)} and stand in the form below.</p>"
            '<p class="cr-buttons"><a class="btn btn-sm" href="#cr-minimum" data-keep>Keep them</a> '
            f"{discard}</p></div>"
        )

    def _refused(self) -> str:
        problems = self.view.problems
        if not problems:
            return ""
        items = load().items
        listed = "".join(
            f'<li><a href="#f-{name}">{escape(items[name].label)}</a>: {escape(problems[name])}</li>'
            for name in items
            if name in problems
        )
        return (
            '<div class="notice notice-bad cr-refused" role="alert" tabindex="-1" id="refused"><p><strong>Nothing was'
            f" saved.</strong> {escape(problems.get('', ''))}</p>{f'<ul>{listed}</ul>' if listed else ''}</div>"
        )

    def _minimum(self) -> str:
        fields = "".join(
            self._field(planned) for planned in map(planned_items().__getitem__, minimum_items())
        )
        count = escape(count_words(self.look.minimum, self.view.source_words))
        return (
            '<section class="panel cr-section cr-minimum" aria-labelledby="cr-minimum">'
            f'<h2 id="cr-minimum" tabindex="-1">The minimum</h2>'
            f'<p class="cr-count" data-count>{count}</p><p class="cr-lead">{escape(self.view.lead)}</p>'
            f'{_keys()}<div class="cr-fields">{fields}</div></section>'
        )

    def _form(self, form: str) -> str:
        plan = form_plan(form)
        here = [planned.item.name for planned in plan.items()]
        n_stated = sum(name in self.look.entries for name in here)
        on_top = [name for name in here if name in _minimum_set()]
        sections = "".join(self._section(section, form_heading(form)) for section in plan.sections)
        is_open = " open" if any(name in self.view.problems for name in here if name not in on_top) else ""
        said = f"{n_stated} stated" if n_stated else "empty"
        return (
            f'<details class="panel cr-section cr-form" id="form-{form}"{is_open}><summary>'
            f'<h2>{escape(form_heading(form))}</h2><span class="cr-stated" data-stated>{said}</span></summary>'
            f"{self._about(form)}{_links(on_top)}{sections}</details>"
        )

    def _about(self, form: str) -> str:
        if self.view.versions is None:
            return ""
        version = self.view.versions.get(form, 0)
        if not version:
            return '<p class="cr-about">Nothing is stored on this form yet.</p>'
        words = f"Version {version} is stored."
        if self.view.history_url:
            url = escape(self.view.history_url.replace("{form}", form))
            words += f' <a href="{url}">All versions</a>'
        return f'<p class="cr-about">{words}</p>'

    def _section(self, section: PlannedSection, form: str) -> str:
        groups = "".join(self._group(group, section.heading) for group in section.groups)
        heading = f"<h3>{escape(section.heading)}</h3>" if section.heading not in ("", form) else ""
        return f'<div class="cr-part">{heading}{groups}</div>' if groups else ""

    def _group(self, group: PlannedGroup, heading: str) -> str:
        items = [planned for planned in group.items if planned.item.name not in _minimum_set()]
        if not items:
            return ""
        conditions = {planned.condition for planned in items}
        common = conditions.pop() if group.matrix and len(conditions) == 1 else ""
        said = f'<p class="cr-condition">Asked if {escape(common)}.</p>' if common else ""
        if group.is_bullseye and len(items) == len(group.items):
            lists = "".join(
                segment_html(planned.item.name, self._state(planned, common)) for planned in items
            )
            return (
                f'<fieldset class="cr-segments" data-bullseye><legend class="cr-spoken">{escape(heading)}</legend>'
                f'{said}{picker_html(group, heading)}<details class="cr-lists" open>'
                "<summary>The segments as lists</summary>"
                f'<div class="cr-fields cr-segment-fields">{lists}</div></details></fieldset>'
            )
        fields = "".join(self._field(planned, common) for planned in items)
        name = f' role="group" aria-label="{escape(heading)}"' if group.matrix and heading else ""
        return f'{said}<div class="cr-fields"{name}>{fields}</div>'

    def _field(self, planned: PlannedItem, common: str = "") -> str:
        return field_html(planned.item.name, self._state(planned, common))

    def _state(self, planned: PlannedItem, common: str) -> FieldState:
        name, view = planned.item.name, self.view
        entry = view.entries.get(name)
        kept = answer_of(entry)
        answer = view.answers.get(name, kept)
        is_changed = entry is not None and answer != kept
        return FieldState(
            answer=answer,
            source=view.source_words.get(str(entry.get("source", "")), "") if entry else "",
            stored=_words(planned, kept) if is_changed else "",
            problem=view.problems.get(name, ""),
            question=view.questions.get(name, "") or self.look.questions.get(name, ""),
            is_asked=self.look.asked[name],
            is_minimum=name in _minimum_set(),
            shown=self.look.derived.get(name, ""),
            help_url=view.help_url,
            common=common,
        )

    def _bar(self) -> str:
        back = f'<a class="btn" href="{escape(self.view.back_url)}">{escape(self.view.back_words)}</a>'
        return (
            '<div class="cr-bar"><button class="btn btn-primary" data-save>'
            '<span class="cr-wide">Save the case report</span><span class="cr-narrow">Save</span></button>'
            '<button type="button" class="btn" data-next hidden>Next open item</button>'
            f'{back if self.view.back_url else ""}<span class="cr-kept" role="status" data-kept></span></div>'
        )


@functools.cache
def _minimum_set() -> frozenset[str]:
    return frozenset(minimum_items())


def _links(names: Sequence[str]) -> str:
    """Where the items of a form stand that the short form holds."""
    if not names:
        return ""
    items = load().items
    links = ", ".join(f'<a href="#f-{name}">{escape(items[name].label)}</a>' for name in names)
    return f'<p class="cr-about">In the minimum above: {links}.</p>'


@functools.cache
def _keys() -> str:
    rows = "".join(
        f"<div><dt><kbd>{escape(key)}</kbd></dt><dd>{escape(words)}</dd></div>" for key, words in KEYS
    )
    return (
        '<details class="cr-keyboard" data-keyboard hidden><summary>Keys</summary>'
        f'<dl class="cr-key-list">{rows}</dl></details>'
    )


def _words(planned: PlannedItem, kept: Answer) -> str:
    """A stored answer as people read it."""
    if kept.missing:
        return f"missing: {kept.missing.replace('_', ' ')}"
    texts = list(kept.texts)
    item = planned.item
    return display(item, texts if item.code_list and len(texts) > 1 else texts[0]) if texts else ""


def _quoted(text: str) -> str:
    """JSON for an attribute in single quotes: its own double quotes stay readable."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#x27;")
