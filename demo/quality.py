"""The demonstration's care for data: questions to centers, monthly counts of hospitals, a center's own T1 reference.

Run as `python -m demo.quality` in the environment of a registry that holds exams and whose worker runs: the worker's
checks are waited for; what people do is done here through the services as those people. All of it is synthetic.
"""

import datetime
import sys
import time
from collections.abc import Callable

import demo.inside  # noqa: F401  makes Django ready before any model is imported

# isort: split

from django.utils import timezone

from cmr_dictionary.local_reference import LocalReference
from cmr_exchange.census import CensusSource
from cmr_exchange.queries import QueryAnswer
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.centers.models import Center
from cmr_registry.config.principal import principal_of_account
from cmr_registry.exams.models import Examination
from cmr_registry.exams.reference_services import mapping_reference_state
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality.models import DataQuery, ExamCheck, Finding
from cmr_registry.quality.query_services import Answer, queries_open, query_answer, query_open
from cmr_registry.quality.services import MonthCount, census_record

WAIT_S = 180.0
QUESTIONS_PER_CENTER = 3
QUESTION = (
    "The mass is low for this size of the ventricle. Please read it again, papillary muscles included or not."
)
MONTHS = 6
MADE = {"northbridge": (31, 28), "seehafen": (24, 23), "kauri": (22, 14)}
"""Exams that a hospital makes in a month, and how many of them it delivers."""


class NotCheckedError(Exception):
    """The worker did not check all exams in time."""


def person(email: str) -> Principal:
    """The principal of an account of the cast."""
    return principal_of_account(Account.objects.get(email=email))


def await_checks() -> None:
    """Wait until the worker has checked every exam.

    Raises:
        NotCheckedError: it took too long.
    """
    end = time.monotonic() + WAIT_S
    while ExamCheck.objects.filter(is_due=True).exists() or not ExamCheck.objects.exists():
        if time.monotonic() > end:
            raise NotCheckedError("The worker did not check all exams in time.")
        time.sleep(0.5)


def ask(center: Center) -> None:
    """The steward asks about findings of a center, and about an exam with images; the coordinator answers one."""
    steward = person("steward@registry.example")
    findings = Finding.objects.filter(center=center).select_related("examination").order_by("pk")
    queries_open(findings=list(findings[:QUESTIONS_PER_CENTER]), by=steward)
    pictured = Examination.objects.filter(center=center, imaging_study__isnull=False, has_report=True).first()
    if pictured is not None:
        query_open(exam=pictured, item="lv_mass_g", sentence=QUESTION, by=steward)
    first = DataQuery.objects.filter(center=center).order_by("pk").first()
    if first is not None:
        answer = Answer(QueryAnswer.VALUE_IS_RIGHT, text="Read again by a second reader: it stands.")
        query_answer(query=first, answer=answer, by=person(f"coordinator@{center.code}.example"))


def count(center: Center) -> None:
    """The hospital counts its exams of the last months by hand."""
    made, delivered = MADE[center.code]
    day = timezone.now().date().replace(day=1)
    months = []
    for number in range(MONTHS):
        day = (day - datetime.timedelta(days=1)).replace(day=1)
        months.append(MonthCount(f"{day:%Y-%m}", made + number % 3, delivered - number % 4))
    census_record(
        principal=person(f"coordinator@{center.code}.example"),
        center=center,
        months=months,
        source=CensusSource.BY_HAND.value,
        counted_at=timezone.now(),
    )


def refer() -> None:
    """Northbridge states what its scanner measures in healthy persons."""
    stated = LocalReference(
        item="native_t1_ms",
        n=24,
        mean=998.0,
        sd=31.0,
        scanner="Aera",
        field_strength_t=1.5,
        software="syngo MR E11",
        scheme="5(3)3",
        first_year=2015,
    )
    center = Center.objects.get(code="northbridge")
    mapping_reference_state(principal=person("coordinator@northbridge.example"), center=center, stated=stated)


def tell(say: Callable[[str], None]) -> None:
    """Everything, in the order in which it happens; what was told before is left as it is."""
    with center_scope(ALL_CENTERS):
        say(f"  {Examination.objects.count()} exams are checked")
        await_checks()
        if DataQuery.objects.exists():
            return
        say("  questions to the centers, counts of the hospitals, a reference")
        for center in Center.objects.filter(code__in=MADE):
            count(center)
            ask(center)
        refer()


if __name__ == "__main__":
    tell(lambda line: print(line, flush=True))
    sys.exit(0)
