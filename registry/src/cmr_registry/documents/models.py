"""Versions of documents, and who accepted which."""

import uuid

from django.db import models

from cmr_registry.accounts.models import Account


class Layout(models.TextChoices):
    """How a document is printed."""

    TEXT = "text"
    SLIDES = "slides"


class DocumentVersion(models.Model):
    """One published version of a document; never changed, the highest number is the current one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=64)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    body = models.TextField(help_text="CommonMark; HTML in it is shown as text")
    layout = models.CharField(max_length=8, choices=Layout, default=Layout.TEXT)
    is_placeholder = models.BooleanField(
        default=False, help_text="our text stands in for one that is not public"
    )
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="one_document_per_number")]
        ordering = ["slug", "-number"]

    def __str__(self) -> str:
        return f"{self.slug} {self.number}"


class Acceptance(models.Model):
    """An account accepted one version."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="acceptances")
    version = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="acceptances")
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "version"], name="accepted_once")]

    def __str__(self) -> str:
        return str(self.accepted_at)
