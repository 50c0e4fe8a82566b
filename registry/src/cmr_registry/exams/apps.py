"""The exams room: its part of a withdrawal is that exams and case reports are hidden."""

from django.apps import AppConfig

from cmr_registry.subjects.withdrawal import handler_register


class ExamsConfig(AppConfig):
    """Registers the handler of this room."""

    name = "cmr_registry.exams"

    def ready(self) -> None:
        """The default managers hide the rows."""
        handler_register("exams", "cmr_registry.subjects.withdrawal.rows_are_hidden")
