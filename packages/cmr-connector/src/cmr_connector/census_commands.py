"""The command `census`: how many CMR exams were made and delivered, by month."""

import argparse
import json
from collections.abc import Callable
from typing import Any

from cmr_connector import config as settings
from cmr_connector.census import SHOWN_MONTHS, CensusMonth
from cmr_connector.errors import SettingsError
from cmr_connector.workplace import open_workplace

DONE = 0
AddCommand = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def add_census(command: AddCommand) -> None:
    """Add the command to the parser of `cmr-connector`."""
    census = command("census", _census, "Show how many CMR exams were made and delivered, by month.")
    census.add_argument("--months", type=int, default=SHOWN_MONTHS, help="so many (default: %(default)s)")
    census.add_argument("--pacs", metavar="MONTH", help="count this month, as 2026-10, in the PACS first")
    census.add_argument("--json", action="store_true", help="print JSON")


def _census(arguments: argparse.Namespace) -> int:
    if not 1 <= arguments.months <= 120:
        raise SettingsError("census: --months takes 1 to 120.")
    workplace = open_workplace(settings.load(arguments.config))
    try:
        work = workplace.census
        if arguments.pacs is not None:
            if not work.has_pacs:
                raise SettingsError("pacs.host: state where the PACS is before it can be asked.")
            if arguments.pacs not in {one.month for one in work.months(120)}:
                raise SettingsError("census: --pacs takes a month that has begun, as 2026-10.")
            work.count_pacs(arguments.pacs)
        months = work.months(arguments.months)
    finally:
        workplace.close()
    if arguments.json:
        print(json.dumps([_document(one) for one in months], indent=2))
    else:
        print("\n".join(_line(one) for one in months))
    return DONE


def _document(one: CensusMonth) -> dict[str, Any]:
    return {
        "month": one.month,
        "source": one.source.value,
        "n_hospital": one.n_hospital,
        "n_eligible": one.n_eligible,
        "n_delivered": one.n_delivered,
        "ledger": {name: getattr(one.ledger, name) for name in type(one.ledger).__slots__},
        "is_over": one.is_over,
        "stated": one.stated.value if one.stated else None,
    }


def _line(one: CensusMonth) -> str:
    share = "" if one.percent is None else f" ({one.percent} %)"
    counted = {"ledger": "seen by the connector", "pacs": "in the PACS", "by_hand": "typed"}[one.source]
    return (
        f"{one.month}  {one.n_hospital:6} made, {counted}; {one.n_delivered} delivered of {one.n_eligible}"
        f" eligible{share}"
    )
