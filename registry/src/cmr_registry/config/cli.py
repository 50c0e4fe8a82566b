"""The command `cmr-registry`: every Django command and the server's own."""

import os
import sys

from django.core.management import execute_from_command_line

OWNER_ONLY = 0o077
"""Whatever the server writes, database, secret and mail included, is for its own user only."""


def main() -> None:
    """Run a command of the server."""
    os.umask(OWNER_ONLY)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmr_registry.config.settings")
    execute_from_command_line(sys.argv)
