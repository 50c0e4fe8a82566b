"""The protocol of change: what higher rooms do when the values or the series of an exam changed.

A higher room registers the dotted name of a function in its `apps.py` (house.md, "Direction"). It is called last
inside the transaction of the change, so it must be quick: note that something is due, and let a job do it.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from cmr_registry.exams.models import Examination

Handler = Callable[["Examination"], None]
ManyHandler = Callable[[Sequence["Examination"]], None]
_handlers: dict[str, str] = {}


def handler_register(handler: str, *, many: str = "") -> None:
    """Ask for a call of a `Handler` after every change; registering twice changes nothing.

    Args:
        handler: dotted name of the function.
        many: dotted name of a `ManyHandler` that does the same for many exams at once, with few statements.
    """
    _handlers[handler] = many or _handlers.get(handler, "")


def exam_changed(examination: "Examination") -> None:
    """Tell every handler, in the order of registration."""
    for name in _handlers:
        handler: Handler = import_string(name)
        handler(examination)


def exams_changed(examinations: Sequence["Examination"]) -> None:
    """Tell every handler of many exams that changed together."""
    for name, many in _handlers.items():
        if many:
            all_at_once: ManyHandler = import_string(many)
            all_at_once(examinations)
            continue
        handler: Handler = import_string(name)
        for one in examinations:
            handler(one)
