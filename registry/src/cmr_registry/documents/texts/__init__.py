"""Placeholder texts that stand in for documents of the society that are not public (registry.md section 8)."""

from dataclasses import dataclass
from importlib import resources

from cmr_registry.documents.models import Layout


@dataclass(frozen=True, slots=True)
class ShippedText:
    """A placeholder that the software brings."""

    slug: str
    title: str
    layout: Layout = Layout.TEXT


SHIPPED = (
    ShippedText("participation-agreement", "Participation Agreement"),
    ShippedText("data-access-policy", "Data Access Policy"),
    ShippedText("data-access-policy-highlights", "Data Access Policy Highlights"),
    ShippedText("search-request-review-process", "Search Request Review Process"),
    ShippedText("data-access-review-process", "Data Access Review Process"),
    ShippedText("score-sheet", "Score Sheet"),
    ShippedText("how-to-participate", "How to Participate in the Registry", Layout.SLIDES),
)


def shipped_body(text: ShippedText) -> str:
    """Its CommonMark."""
    return (resources.files(__name__) / f"{text.slug}.md").read_text(encoding="utf-8")
