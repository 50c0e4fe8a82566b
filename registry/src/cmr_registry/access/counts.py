"""The counts of a certificate as tables for page and PDF, from the stored answer alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Number = Mapping[str, Any]


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
    """The total, the flow of n, and each breakdown.

    Args:
        answer: JSON form of `cohorts.answers.Answer`.
    """
    return (_total(answer), _flow(answer), *(_breakdown(table) for table in answer["tables"]))


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
    rows = tuple(
        (
            cell["label"],
            number_text(cell["persons"]),
            "not shown" if cell["percent"] is None else f"{cell['percent']} %",
        )
        for cell in table["cells"]
    )
    return CountTable(table["title"], ("Answer", "Persons", "Share"), rows)
