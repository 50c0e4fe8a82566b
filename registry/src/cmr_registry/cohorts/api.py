"""The API of the cohorts room."""

from ninja import Router

router = Router(tags=["cohorts"])
