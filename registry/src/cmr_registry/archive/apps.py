"""The archive: its part of a withdrawal is that studies, series and segments are hidden; their boxes stay closed."""

from django.apps import AppConfig

from cmr_registry.subjects.withdrawal import handler_register


class ArchiveConfig(AppConfig):
    """Registers the handler of this room."""

    name = "cmr_registry.archive"

    def ready(self) -> None:
        """The default managers hide the rows."""
        handler_register("archive", "cmr_registry.subjects.withdrawal.rows_are_hidden")
