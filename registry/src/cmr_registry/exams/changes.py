"""The protocol of change: what higher rooms do when the values or the series of an exam changed.

A higher room registers the dotted name of a function in its `apps.py` (house.md, "Direction"). It is called last
inside the transaction of the change, so it must be quick: note that something is due, and let a job do it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from cmr_registry.exams.models import Examination

Handler = Callable[["Examination"], None]
_handlers: list[str] = []


def handler_register(handler: str) -> None:
    """Ask for a call of a `Handler` after every change; registering twice changes nothing.

    Args:
        handler: dotted name of the function.
    """
    if handler not in _handlers:
        _handlers.append(handler)


def exam_changed(examination: "Examination") -> None:
    """Tell every handler, in the order of registration."""
    for name in _handlers:
        handler: Handler = import_string(name)
        handler(examination)
