"""Accounts, the roles that they hold at the registry, and the mail that waits for them."""

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


class OutgoingMail(models.Model):
    """A mail that somebody shall get, written in the transaction of what it tells (the outbox).

    It says what waits and where, and holds no patient's or center's data. `claimed_until` and `claim_token`
    belong to `lib.claims`; `given_up_at` stands where every attempt failed, and the steward's desk shows it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    to = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="outgoing_mail")
    subject = models.CharField(max_length=160)
    body = models.TextField()
    queued_at = models.DateTimeField(auto_now_add=True)
    next_attempt_at = models.DateTimeField()
    n_attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=80, blank=True, help_text="type of the error, never its text")
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(sent_at=None, given_up_at=None),
                name="mail_that_waits",
            )
        ]

    def __str__(self) -> str:
        return self.subject
