"""The releases room: it marks releases when a subject withdraws, and says on the page of an exam why it is in one."""

from django.apps import AppConfig

from cmr_registry.exams.panels import panel_register
from cmr_registry.subjects.withdrawal import handler_register


class ReleasesConfig(AppConfig):
    """Registers the handler and the panel of this room."""

    name = "cmr_registry.releases"

    def ready(self) -> None:
        """Mark releases, and tell the people of their projects."""
        handler_register("releases", "cmr_registry.releases.services.subject_withdrawn")
        panel_register("cmr_registry.releases.panels.exam_panel")
