"""Commands that answer a wrong setting with its named check and exit code 2 (contract.md, Exit codes)."""

from abc import ABC, abstractmethod
from typing import Any

from django.core.management.base import BaseCommand, CommandError, SystemCheckError


class CheckedCommand(BaseCommand, ABC):
    """Runs the system checks itself, so that a wrong setting is a usage problem and no failure."""

    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, then do."""
        try:
            self.check()
        except SystemCheckError as error:
            raise CommandError(str(error), returncode=2) from None
        self.handle_checked(**options)

    @abstractmethod
    def handle_checked(self, **options: Any) -> None:
        """What the command does once the settings are right."""
