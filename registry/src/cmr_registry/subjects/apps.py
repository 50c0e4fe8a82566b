"""The subjects room: its own part of a withdrawal is the manager that hides the subject."""

from django.apps import AppConfig

from cmr_registry.subjects.withdrawal import handler_register


class SubjectsConfig(AppConfig):
    """Registers the handler of this room."""

    name = "cmr_registry.subjects"

    def ready(self) -> None:
        """The default manager hides the row."""
        handler_register("subjects", "cmr_registry.subjects.withdrawal.rows_are_hidden")
