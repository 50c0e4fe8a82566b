"""Values that a connector with an earlier dictionary sends, in today's words (versions N and N-1, house.md)."""

from collections.abc import Mapping
from typing import Any

from cmr_dictionary import load
from cmr_dictionary.checks import Problem, Severity
from cmr_dictionary.errors import RejectReason
from cmr_dictionary.history import migrate, names_between, table_of, versions
from cmr_exchange.manifest import MissingCode, ReportValue, ValueSource


def present_values(
    values: Mapping[str, ReportValue], version: str
) -> tuple[dict[str, ReportValue], tuple[Problem, ...]]:
    """The values as today's dictionary states them, and what could not be kept.

    Args:
        values: as they were sent, by the names of that version.
        version: of the dictionary with which they were written; one that is not known, such as a newer one, is read
            as the present one.

    Returns:
        Values by today's names, old codes that mean unknown as missing codes, and one refusal for each value that
        was lost, under the name that was sent. A name that no version knows stays as it is, for the checks.
    """
    today = load()
    read_as = version if version in versions() else today.version
    known = table_of(read_as).items.keys() | today.items.keys()
    moved = migrate(
        {name: one.value for name, one in values.items() if one.value is not None and name in known}, read_as
    )
    found = {
        name: ReportValue(values[sent].source, value=moved.values[name])
        if name in moved.values
        else ReportValue(values[sent].source, missing=MissingCode(moved.missing[name].value))
        for name, sent in moved.names.items()
    }
    names = names_between(read_as, today.version)
    found |= {
        names.get(name, name): one
        for name, one in values.items()
        if one.missing is not None or name not in known
    }
    lost = tuple(
        Problem(one.item, RejectReason.SELECTION, Severity.REJECT, one.sentence) for one in moved.lost
    )
    return found, lost


def in_present_words(document: Mapping[str, Mapping[str, Any]], version: str) -> dict[str, dict[str, Any]]:
    """The entries of a stored document in today's words; what could not be kept is absent."""
    return {name: one.to_document() for name, one in present_values(values_of(document), version)[0].items()}


def values_of(document: Mapping[str, Mapping[str, Any]]) -> dict[str, ReportValue]:
    """The entries of a stored document as a delivery would state them."""
    return {
        name: ReportValue(
            ValueSource(entry["source"]),
            value=entry.get("value"),
            missing=MissingCode(entry["missing"]) if "missing" in entry else None,
        )
        for name, entry in document.items()
    }


def name_in(version: str, item: str) -> str:
    """The name of one of today's items in a version; its own where it is newer or the version is not known."""
    if version not in versions():
        return item
    former = {new: old for old, new in names_between(version, load().version).items()}
    return former.get(item, item)
