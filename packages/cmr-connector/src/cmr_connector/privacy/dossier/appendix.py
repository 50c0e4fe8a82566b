"""The appendices: every rule, the safe list, every attribute of the shadow run, every place of a canary."""

from cmr_connector.privacy.dossier.blocks import Block, Grid, Heading, NewPage, Text
from cmr_connector.privacy.dossier.groups import changed_rules, kept_rules, rule_rows
from cmr_connector.privacy.result import ShadowResult
from cmr_deid.explain import SENTENCES
from cmr_deid.profile import DeidProfile
from cmr_deid.safe_private import SAFE_PRIVATE
from cmr_deid.sheets import title_inside

_COLUMNS = ("Attribute", "Name", "What happens") * 2
_SHARES = (0.095, 0.235, 0.17) * 2


def chapters(profile: DeidProfile, result: ShadowResult | None) -> tuple[Block, ...]:
    """Appendices A to D; the last two only after a shadow run."""
    blocks: list[Block] = [NewPage(), *_rules(profile), *_safe_list()]
    if result is not None:
        blocks += [*_tags(result), *_places(result)]
    return tuple(blocks)


def _rules(profile: DeidProfile) -> tuple[Block, ...]:
    changed, kept = changed_rules(profile), kept_rules(profile)
    return (
        Heading(1, "Appendix A: every rule"),
        Text(
            "As the rules stand at the top level of an MR image. In nested sequences they are resolved "
            "where they stand; "
            "an attribute that is in neither list is removed."
        ),
        Text(
            "Letters in brackets are the actions of DICOM PS3.15 Table E.1-1: X remove, Z empty or "
            "dummy, D dummy, U "
            "another UID. After the comma stands what an option of the standard lets us keep: K as it "
            "is, C cleaned. "
            "A star: stricter than that option.",
            is_quiet=True,
        ),
        Heading(2, f"Removed or changed ({len(changed)})"),
        Grid(_COLUMNS, _in_halves(rule_rows(changed)), _SHARES, is_small=True),
        Heading(2, f"Kept, with the reason ({len(kept)})"),
        Grid(_COLUMNS, _in_halves(rule_rows(kept)), _SHARES, is_small=True),
    )


def _in_halves(rows: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, ...], ...]:
    """Two rows beside each other."""
    padded = (*rows, ("", "", "")) if len(rows) % 2 else rows
    return tuple((*left, *right) for left, right in zip(padded[::2], padded[1::2], strict=True))


def _safe_list() -> tuple[Block, ...]:
    by_creator: dict[str, list[str]] = {}
    for (creator, group, element), safe in sorted(SAFE_PRIVATE.items()):
        by_creator.setdefault(creator, []).append(f"({group:04X},xx{element:02X}) {safe.vr}")
    rows = tuple((creator, str(len(places)), ", ".join(places)) for creator, places in by_creator.items())
    return (
        Heading(1, "Appendix B: private values that may stay"),
        Text("By maker's block; each only if its value has the listed type, number of values and form."),
        Grid(("Private block", "Values", "Which"), rows, (0.26, 0.08, 0.66), is_small=True),
    )


def _tags(result: ShadowResult) -> tuple[Block, ...]:
    rows = tuple((name, *_counts(counts)) for name, counts in sorted(result.tags.items(), key=lambda t: t[0]))
    return (
        Heading(1, "Appendix C: attributes of the shadow run"),
        Text(
            "Every attribute that stood in an image of the sample or was added; numbers are images. No "
            "value is shown."
        ),
        Grid(("Attribute", "What happened"), rows, (0.62, 0.38), is_small=True),
    )


def _counts(counts: dict[str, int]) -> tuple[str]:
    return (", ".join(f"{counts[a]:,} {title_inside(a)}" for a in SENTENCES if counts.get(a)),)


def _places(result: ShadowResult) -> tuple[Block, ...]:
    rows = tuple(
        (place, f"{p.planted:,}", f"{p.stopped:,}", f"{p.found:,}") for place, p in result.planted.items()
    )
    return (
        Heading(1, "Appendix D: places of planted identifiers"),
        Grid(("Place", "Planted", "Stopped", "Found"), rows, (0.55, 0.15, 0.15, 0.15), is_small=True),
    )
