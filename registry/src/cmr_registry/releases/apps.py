"""The releases room: its part of a withdrawal is to mark every release that holds the subject."""

from django.apps import AppConfig

from cmr_registry.subjects.withdrawal import handler_register


class ReleasesConfig(AppConfig):
    """Registers the handler of this room."""

    name = "cmr_registry.releases"

    def ready(self) -> None:
        """Mark releases, and tell the people of their projects."""
        handler_register("releases", "cmr_registry.releases.services.subject_withdrawn")
