"""The API of the followup room."""

from ninja import Router

router = Router(tags=["followup"])
