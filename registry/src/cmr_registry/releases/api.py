"""The API of the releases room."""

from ninja import Router

router = Router(tags=["releases"])
