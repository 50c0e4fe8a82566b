"""The counts of a certificate as tables for page and PDF, from the stored answer alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Number = Mapping[str, Any]
NOT_SHOWN = "not shown"
GROUPS = {
    "series": ("Images by kind", "Kind", "Persons with them"),
    "known": ("Known values", "Item", "Persons with a value"),
}
"""Tables of two cells, yes and no, that become one row each: head of the name -> title, and two column heads."""

LEGEND = (
    "Counts are persons unless exams are named. A rounded number is up or down by chance, so sums may differ. Small"
    " counts are hidden, and so is any number from which one would follow, so that nobody can be recognized. A share"
    " is that of the whole cohort."
)


@dataclass(frozen=True, slots=True)
class LabeledRow:
    """One row: its label, and (column head, text) of the other cells."""

    label: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CountTable:
    """One table of counts, everything in words.

    Attributes:
        title: what is counted.
        heads: column heads; the first stands over the row labels.
        rows: texts, as long as `heads` each.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def labeled(self) -> tuple[LabeledRow, ...]:
        """The rows with each cell beside its column head."""
        return tuple(
            LabeledRow(row[0], tuple(zip(self.heads[1:], row[1:], strict=True))) for row in self.rows
        )


def answer_tables(answer: Mapping[str, Any]) -> tuple[CountTable, ...]:
    """The total, the flow of n, each breakdown, then the kinds of images in one table and the known values in one.

    Args:
        answer: JSON form of `cohorts.answers.Answer`.
    """
    plain = tuple(_breakdown(table) for table in answer["tables"] if _head(table) not in GROUPS)
    return (_total(answer), _flow(answer), *plain, *_grouped(answer["tables"]))


def number_text(number: Number) -> str:
    """A number with its type: `0 exact`, `1,230 rounded`, `hidden`; so a reader never takes one for another."""
    if number["value"] is None:
        return str(number["kind"])
    return f"{number['value']:,} {number['kind']}"


def _total(answer: Mapping[str, Any]) -> CountTable:
    rows = (
        ("Persons", number_text(answer["persons"])),
        ("Exams", number_text(answer["exams"])),
        ("Median follow-up in days", number_text(answer["median_follow_up_days"])),
    )
    return CountTable("The whole cohort", ("What", "Number"), rows)


def _flow(answer: Mapping[str, Any]) -> CountTable:
    rows = tuple(
        (
            step["label"],
            number_text(step["persons"]),
            number_text(step["exams"]),
            number_text(step["left_out"]),
        )
        for step in answer["steps"]
    )
    heads = ("Step", "Persons left", "Exams left", "Persons left out")
    return CountTable("From everybody to the cohort", heads, rows)


def _breakdown(table: Mapping[str, Any]) -> CountTable:
    rows = tuple((cell["label"], *_persons_and_share(cell)) for cell in table["cells"])
    return CountTable(table["title"], ("Answer", "Persons", "Share"), rows)


def _grouped(tables: Sequence[Mapping[str, Any]]) -> Iterator[CountTable]:
    """One table for each group that has members; the row of a member is its first cell, the yes."""
    for head, (title, label, persons) in GROUPS.items():
        members = [table for table in tables if _head(table) == head]
        rows = tuple((table["title"], *_persons_and_share(table["cells"][0])) for table in members)
        if rows:
            yield CountTable(title, (label, persons, "Share"), rows)


def _persons_and_share(cell: Mapping[str, Any]) -> tuple[str, str]:
    share = NOT_SHOWN if cell["percent"] is None else f"{cell['percent']} %"
    return number_text(cell["persons"]), share


def _head(table: Mapping[str, Any]) -> str:
    """`known` of `known:lv_ef_pct`; a table without a colon is of no group."""
    head, colon, _ = str(table["name"]).partition(":")
    return head if colon else ""
