"""cmr-registry writereference: writes the generated pages of docs/reference anew."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from cmr_registry.config.reference import PAGES


class Command(BaseCommand):
    """Settings, roles and states as the code has them."""

    help = "Write the generated pages of docs/reference."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("--folder", type=Path, default=Path("docs/reference"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Write."""
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        for name, page in PAGES.items():
            (folder / name).write_text(page(), encoding="utf-8")
            self.stdout.write(str(folder / name))
