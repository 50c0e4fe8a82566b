"""Accounts and the roles that they hold at the registry."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from cmr_registry.accounts.roles import REGISTRY_ROLES


class AccountManager(BaseUserManager["Account"]):
    """Looks accounts up by e-mail, as people type it."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """The account with this e-mail in any letter case."""
        return self.get(email__iexact=username or "")


class Account(AbstractBaseUser):
    """A person who works with the registry. A patient never has one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=120)
    institution = models.CharField(max_length=160, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    def __str__(self) -> str:
        return self.display_name


class RegistryRoleGrant(models.Model):
    """A role that an account holds at the registry itself."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="registry_role_grants")
    role = models.CharField(max_length=32, choices=[(role.value, role.value) for role in REGISTRY_ROLES])
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "role"], name="one_grant_per_registry_role")
        ]

    def __str__(self) -> str:
        return self.role
