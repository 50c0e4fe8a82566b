"""Names of a cohort's subjects and exams: pseudonyms as a connector makes them, and ids as a registry gives them."""

import hashlib
from collections.abc import Sequence

import numpy as np

from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_testkit.cohort.making import Cohort

ISSUER = "SYNTHETIC"
ROOT = "2.25.1"


class Pseudonyms:
    """Pseudonyms of a cohort: each center has a key of its own.

    The key is made from seed, size and center, so that two different cohorts share no pseudonym.
    """

    def __init__(self, cohort: Cohort) -> None:
        self._seed = cohort.seed
        made = f"{cohort.seed} {cohort.people.subjects} {len(cohort.plans)}"
        self._of_center = [
            Identities(new_key(hashlib.sha256(f"synthetic cohort {made} {plan.code}".encode()).digest()))
            for plan in cohort.plans
        ]

    def key_id(self, center: int) -> str:
        """Name of the center's key generation."""
        return self._of_center[center].key_id

    def subject(self, center: int, subject: int) -> str:
        """Pseudonym of a subject by its position."""
        return self._of_center[center].subject(ISSUER, f"cohort-{self._seed}-{subject}")

    def exam(self, center: int, subject: int, number: int) -> str:
        """Pseudonym of a subject's exam by its number from 0."""
        return self._of_center[center].exam(f"{ROOT}.{self._seed}.{subject}.{number}")


def row_ids(seed: int, kind: str, count: int) -> Sequence[str]:
    """Ids in the form of version 4 UUIDs, the same for the same seed and kind."""
    purpose = hashlib.sha256(kind.encode()).digest()[:4]
    drawn = np.random.default_rng([seed, int.from_bytes(purpose, "big")]).bytes(16 * count).hex()
    return [_uuid(drawn[32 * i : 32 * i + 32]) for i in range(count)]


def _uuid(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
