"""The command `cmr-registry`: every Django command and the server's own."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run a command of the server."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmr_registry.config.settings")
    execute_from_command_line(sys.argv)
