"""Pseudonymous subjects. A person means a person within one center (contract.md)."""

import uuid

from django.db import models

from cmr_registry.centers.models import CenterOwned


class Subject(CenterOwned):
    """A person as the registry knows one: the center's pseudonym and nothing that could name anybody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pseudonym = models.CharField(max_length=17)
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(CenterOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["center", "pseudonym"], name="one_subject_per_pseudonym")
        ]

    def __str__(self) -> str:
        return self.pseudonym
