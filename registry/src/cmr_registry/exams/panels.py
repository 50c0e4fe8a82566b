"""Panels that higher rooms put on the page of an exam: the state of its delivery today, follow-up later.

A higher room registers the dotted name of a function in its `apps.py`, before any model is loaded; this room never
imports a higher one (house.md, "Direction").
"""

from collections.abc import Callable, Mapping
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
_providers: list[str] = []


def panel_register(provider: str) -> None:
    """Ask a `Provider` for a panel whenever the page of an exam is drawn; registering twice changes nothing.

    Args:
        provider: dotted name of the function.
    """
    if provider not in _providers:
        _providers.append(provider)


def panels_of(examination: "Examination") -> list[Panel]:
    """The panels of one exam in the order of registration; None answers are left out."""
    providers: list[Provider] = [import_string(name) for name in _providers]
    return [panel for provider in providers if (panel := provider(examination)) is not None]
