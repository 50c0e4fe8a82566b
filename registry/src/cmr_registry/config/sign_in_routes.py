"""The routes of allauth that this server uses, each public for a reason; every other one is left out."""

from collections.abc import Mapping

from allauth.account import urls as account_urls
from django.urls import URLPattern

SIGN_IN_ROUTES: Mapping[str, str] = {
    "account_login": "Nobody is signed in before signing in.",
    "account_logout": "Signing out harms nobody; without a session it leads back to the public site.",
    "account_signup": "Says that accounts are made by invitation; creates none (accounts.sign_in).",
    "account_inactive": "Says that the account is closed.",
    "account_reauthenticate": "Asks for the password again; allauth itself sends strangers to sign-in.",
    "account_change_password": "Changes one's own password only; allauth itself sends strangers to sign-in.",
    "account_reset_password": "Who forgot the password is not signed in; the answer is the same for every address.",
    "account_reset_password_done": "Says that a letter is on its way.",
    "account_reset_password_from_key": "The key from the letter is the permission.",
    "account_reset_password_from_key_done": "Says that the new password counts.",
}
"""Name of the route -> why it is public."""


def sign_in_patterns() -> list[URLPattern]:
    """The patterns of `SIGN_IN_ROUTES`, in allauth's order."""
    return [pattern for pattern in account_urls.urlpatterns if pattern.name in SIGN_IN_ROUTES]
