"""What the public page of an item shows beside its codebook entry: completeness, and who uses it."""

from dataclasses import dataclass

from cmr_dictionary import Item, load
from cmr_dictionary.codebook import CodebookEntry, codebook_entry, item_changes
from cmr_dictionary.history import Change
from cmr_registry.projects.selectors import PublicProject, projects_public
from cmr_registry.quality.selectors import ItemCompleteness, item_completeness
from cmr_registry.releases.models import DataRelease
from cmr_registry.releases.selectors import releases_public


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item as everybody may see it.

    Attributes:
        entry: its words.
        changes: version -> what it changed.
        completeness: of the registry; None where it is not known, or too little stands behind it.
        projects: approved projects that ask for it.
        releases: published releases of these projects.
        before, after: its neighbors in the dictionary, None at the ends.
    """

    entry: CodebookEntry
    changes: tuple[tuple[str, tuple[Change, ...]], ...]
    completeness: ItemCompleteness | None
    projects: tuple[PublicProject, ...]
    releases: tuple[DataRelease, ...]
    before: Item | None
    after: Item | None


def item_page(name: str) -> ItemPage:
    """Everything of one item.

    Raises:
        KeyError: the dictionary has no such item.
    """
    entry = codebook_entry(name)
    items = tuple(load().items.values())
    place = items.index(load().items[name])
    projects = tuple(project for project in projects_public() if name in project.variables)
    releases = releases_public([project.id for project in projects]) if projects else []
    return ItemPage(
        entry=entry,
        changes=item_changes(name),
        completeness=item_completeness(name),
        projects=projects,
        releases=tuple(releases),
        before=items[place - 1] if place else None,
        after=items[place + 1] if place + 1 < len(items) else None,
    )
