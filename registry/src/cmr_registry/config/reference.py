"""Generated pages of the reference: settings, permissions and states, as the code has them."""

from collections.abc import Callable, Mapping
from typing import Any

from cmr_deid.conformance import conformance_markdown
from cmr_deid.profile import default_profile
from cmr_registry.access import search_states
from cmr_registry.access import states as application_states
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.roles import CENTER_ROLES, PROJECT_ROLES, REGISTRY_ROLES
from cmr_registry.centers import states as center_states
from cmr_registry.cohorts import states as snapshot_states
from cmr_registry.config.env import SETTINGS
from cmr_registry.config.reference_dictionary import dictionary_lines, modules_lines
from cmr_registry.config.reference_rules import checks_lines, derivations_lines
from cmr_registry.intake import states as delivery_states
from cmr_registry.intake import table_states
from cmr_registry.projects import ballot_states
from cmr_registry.projects import states as project_states
from cmr_registry.quality import query_states
from cmr_registry.releases import states as release_states

GENERATED = "<!-- written by `make docs`; do not edit -->"


def settings_page() -> str:
    """Every setting of the server with its default and meaning."""
    rows = [f"| `{one.name}` | {one.default} | {one.meaning} |" for one in SETTINGS]
    intro = "Settings are read from the environment. A wrong one is a named check of `cmr-registry check`."
    return _page("Settings of the server", intro, ["| setting | default | meaning |", "|---|---|---|", *rows])


def permissions_page() -> str:
    """Which role may do what."""
    roles = CENTER_ROLES | REGISTRY_ROLES | PROJECT_ROLES
    header = "| permission | " + " | ".join(role.value for role in roles) + " |"
    rows = [
        f"| {permission.value} | "
        + " | ".join("yes" if permission in held else "" for held in roles.values())
        + " |"
        for permission in Permission
    ]
    intro = (
        "Roles of a center hold at that center only, roles of a project in that project only; roles of the "
        "registry hold everywhere."
    )
    return _page("Who may do what", intro, [header, "|---" * (len(roles) + 1) + "|", *rows])


def states_page() -> str:
    """The states of everything that has any: who moves them on, and where to."""
    lines: list[str] = []
    for name, allowed, owner in (
        ("Center", center_states.ALLOWED, center_states.OWNER),
        ("Delivery", delivery_states.ALLOWED, delivery_states.OWNER),
        ("Imported table", table_states.ALLOWED, table_states.OWNER),
        ("Data query", query_states.ALLOWED, query_states.OWNER),
        ("Snapshot", snapshot_states.ALLOWED, snapshot_states.OWNER),
        ("Search request", search_states.ALLOWED, search_states.OWNER),
        ("Application", application_states.ALLOWED, application_states.OWNER),
        ("Project", project_states.ALLOWED, project_states.OWNER),
        ("Ballot", ballot_states.ALLOWED, ballot_states.OWNER),
        ("Data release", release_states.ALLOWED, release_states.OWNER),
    ):
        lines += [f"## {name}", "", "| state | moved on by | may become |", "|---|---|---|"]
        lines += [*_state_rows(allowed, owner), ""]
    return _page("States", "Each state has an owner and a closed list of states that may follow.", lines)


def _state_rows(
    allowed: Mapping[Any, frozenset[Any]],
    owner: Mapping[Any, str],
) -> list[str]:
    return [
        f"| {state.value} | {owner[state]} | {', '.join(sorted(to.value for to in follow)) or 'nothing'} |"
        for state, follow in allowed.items()
    ]


def _page(title: str, intro: str, lines: list[str]) -> str:
    return "\n".join([f"# {title}", "", GENERATED, "", intro, "", *lines]).rstrip() + "\n"


def conformance_page() -> str:
    """What de-identification does to every attribute, as the profile has it (PS3.15 E.1.3)."""
    return conformance_markdown(default_profile()).replace("\n\n", f"\n\n{GENERATED}\n\n", 1)


def checks_page() -> str:
    """Every rule by which values are checked, with examples that a test runs."""
    intro = (
        "Connector, center desk and registry run the same checks. Only what cannot be is refused; everything else is "
        "a question to a person. Each rule has a name that stays, and examples that a test runs."
    )
    return _page("Checks", intro, list(checks_lines()))


def derivations_page() -> str:
    """The formulas of derived items."""
    intro = (
        "The registry computes these items itself and shows them beside what was reported. A value is comparable "
        "with another of the same formula and version only."
    )
    return _page("Derived items", intro, list(derivations_lines()))


def dictionary_page() -> str:
    """Every item of the data dictionary."""
    intro = (
        "What may be said about an exam. The registry shows the same at `/dictionary/`, with completeness, sensitivity "
        "and who uses an item, and offers it as codebook, REDCap data dictionary and JSON Schema."
    )
    return _page("Data dictionary", intro, list(dictionary_lines()))


def modules_page() -> str:
    """Which module wants which items and series."""
    intro = (
        "A module raises obligations: an exam that belongs to it owes its items in the short form and its required "
        "items beside what every exam owes. Every exam owes the items of level R, and those of level RA that were "
        "acquired."
    )
    return _page("Modules", intro, list(modules_lines()))


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "permissions.md": permissions_page,
    "states.md": states_page,
    "de-identification.md": conformance_page,
    "checks.md": checks_page,
    "derived-items.md": derivations_page,
    "data-dictionary.md": dictionary_page,
    "modules.md": modules_page,
}
