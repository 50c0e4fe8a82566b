"""cmr-registry check: Django's checks, with exit code 2 for a wrong setting."""

from typing import Any

from django.core.management.base import CommandError, SystemCheckError
from django.core.management.commands.check import Command as DjangoCommand


class Command(DjangoCommand):
    """Check the settings by name."""

    def handle(self, *app_labels: Any, **options: Any) -> None:
        """Check."""
        try:
            super().handle(*app_labels, **options)
        except SystemCheckError as error:
            raise CommandError(str(error), returncode=2) from None
