"""How people sign in: accounts are made by invitation only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in by e-mail and password; nobody signs up by himself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """False: a center or the registry invites."""
        return False
