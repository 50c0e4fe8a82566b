"""Words of exams and series for templates."""

from collections.abc import Iterable

from django import template

from cmr_imaging.kinds import SeriesKind, View
from cmr_registry.archive.models import Series

register = template.Library()

SHORT_LABELS = {SeriesKind.LGE.value: "LGE"}
"""What readers call a kind in a narrow column."""
KIND_ORDER = {kind.value: number for number, kind in enumerate(SeriesKind)}


@register.filter
def kind_label(kind: str) -> str:
    """What a reader calls a series kind."""
    return SeriesKind(kind).label if kind in KIND_ORDER else "Not recognized"


@register.filter
def view_label(view: str) -> str:
    """What a reader calls a view; empty where it is not known."""
    return View(view).label if view in {v.value for v in View} and view != View.UNKNOWN else ""


@register.filter
def kinds(series: Iterable[Series] | None) -> list[str]:
    """The kinds of some series, each once, as short labels in the order of the kinds; none for no images."""
    found = sorted({one.kind for one in series or ()}, key=lambda kind: KIND_ORDER.get(kind, len(KIND_ORDER)))
    return [SHORT_LABELS.get(kind) or kind_label(kind) for kind in found]


@register.filter
def day_words(day: int | None) -> str:
    """The day of an exam, counted from the first exam that the center delivered of this subject."""
    return "not\N{NO-BREAK SPACE}known" if day is None else f"day {day}"
