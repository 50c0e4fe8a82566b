"""cmr-registry auditcheck: is every chain of the audit trail whole?"""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from cmr_registry.audit.selectors import chain_heads, chain_verify, hash_at
from cmr_registry.config.management.checked import CheckedCommand


class Command(CheckedCommand):
    """Recompute every hash; exit code 1 and the position where one does not hold."""

    help = "Verify the hash chains of the audit trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Heads that were kept elsewhere show a trail that was cut off."""
        parser.add_argument(
            "--json", action="store_true", help="print the heads of all chains, to keep elsewhere"
        )
        parser.add_argument("--heads", help="file with heads that an earlier run printed")

    def handle_checked(self, **options: Any) -> None:
        """Verify."""
        broken = chain_verify()
        if broken is not None:
            raise CommandError(f"Chain {broken.chain} is broken at event {broken.sequence} ({broken.why}).")
        heads = chain_heads()
        for chain, (sequence, digest) in _kept(options["heads"]).items():
            if not _reaches(chain, sequence, digest):
                raise CommandError(f"Chain {chain} no longer holds event {sequence} as it was.")
        if options["json"]:
            self.stdout.write(json.dumps(heads, indent=2))
        else:
            self.stdout.write(f"{len(heads)} chains are whole.")


def _kept(path: str | None) -> dict[str, tuple[int, str]]:
    if path is None:
        return {}
    try:
        with open(path, encoding="utf-8") as file:
            return {
                chain: (int(sequence), str(digest)) for chain, (sequence, digest) in json.load(file).items()
            }
    except (OSError, ValueError, AttributeError):
        raise CommandError("The file of heads cannot be read.", returncode=2) from None


def _reaches(chain: str, sequence: int, digest: str) -> bool:
    return hash_at(chain, sequence) == digest
