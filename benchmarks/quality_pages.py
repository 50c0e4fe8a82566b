"""The inside of the benchmark of data quality: run beside a PostgreSQL of its own, prints one line of JSON per size.

scripts/with-postgres python -m benchmarks.quality_pages EXAMS [MORE EXAMS]
"""

import datetime
import json
import os
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

import benchmarks.registry_models  # noqa: F401 - makes the models usable, before they are imported
from benchmarks.quality_rows import (
    ALL_TALLIES,
    CENTERS,
    COPY_CHECKS,
    COPY_FINDINGS,
    SAMPLE_ROWS,
    rows_write,
)
from cmr_dictionary import load
from cmr_exchange.manifest import Contents, DeliveryManifest, ReportValue, ValueSource
from cmr_exchange.versions import EXCHANGE_VERSION
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.roles import Role
from cmr_registry.accounts.services import account_create
from cmr_registry.centers.models import Center
from cmr_registry.centers.services import agreement_record, center_create, membership_add
from cmr_registry.centers.states import CenterState
from cmr_registry.config.principal import principal_of_job
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.exams.services import exam_record
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality.checking import batch_check
from cmr_registry.quality.models import ExamCheck, QualityTally
from cmr_registry.quality.noting import exams_due
from cmr_registry.quality.tallies import peers_count_one, tally_count_one
from cmr_registry.subjects.services import subject_ensure

SETUP = principal_of_job("bench")
ENCODED = "application/x-www-form-urlencoded"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SAMPLE, IMPORTED, ROUNDS, WARM = 4_000, 300, 60, 5
ITEM = "lv_edv_ml"
Figures = list[tuple[str, str, float]]


def main(sizes: list[int]) -> None:
    """Fill, check, count and measure, size by size in one database."""
    call_command("migrate", verbosity=0)
    settings.ALLOWED_HOSTS = ["testserver"]
    centers = [_center(number) for number in range(CENTERS)]
    account = _coordinator(centers[0])
    done = 0
    for size in sizes:
        begun = time.perf_counter()
        rows_write(done, size, [center.pk for center in centers])
        _say(f"{size - done} exams written in {time.perf_counter() - begun:.0f} s")
        done = size
        with center_scope(ALL_CENTERS):
            figures = [*_checks(), *_sums(centers[0], is_first=size == sizes[0]), *_imports(centers[1])]
            exams = _some_exams(centers[0])
        figures += _pages(account, centers[0], exams)
        print(json.dumps({"exams": size, "figures": figures}), flush=True)


def _center(number: int) -> Center:
    center = center_create(
        code=f"bench-{number}",
        name=f"Bench {number}",
        city="X",
        country="US",
        by=SETUP,
        state=CenterState.ACTIVE,
    )
    agreement_record(center=center, text_version="1", effective_on=datetime.date(2020, 1, 1), by=SETUP)
    return center


def _coordinator(center: Center) -> Account:
    account = account_create(
        email="bench@example.org", display_name="Bench", password=uuid.uuid4().hex, by=SETUP
    )
    membership_add(center=center, account=account, role=Role.COORDINATOR, by=SETUP)
    return account


def _checks() -> Figures:
    """Check a sample by the real job; copy what it wrote to all exams that were never checked."""
    known = set(ExamCheck.objects.values_list("pk", flat=True)[:1])
    rows = Examination.objects.order_by("pseudonym")
    fresh = rows.filter(quality_check=None)[:SAMPLE] if known else rows[:SAMPLE]
    sample = list(fresh.values_list("pk", "center_id"))
    exams_due(set(sample))
    begun = time.perf_counter()
    checked = 0
    while found := batch_check():
        checked += found
    elapsed = time.perf_counter() - begun
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"sample": [pk for pk, _ in sample], "many": len(sample)}
        for statement in (SAMPLE_ROWS, COPY_CHECKS, COPY_FINDINGS):
            cursor.execute(statement, given)
        cursor.execute("DROP TABLE sample")
        cursor.execute("VACUUM ANALYZE")
    _say(f"checks copied in {time.perf_counter() - begun - elapsed:.0f} s")
    return [("checks by the job", "exams/s", checked / elapsed)]


def _sums(center: Center, *, is_first: bool) -> Figures:
    """Count the sums of all centers, or in a larger run those of the largest center only: a page reads as many."""
    if is_first:
        with connection.cursor() as cursor:
            cursor.execute(ALL_TALLIES)
    _say(f"sums of all quarters that are due in {_counted():.0f} s")
    QualityTally.objects.filter(center=center).update(is_due=True)
    own = _counted()
    while peers_count_one():
        pass
    n_exams = sum(QualityTally.objects.filter(center=center).values_list("n_exams", flat=True))
    return [
        ("exams of the largest center", "exams", n_exams),
        ("count the sums of the largest center anew", "s", own),
    ]


def _counted() -> float:
    begun = time.perf_counter()
    while tally_count_one():
        pass
    return time.perf_counter() - begun


