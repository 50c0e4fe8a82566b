"""Panels that higher rooms put on the page of an exam: its delivery, follow-up, data quality. Some also stand where its
delivery is shown.

A higher room registers the dotted name of a function in its `apps.py`, before any model is loaded; this room never
imports a higher one (house.md, "Direction").
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from cmr_registry.exams.models import Examination


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: a heading, the template that draws it, and what the template needs."""

    heading: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


Provider = Callable[["Examination"], Panel | None]
_providers: dict[str, bool] = {}


def panel_register(provider: str, *, with_delivery: bool = False) -> None:
    """Ask a `Provider` for a panel whenever the page of an exam is drawn; registering twice changes nothing.

    Args:
        provider: dotted name of the function.
        with_delivery: it is also asked when the exam's newest accepted delivery is drawn.
    """
    _providers[provider] = with_delivery


def panels_of(examination: "Examination") -> list[Panel]:
    """The panels of one exam in the order of registration; None answers are left out."""
    return _panels(examination, _providers)


def panels_with_delivery(examination: "Examination") -> list[Panel]:
    """The panels that also stand where the exam's delivery is shown."""
    return _panels(examination, [name for name, with_delivery in _providers.items() if with_delivery])


def _panels(examination: "Examination", names: Iterable[str]) -> list[Panel]:
    providers: list[Provider] = [import_string(name) for name in names]
    return [panel for provider in providers if (panel := provider(examination)) is not None]
