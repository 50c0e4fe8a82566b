"""The followup room puts what became of a subject on the page of an exam, and takes part in withdrawals."""

from django.apps import AppConfig

from cmr_registry.exams.panels import panel_register
from cmr_registry.subjects.withdrawal import handler_register


class FollowupConfig(AppConfig):
    """Registers the panel; its name is resolved when a page is drawn."""

    name = "cmr_registry.followup"

    def ready(self) -> None:
        """Put follow-up on the page of an exam; what withdrew is hidden by the default manager."""
        handler_register("followup", "cmr_registry.subjects.withdrawal.rows_are_hidden")
        panel_register("cmr_registry.followup.panels.exam_panel")
