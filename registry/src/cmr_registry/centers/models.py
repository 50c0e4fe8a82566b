"""Centers, who works there, what they agreed to, and the keys of their connectors."""

import uuid

from django.db import models

from cmr_registry.accounts.models import Account
from cmr_registry.accounts.roles import CENTER_ROLES, Role
from cmr_registry.centers.states import CenterState
from cmr_registry.lib.scope import ScopedManager


class Center(models.Model):
    """A hospital that contributes. Its row is public knowledge; its data are not."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=160)
    city = models.CharField(max_length=80)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    time_zone = models.CharField(max_length=64, default="UTC")
    latitude = models.FloatField(
        null=True, blank=True, help_text="degrees north of the city, for the public map"
    )
    longitude = models.FloatField(null=True, blank=True, help_text="degrees east")
    state = models.CharField(max_length=32, choices=[(s.value, s.value) for s in CenterState])
    state_since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CenterOwned(models.Model):
    """Base of every table of center data: carries the center and is seen through the open scope only."""

    center = models.ForeignKey("centers.Center", on_delete=models.PROTECT, related_name="+")

    objects = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class CenterMembership(models.Model):
    """A role that an account holds at a center, from one day until another."""

    center = models.ForeignKey(Center, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="center_memberships")
    role = models.CharField(
        max_length=32,
        choices=[(role.value, role.value) for role in CENTER_ROLES if role is not Role.CONNECTOR],
    )
    since = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["center", "account", "role"],
                condition=models.Q(ended_at=None),
                name="one_running_membership_per_role",
            )
        ]

    def __str__(self) -> str:
        return self.role


class ParticipationAgreement(models.Model):
    """The agreement under which a center uploads; its terms are enforced, not only filed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="agreements")
    text_version = models.CharField(max_length=32)
    effective_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    allows_images = models.BooleanField(default=True)
    allows_download = models.BooleanField(
        default=True, help_text="researchers of approved projects may download, not only work inside"
    )
    signed_file_sha256 = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.text_version


class ConnectorKey(models.Model):
    """A key with which a machine of the center delivers and reads its own center's data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    center = models.ForeignKey(Center, on_delete=models.CASCADE, related_name="connector_keys")
    name = models.CharField(max_length=80)
    digest = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the key; the key is shown once"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
