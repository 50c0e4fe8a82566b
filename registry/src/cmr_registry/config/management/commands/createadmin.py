"""cmr-registry createadmin: the first account of a new registry, with the steward's role."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from cmr_registry.accounts.roles import Role
from cmr_registry.accounts.services import account_create
from cmr_registry.config.management.checked import CheckedCommand
from cmr_registry.config.principal import principal_of_job

AT_CONSOLE = principal_of_job("console")


class Command(CheckedCommand):
    """Create a steward; the password is asked for, or read as one line from standard input."""

    help = "Create an account with the steward's role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who it is."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True, help="as colleagues know the person")

    def handle_checked(self, **options: Any) -> None:
        """Create."""
        password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            account_create(
                email=options["email"],
                display_name=options["name"],
                password=password,
                by=AT_CONSOLE,
                registry_roles=(Role.STEWARD,),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from None
        self.stdout.write("The account was created; sign in with it.")
