"""The quality room checks an exam whenever it changed, and forgets what it found of a subject who withdraws."""

from django.apps import AppConfig

from cmr_registry.exams.changes import handler_register as change_handler_register
from cmr_registry.exams.panels import panel_register
from cmr_registry.subjects.withdrawal import handler_register


class QualityConfig(AppConfig):
    """Registers the handlers; their names are resolved when they are needed."""

    name = "cmr_registry.quality"

    def ready(self) -> None:
        """Note changed exams as due, and count without those who withdraw."""
        change_handler_register(
            "cmr_registry.quality.noting.exam_changed", many="cmr_registry.quality.noting.exams_changed"
        )
        handler_register("quality", "cmr_registry.quality.withdrawal.subject_withdrawn")
        panel_register("cmr_registry.quality.panels.exam_panel", with_delivery=True)
        panel_register("cmr_registry.quality.query_panels.exam_panel")
