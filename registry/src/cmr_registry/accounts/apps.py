"""The accounts app listens to people coming and going."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts, and the audit events of signing in and out."""

    name = "cmr_registry.accounts"

    def ready(self) -> None:
        """Listen."""
        import_module("cmr_registry.accounts.sign_in").signals_connect()
