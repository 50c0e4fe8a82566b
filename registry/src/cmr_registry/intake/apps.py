"""The intake room puts the state of its deliveries on the page of an exam."""

from django.apps import AppConfig

from cmr_registry.exams.panels import panel_register


class IntakeConfig(AppConfig):
    """Registers the panel; its name is resolved when a page is drawn."""

    name = "cmr_registry.intake"

    def ready(self) -> None:
        """Put deliveries on the page of an exam."""
        panel_register("cmr_registry.intake.panels.exam_panel")
