"""cmr-registry recheck: have every exam checked anew; the worker does it."""

from typing import Any

from cmr_registry.config.management.checked import CheckedCommand
from cmr_registry.config.principal import principal_of_job
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality.selectors import progress
from cmr_registry.quality.services import recheck_request

AT_CONSOLE = principal_of_job("console")


class Command(CheckedCommand):
    """Ask the worker to check every exam anew."""

    help = (
        "Have every exam checked anew by the worker. A new dictionary or new checks ask for it by themselves."
    )

    def handle_checked(self, **options: Any) -> None:
        """Ask, and say how far it is."""
        with center_scope(ALL_CENTERS):
            recheck_request(by=AT_CONSOLE)
            found = progress()
        self.stdout.write(
            f"Every exam will be checked anew by the worker. {found.n_waiting} exams wait so far; the steward's page"
            " /quality/ shows how far it is."
        )
