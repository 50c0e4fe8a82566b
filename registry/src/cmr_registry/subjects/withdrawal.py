"""The protocol of withdrawal: what every room that holds something of a subject does when the subject withdraws.

A lower room cannot import a higher one (house.md, "Direction"), so each room registers the dotted name of its
handler in its `apps.py`. A job calls each handler once per withdrawal, in a transaction of its own, and records it
as a row. The default managers hide the subject's rows the moment that it withdraws; handlers do the rest.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from cmr_registry.subjects.models import Subject

Handler = Callable[["Subject"], None]
"""Does what its room must do for a subject who withdrew; calling it twice changes nothing."""

_handlers: dict[str, str] = {}


def handler_register(room: str, handler: str) -> None:
    """Name the handler of a room.

    Args:
        room: the room, as its folder is called.
        handler: dotted name of a `Handler`.
    """
    _handlers[room] = handler


def handlers() -> Mapping[str, str]:
    """Dotted name of the handler by room, in the order of registration."""
    return dict(_handlers)


def handler_of(room: str) -> Handler:
    """The handler of a room.

    Raises:
        KeyError: the room registered none.
    """
    found: Handler = import_string(_handlers[room])
    return found


def rows_are_hidden(subject: "Subject") -> None:
    """Handler of a room that has nothing to do: its default managers hide the rows, its bytes stay encrypted.

    What was accepted is kept for the audit and for releases that were cut before (R40); a release or snapshot
    that is cut later cannot read it.
    """
