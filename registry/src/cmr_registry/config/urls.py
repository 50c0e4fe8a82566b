"""All addresses of the server but DICOMweb, which `asgi` dispatches (contract.md, "Addresses of the server")."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
]