def _imports(center: Center) -> Figures:
    """Reports of 40 items through the service that records an accepted delivery, checks noted as due."""
    source = {
        name: entry["value"]
        for document in CaseReport.objects.filter(examination=Examination.objects.first()).values_list(
            "document", flat=True
        )
        for name, entry in document.items()
        if "value" in entry
    }
    values = {name: ReportValue(ValueSource.TABLE, value) for name, value in source.items()}
    names = [uuid.uuid4().hex[:16] for _ in range(IMPORTED)]
    begun = time.perf_counter()
    for name in names:
        subject = subject_ensure(center=center, pseudonym=f"s{name}", actor="job:bench")
        exam_record(
            subject=subject,
            manifest=_manifest(center, name, values),
            imaging_study=None,
            at=timezone.now(),
            actor="job:bench",
        )
    elapsed = time.perf_counter() - begun
    while batch_check():
        pass
    while tally_count_one() or peers_count_one():
        pass
    return [("import of reports", "exams/s", IMPORTED / elapsed)]


def _manifest(center: Center, name: str, values: dict[str, ReportValue]) -> DeliveryManifest:
    return DeliveryManifest(
        exchange_version=EXCHANGE_VERSION,
        center=center.code,
        subject=f"s{name}",
        exam=f"e{name}",
        version=1,
        contents=Contents.REPORT_ONLY,
        day=0,
        exam_year=2024,
        profile="cmr-profile-1",
        profile_digest="0" * 64,
        dictionary_version=load().version,
        key_id="key-1",
        software="cmr-connector 0.1.0",
        study_instance_uid=None,
        values=values,
        series=(),
    )


def _some_exams(center: Center) -> list[uuid.UUID]:
    rows = Examination.objects.filter(center=center).order_by("pk").values_list("pk", flat=True)
    found = list(rows[:20_000])
    random.Random(1).shuffle(found)
    return found


def _pages(account: Account, center: Center, exams: list[uuid.UUID]) -> Figures:
    client = Client()
    client.force_login(account, backend=BACKEND)
    fresh = iter(exams)

    def get(path: str) -> Callable[[], float]:
        return lambda: _timed(lambda: client.get(path))

    def of_exam(path: str) -> Callable[[], float]:
        return lambda: _timed(lambda: client.get(path.format(next(fresh))))

    def save() -> float:
        path = f"/exams/{next(fresh)}/report"
        fields = Fields()
        fields.feed(client.get(path).content.decode())
        posted = {**fields.found, f"v-{ITEM}": str(random.Random(path).randint(100, 200))}
        encoded = urlencode(posted, doseq=True)
        return _timed(lambda: client.post(path, encoded, content_type=ENCODED), 302)

    measured = {
        "exam page": of_exam("/exams/{}/"),
        "form page": of_exam("/exams/{}/report"),
        "form save": save,
        "quality report": get(f"/quality/?center={center.code}"),
        "all items of the quality report": get(f"/quality/items?center={center.code}"),
        "quality report as PDF": get(f"/quality/report.pdf?center={center.code}"),
        "errors and questions": get(f"/quality/findings?center={center.code}"),
        "errors and questions of one item": get(f"/quality/findings?center={center.code}&item={ITEM}"),
        "list of exams": get("/exams/"),
        "home page of the center": get("/centers/"),
        "item page": get(f"/dictionary/{ITEM}"),
    }
    return [figure for name, once in measured.items() for figure in _spread(name, once)]


def _spread(name: str, once: Callable[[], float]) -> Figures:
    """Wall time of one page, and the processor time of server and database, which other programs hardly stretch.

    The work of a save holds that of opening its form; its wall time does not.
    """
    for _ in range(WARM):
        once()
    before = _worked()
    taken = sorted(once() for _ in range(ROUNDS))
    work = (_worked() - before) / ROUNDS
    median, late = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    _say(f"{name}: p50 {median:.0f} ms, p95 {late:.0f} ms, work {work:.0f} ms")
    return [(f"{name}, p50", "ms", median), (f"{name}, p95", "ms", late), (f"{name}, work", "ms", work)]


def _worked() -> float:
    """Milliseconds of processor time of this process and of its database connection so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return 1000 * (time.process_time() + ticks / os.sysconf("SC_CLK_TCK"))


def _timed(ask: Callable[[], object], status: int = 200) -> float:
    begun = time.perf_counter()
    answer = ask()
    elapsed = 1000 * (time.perf_counter() - begun)
    if answer.status_code != status:  # type: ignore[attr-defined]
        raise RuntimeError(f"A page answered {answer.status_code}.")  # type: ignore[attr-defined]
    return elapsed


class Fields(HTMLParser):
    """What a browser would send of a form: every named field with its value."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note inputs that are sent, and the chosen options of selects."""
        values = {name: value or "" for name, value in attrs}
        if tag == "select":
            self._select = values.get("name", "")
        elif tag == "option" and self._select and ("selected" in values or self._select not in self.found):
            self.found[self._select] = [values.get("value", "")]
        elif tag == "input" and values.get("name") and self._is_sent(values):
            self.found.setdefault(values["name"], []).append(values.get("value", "on"))

    @staticmethod
    def _is_sent(values: dict[str, str]) -> bool:
        return values.get("type") not in ("checkbox", "radio") or "checked" in values


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
