"""Questions to a snapshot of 154,458 exams, the size of the registry in 2024; pandas answers the same ones.

The peer does the common thing: reads the columns that a question needs from the same Parquet files into pandas and
counts persons with `groupby` and `nunique`. What it reads is kept between questions, as ours is.
"""

import functools
import json
import operator
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from benchmarks.report import Figure
from cmr_registry.cohorts.conditions import All, AnyOf, Condition, HadEvent, HasSeries, ItemIs, Op
from cmr_registry.cohorts.duck import READ
from cmr_registry.cohorts.engine import select
from cmr_registry.cohorts.frame import Frame
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.spreading import CODED, SERIES_KINDS, TABLES, USUAL_ITEMS, spread
from cmr_registry.cohorts.templates_of_studies import STUDY_TEMPLATES
from demo.processes import COMMANDS
from demo.servers import Registry

EXAMS = 154_458
ROUNDS = 8
BUILT_SUBJECTS = 2_000
EVERYBODY = CohortQuery.from_document({"version": 1, "index": "first", "steps": []})


def run() -> list[Figure]:
    """p50 and p95 of answers with full breakdown, against pandas; exams per second of a build."""
    with tempfile.TemporaryDirectory(prefix="cmr-bench-") as name:
        folder = Path(name)
        _cohort(folder / "large", EXAMS * 100 // 112, "--tables-only")
        return [*_answers(folder / "large" / "tables"), _build(folder)]


def _answers(tables: Path) -> list[Figure]:
    begun = time.perf_counter()
    frame = Frame({table: tables / f"{table}.parquet" for table in READ})
    opened = time.perf_counter() - begun
    names = {center: center for center in frame.centers}
    questions = [template.query() for template in STUDY_TEMPLATES] + [EVERYBODY]

    def ours(query: CohortQuery) -> int:
        selection = select(query, frame, center_ids={})
        spread(selection, list(TABLES), (), names)
        return selection.n_subjects

    peer = Peer(tables)
    for query in questions:
        if ours(query) != peer.answer(query):
            raise RuntimeError("The peer counts other persons.")
    fast, slow = (_milliseconds(answer, questions) for answer in (ours, peer.answer))
    figures = [
        Figure("exams of the snapshot", "exams", frame.n_exams),
        Figure("open a snapshot, once per process", "s", opened, higher_is_better=False),
    ]
    for title, of in (("p50", statistics.median), ("p95", _p95)):
        what = f"question with every table, {title}"
        figures.append(Figure(what, "ms", of(fast), of(slow), "pandas", higher_is_better=False))
    return figures


class Peer:
    """The same answers with pandas: columns read once, boolean masks, `groupby(...).nunique()`."""

    def __init__(self, tables: Path) -> None:
        self._tables = tables
        exams = pq.read_table(
            tables / "exams.parquet", columns=["exam", "subject", "center", "day", "exam_year"]
        )
        followup = pq.read_table(
            tables / "followup.parquet", columns=["exam", "follow_up_days", "died", "end"]
        )
        frame = exams.to_pandas().merge(followup.to_pandas(), on="exam", how="left")
        self._exams = frame.sort_values(["subject", "day", "exam"]).set_index("exam")
        self._series = pq.read_table(tables / "series.parquet", columns=["exam", "kind", "view"]).to_pandas()
        self._events = pq.read_table(
            tables / "events.parquet", columns=["subject", "kind", "day"]
        ).to_pandas()
        self._kept: dict[str, pd.Series] = {}

    def answer(self, query: CohortQuery) -> int:
        """Persons chosen, after counting every table."""
        left = self._exams
        for step in query.steps:
            passed = self._mask(step.where).reindex(left.index)
            left = left[passed if step.include else ~passed]
            left["subject"].nunique()
        if query.min_follow_up_days is not None:
            left = left[left["died"] | (left["follow_up_days"] >= query.min_follow_up_days)]
        chosen = left.drop_duplicates("subject", keep="first")
        self._spread(chosen, query)
        return int(chosen["subject"].nunique())

    def _spread(self, chosen: pd.DataFrame, query: CohortQuery) -> None:
        ages = pd.cut(self._item("age_at_exam_years"), [0, 18, 40, 50, 60, 70, 80, 200], right=False)
        by = [chosen["exam_year"], chosen["center"], chosen["end"], ages, self._item("field_strength_t")]
        for values in [*by, *(self._item(item) for item in CODED.values())]:
            chosen["subject"].groupby(values.reindex(chosen.index), observed=True).nunique()
        for kind in SERIES_KINDS:
            has = self._has(kind.value, None, 1)
            chosen.loc[has.reindex(chosen.index), "subject"].nunique()
        for item in {*query.items(), *USUAL_ITEMS}:
            chosen.loc[self._item(item).reindex(chosen.index).notna(), "subject"].nunique()
        chosen.loc[chosen["end"] != "not_watched", "follow_up_days"].median()

    def _mask(self, where: Condition) -> pd.Series:
        """Exams that fulfil a condition; the questions asked here have no `not`."""
        if isinstance(where, All | AnyOf):
            masks = [self._mask(part) for part in where.parts]
            return functools.reduce(operator.and_ if isinstance(where, All) else operator.or_, masks)
        if isinstance(where, HasSeries):
            return self._has(where.kind, where.view, where.at_least)
        if isinstance(where, HadEvent):
            return self._happened(where)
        if not isinstance(where, ItemIs):
            raise TypeError("The peer does not know this condition.")
        return COMPARED[where.op](self._item(where.item), where.values)

    def _item(self, name: str) -> pd.Series:
        if name not in self._kept:
            table = pq.read_table(self._tables / "measurements.parquet", columns=["exam", name]).to_pandas()
            self._kept[name] = table.set_index("exam")[name].reindex(self._exams.index)
        return self._kept[name]

    def _has(self, kind: str, view: str | None, at_least: int) -> pd.Series:
        key = f"series {kind} {view} {at_least}"
        if key not in self._kept:
            found = self._series[self._series["kind"] == kind]
            found = found if view is None else found[found["view"] == view]
            counts = found.groupby("exam").size().reindex(self._exams.index, fill_value=0)
            self._kept[key] = counts >= at_least
        return self._kept[key]

    def _happened(self, where: HadEvent) -> pd.Series:
        events = self._events[self._events["kind"] == where.kind]
        pairs = self._exams.reset_index()[["exam", "subject", "day"]].merge(events, on="subject")
        days = pairs["day_y"] - pairs["day_x"]
        first, last = where.from_day, where.through_day
        inside = days.between(-1e9 if first is None else first, 1e9 if last is None else last)
        return pd.Series(self._exams.index.isin(pairs.loc[inside, "exam"]), index=self._exams.index)


COMPARED: dict[Op, Callable[[pd.Series, Sequence[Any]], pd.Series]] = {
    Op.AT_LEAST: lambda found, values: found >= values[0],
    Op.EQUAL: lambda found, values: found == values[0],
    Op.IN: lambda found, values: found.isin(values),
    Op.BETWEEN: lambda found, values: found.between(*values),
    Op.KNOWN: lambda found, _: found.notna(),
    Op.MISSING: lambda found, _: found.isna(),
}


def _build(folder: Path) -> Figure:
    """Exams per second of a build on SQLite: read, derive, write and freeze all tables."""
    cohort = folder / "small"
    _cohort(cohort, BUILT_SUBJECTS)
    registry = Registry(folder / "registry")
    registry.prepare()
    registry.enter_cast()
    environment = {**os.environ, **registry.environment}
    for command in (
        [sys.executable, "-m", "demo.cohort", str(cohort)],
        [str(COMMANDS / "cmr-registry"), "snapshot"],
    ):
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    (settled,) = [line for line in lines if line["event"] == "snapshot_settled"]
    return Figure("build a snapshot", "exams/s", 1000 * settled["n_exams"] / settled["ms"])


def _cohort(out: Path, subjects: int, *options: str) -> None:
    command = [str(COMMANDS / "cmr-testkit"), "cohort", str(out), "--subjects", str(subjects)]
    subprocess.run([*command, "--seed", "1", *options], check=True, stdout=subprocess.DEVNULL)


def _milliseconds(answer: Callable[[CohortQuery], int], questions: Sequence[CohortQuery]) -> list[float]:
    taken = []
    for query in [*questions] * ROUNDS:
        begun = time.perf_counter()
        answer(query)
        taken.append(1000 * (time.perf_counter() - begun))
    return taken


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
