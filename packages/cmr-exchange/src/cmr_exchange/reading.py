"""Strict reading of JSON into dataclasses: a field too many is an error like a field too few.

A contract that ignored unknown fields would be a place where a name could cross the wall unseen (R5).
"""

import dataclasses
import enum
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from cmr_exchange.errors import MalformedDocumentError

E = TypeVar("E", bound=enum.StrEnum)

DIGEST = re.compile(r"[0-9a-f]{64}")
UID = re.compile(r"(?=.{1,64}$)[0-9]+(\.[0-9]+)*")
PSEUDONYM = re.compile(r"[A-Z2-7]{17}")
CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


def fields_of(kind: type, document: Any, where: str) -> dict[str, Any]:
    """The document as a mapping with exactly the fields of the dataclass `kind`.

    Fields with a default may be absent. `where` names the place in the document for the error text.

    Raises:
        MalformedDocumentError: not an object, a field missing, or a field unknown.
    """
    if not isinstance(document, Mapping):
        raise MalformedDocumentError(f"{where}: an object is expected.")
    declared = {field.name: field for field in dataclasses.fields(kind)}
    required = {
        name
        for name, field in declared.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    missing = sorted(required - document.keys())
    if missing:
        raise MalformedDocumentError(f"{where}: missing {', '.join(missing)}.")
    unknown = len(document.keys() - declared.keys())
    if unknown:
        raise MalformedDocumentError(f"{where}: {unknown} field(s) that the contract does not know.")
    return dict(document)


def a_text(value: Any, where: str, pattern: re.Pattern[str] | None = None, longest: int = 256) -> str:
    """A text of at most `longest` characters that matches `pattern` as a whole.

    Raises:
        MalformedDocumentError: another type, too long, or off-pattern.
    """
    if not isinstance(value, str) or len(value) > longest or (pattern and not pattern.fullmatch(value)):
        raise MalformedDocumentError(f"{where}: not a text of the declared form.")
    return value


def an_integer(value: Any, where: str, low: int, high: int) -> int:
    """An integer (no boolean) in `low`..`high`.

    Raises:
        MalformedDocumentError: another type or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise MalformedDocumentError(f"{where}: not an integer in {low}..{high}.")
    return value


def a_number(value: Any, where: str) -> float:
    """A finite number; what is unknown is absent and never null.

    Raises:
        MalformedDocumentError: another type.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) > 1e9:
        raise MalformedDocumentError(f"{where}: not a finite number.")
    return float(value)


def a_list(value: Any, where: str, longest: int) -> list[Any]:
    """A list of at most `longest` members.

    Raises:
        MalformedDocumentError: another type or too long.
    """
    if not isinstance(value, list) or len(value) > longest:
        raise MalformedDocumentError(f"{where}: not a list of at most {longest} members.")
    return value


def a_member(kind: type[E], value: Any, where: str) -> E:
    """One of the words of an enum.

    Raises:
        MalformedDocumentError: another word; the text lists the words.
    """
    try:
        return kind(value)
    except ValueError:
        raise MalformedDocumentError(f"{where}: not one of {', '.join(kind)}.") from None
