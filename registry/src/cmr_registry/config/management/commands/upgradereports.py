"""cmr-registry upgradereports: write stored case reports in the words of the present data dictionary."""

from collections import Counter
from typing import Any

from django.utils import timezone

from cmr_dictionary import load
from cmr_registry.config.management.checked import CheckedCommand
from cmr_registry.config.principal import principal_of_job
from cmr_registry.exams.upgrading import case_report_upgrade, exams_of_earlier_versions
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

AT_CONSOLE = principal_of_job("console")


class Command(CheckedCommand):
    """Write reports of earlier dictionaries anew, and say what could not be kept."""

    help = (
        "Write stored case reports in the words of the present data dictionary: renamed items, codes that became "
        "missing codes. Earlier versions of each form stay in its history. Run it after an update; it can be repeated."
    )

    def handle_checked(self, **options: Any) -> None:
        """Look at every exam of an earlier version; one transaction each."""
        looked, changed, lost = 0, 0, Counter[str]()
        with center_scope(ALL_CENTERS):
            for exam in list(exams_of_earlier_versions()):
                looked += 1
                found = case_report_upgrade(exam=exam, at=timezone.now(), actor=AT_CONSOLE.actor)
                changed += found is not None
                lost.update(found or {})
        self.stdout.write(
            f"{looked} exams of earlier dictionaries, {changed} written anew for {load().version}."
        )
        for item, count in lost.most_common():
            self.stdout.write(f"{item}: {count} values could not be kept; the history of the exam has them.")
