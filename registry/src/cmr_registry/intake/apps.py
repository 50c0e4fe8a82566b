"""The intake room puts the state of its deliveries on the page of an exam."""

from django.apps import AppConfig

from cmr_registry.exams.panels import panel_register
from cmr_registry.subjects.withdrawal import handler_register


class IntakeConfig(AppConfig):
    """Registers the panel and the handler; their names are resolved when they are needed."""

    name = "cmr_registry.intake"

    def ready(self) -> None:
        """Put deliveries on the page of an exam, and end those of a subject who withdraws."""
        handler_register("intake", "cmr_registry.intake.withdrawal.subject_withdrawn")
        panel_register("cmr_registry.intake.panels.exam_panel")
