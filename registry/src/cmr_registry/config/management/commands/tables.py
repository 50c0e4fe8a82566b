"""cmr-registry tables: how far imported tables are; never a value, name or pseudonym."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from cmr_registry.config.management.checked import CheckedCommand
from cmr_registry.intake.models import TableImport
from cmr_registry.intake.table_selectors import table_document, table_list, tables_at_work
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

SHOWN = 20
SECONDS = 1.0


class Command(CheckedCommand):
    """Show the newest imports, or watch those that the worker has before it."""

    help = "Show how far imported tables are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How to show them."""
        parser.add_argument("--watch", action="store_true", help="until nothing is being checked or taken in")
        parser.add_argument("--json", action="store_true", help="one JSON object per import")

    def handle_checked(self, **options: Any) -> None:
        """Print, once or until nothing runs."""
        with center_scope(ALL_CENTERS):
            while options["watch"] and tables_at_work().exists():
                for table in tables_at_work().select_related("center")[:SHOWN]:
                    self.stdout.write(line_of(table))
                time.sleep(SECONDS)
            for table in table_list()[:SHOWN]:
                document = json.dumps(table_document(table), default=str)
                self.stdout.write(document if options["json"] else line_of(table))


def line_of(table: TableImport) -> str:
    """One import in one line."""
    share = round(100 * table.n_rows_done / table.n_rows)
    return (
        f"{table.pk} {table.center.code}: {table.state}, {table.n_rows_done:,} of {table.n_rows:,} rows ({share} %),"
        f" {table.n_new:,} new exams, {table.n_questions:,} questions, {table.n_values_refused:,} values refused"
    )
