"""What a release says about itself: codebook, README, the bytes of its tables."""

import io
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from cmr_dictionary import Item, Missing
from cmr_exchange.release import MISSING_SUFFIX
from cmr_registry.releases.cutting import CutTables, item_columns

LIST_MARK = ";"
MISSING_CODES = tuple(code.value for code in Missing)
CODEBOOK_COLUMNS = (
    *("table", "item", "form", "section", "label", "kind", "unit", "codes", "hard_min", "hard_max"),
    *("soft_min", "soft_max", "basis", "n_rows", "n_known", "n_missing"),
    *(f"missing_{code}" for code in MISSING_CODES),
)
FIRST_YEAR_AFTER_LOSS = 2011
"""The Death Master File lost most state records in November 2011 (R26)."""


def parquet_bytes(table: pa.Table) -> bytes:
    """A table as one Parquet file; the same table gives the same bytes."""
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def csv_bytes(table: pa.Table) -> bytes:
    """A table as CSV with a header; lists are joined by `;`, a missing value is an empty field."""
    columns = [
        pc.binary_join(column, LIST_MARK) if pa.types.is_list(column.type) else column
        for column in table.columns
    ]
    out = io.BytesIO()
    pa_csv.write_csv(pa.table(columns, names=table.column_names), out)
    return out.getvalue()


def codebook_of(cut: CutTables) -> list[dict[str, Any]]:
    """One row per table and item: meaning, limits, how many are known, and why the others are missing."""
    return [
        _codebook_row(name, item, table)
        for name, table in cut.tables.items()
        for item, column in item_columns(name, table.column_names)
        if column in table.column_names
    ]


def codebook_bytes(rows: list[dict[str, Any]]) -> bytes:
    """The codebook as CSV."""
    columns = {name: [_text(row[name]) for row in rows] for name in CODEBOOK_COLUMNS}
    return csv_bytes(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))


def source_mix_of(cut: CutTables) -> dict[str, Any]:
    """How the vital status is known: ends of follow-up, deaths by source, who is known from the DMF only.

    Returns:
        `ends` and `deaths` as pairs of word and count, `n` exams, `n_subjects` people with any source, and
        `n_dmf_only` people examined since 2011 of whom nothing but a Death Master File (and obituaries) tells.
    """
    followup = cut.tables["followup"]
    deaths = followup.filter(pc.field("died"))
    sources: dict[str, set[str]] = {}
    status = cut.tables["vital_status"]
    for subject, source in zip(_list(status, "subject"), _list(status, "source"), strict=True):
        sources.setdefault(subject, set()).add(source)
    exams = cut.tables["exams"]
    recent = {
        subject
        for subject, year in zip(_list(exams, "subject"), _list(exams, "exam_year"), strict=True)
        if year is not None and year >= FIRST_YEAR_AFTER_LOSS
    }
    only = [one for one, known in sources.items() if "dmf" in known and known <= {"dmf", "obituary"}]
    return {
        "n": followup.num_rows,
        "ends": _counted(_list(followup, "end")),
        "deaths": _counted(_list(deaths, "source")),
        "n_subjects": len(sources),
        "n_dmf_only": sum(1 for one in only if one in recent),
    }


def _counted(values: list[Any]) -> list[tuple[str, int]]:
    return sorted(Counter(str(value) for value in values).items(), key=lambda pair: (-pair[1], pair[0]))


def _list(table: pa.Table, column: str) -> list[Any]:
    values: list[Any] = table.column(column).to_pylist()
    return values


def _codebook_row(name: str, item: Item, table: pa.Table) -> dict[str, Any]:
    reasons = table.column(item.name + MISSING_SUFFIX)
    counts = {str(row["values"]): row["counts"] for row in pc.value_counts(reasons.drop_null()).to_pylist()}
    missing = {f"missing_{code}": counts.get(code, 0) for code in MISSING_CODES}
    n_known = table.num_rows - table.column(item.name).null_count
    return {
        "table": name,
        "item": item.name,
        "form": item.form,
        "section": item.section,
        "label": item.label,
        "kind": item.kind.value,
        "unit": item.unit,
        "codes": " | ".join(f"{entry.code} = {entry.label}" for entry in item.code_list),
        "hard_min": item.hard_min,
        "hard_max": item.hard_max,
        "soft_min": item.soft_min,
        "soft_max": item.soft_max,
        "basis": item.basis,
        "n_rows": table.num_rows,
        "n_known": n_known,
        "n_missing": table.num_rows - n_known,
        **missing,
    }


def _text(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def percent(part: int, whole: int) -> str:
    """A share in words: `94.1 %`, `-` of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def missing_words(rows: list[dict[str, Any]]) -> Iterator[tuple[str, int, int, str]]:
    """Item, known, of how many, and the share, for the items of `measurements`."""
    for row in rows:
        if row["table"] == "measurements":
            yield row["item"], row["n_known"], row["n_rows"], percent(row["n_known"], row["n_rows"])


def table_rows(tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """Rows by table."""
    return {name: table.num_rows for name, table in tables.items()}
