"""The steps of the benchmark of tables, inside a process with Django and an empty database."""

import datetime
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import registry_models  # isort: skip
from django.core.management import call_command

from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.centers.models import Center
from cmr_registry.centers.services import agreement_record, center_create
from cmr_registry.centers.states import CenterState
from cmr_registry.config.principal import principal_of_job
from cmr_registry.intake.models import TableImport
from cmr_registry.intake.table_selectors import tables_at_work
from cmr_registry.intake.table_services import table_accept, table_bring, table_chunk_work
from cmr_registry.intake.tests.table_factories import as_csv, wide_rows
from cmr_registry.lib.claims import work_claimed
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

READY = registry_models
ITEMS = 40
BY = principal_of_job("bench")


def steps(rows: int, items: int, figures: dict[str, float]) -> Iterator[str]:
    """Yield the name of each step when it is done."""
    call_command("migrate", verbosity=0)
    center = _center()
    data = as_csv(list(wide_rows(rows, items)))
    figures["csv_mib"] = len(data) / 2**20
    yield "prepared"
    by = Principal("job:bench", center_roles={center.pk: frozenset({Role.COORDINATOR})})
    with center_scope(ALL_CENTERS):
        table = table_bring(principal=by, center=center, data=data)
        yield "screened"
        _work()
        yield "checked"
        table_accept(table=TableImport.objects.get(pk=table.pk), takes_questions=True, by=BY)
        _work()
        yield "imported"
        once_more = data + data[data.index(b"\n") + 1 : data.index(b"\n", data.index(b"\n") + 1) + 1]
        table_bring(principal=by, center=center, data=once_more, is_accepted=True, takes_questions=True)
        _work()
        yield "again"


def _center() -> Center:
    center = center_create(
        code="bench", name="Bench", city="Bench", country="US", by=BY, state=CenterState.ACTIVE
    )
    agreement_record(center=center, text_version="x", effective_on=datetime.date(2020, 1, 1), by=BY)
    return center


def _work() -> None:
    while work_claimed(tables_at_work(), table_chunk_work, name="table"):
        pass


def _measure(rows: int, out: Path) -> None:
    figures: dict[str, float] = {}
    for name, seconds, computing in _timed(steps(rows, ITEMS, figures)):
        figures[name], figures[f"{name}_cpu"] = seconds, computing
    figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out.write_text(json.dumps(figures))


def _timed(steps: Iterator[str]) -> Iterator[tuple[str, float, float]]:
    """Each step with its seconds on the clock, and those that this process computed."""
    begun, computed = time.perf_counter(), time.process_time()
    for name in steps:
        yield name, time.perf_counter() - begun, time.process_time() - computed
        begun, computed = time.perf_counter(), time.process_time()


if __name__ == "__main__":
    _measure(int(sys.argv[1]), Path(sys.argv[2]))
