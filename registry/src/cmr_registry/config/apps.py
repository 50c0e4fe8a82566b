"""The config app registers the system checks of the server's settings."""

from django.apps import AppConfig
from django.core.checks import register

from cmr_registry.config.checks import settings_checks


class ConfigConfig(AppConfig):
    """Named checks instead of tracebacks."""

    name = "cmr_registry.config"

    def ready(self) -> None:
        """Register."""
        register(settings_checks)
