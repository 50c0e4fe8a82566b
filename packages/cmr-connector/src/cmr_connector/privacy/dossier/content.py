"""The dossier as blocks: a summary on one page, the chapters, and appendices with every rule and every "
"count.
"""

from dataclasses import dataclass

from cmr_connector.config import Config
from cmr_connector.privacy.dossier import appendix, measured, words
from cmr_connector.privacy.dossier.blocks import (
    Beside,
    Block,
    Callout,
    Document,
    Flow,
    Grid,
    Heading,
    NewPage,
    Points,
    Signatures,
    Text,
)
from cmr_connector.privacy.dossier.groups import changed_rules, groups_of
from cmr_connector.privacy.result import ShadowResult
from cmr_deid.profile import DeidProfile


@dataclass(frozen=True, slots=True)
class Facts:
    """What a dossier is made from.

    Attributes:
        config: settings in force.
        profile: the rules in force.
        key_id: the center key's id.
        software: version of the connector.
        made_on: day, `YYYY-MM-DD`.
        text_search: whether the search for burned-in text is installed.
        conformance: SHA-256 of the conformance statement that belongs to it.
        result: the shadow run, None where there was none yet.
    """

    config: Config
    profile: DeidProfile
    key_id: str
    software: str
    made_on: str
    text_search: bool
    conformance: str
    result: ShadowResult | None

    @property
    def is_synthetic(self) -> bool:
        """Whether the counts come from synthetic images."""
        return self.result is not None and self.result.is_synthetic


def dossier(facts: Facts) -> Document:
    """The dossier of a center."""
    center = facts.config.center.code
    return Document(
        title="Privacy dossier",
        subtitle=f"What the CMR Registry's connector does with patient data at {center}. {facts.made_on}.",
        footer=f"Center {center} · connector {facts.software} · profile {facts.profile.id} "
        f"{facts.profile.digest[:12]} · {facts.made_on}",
        is_synthetic=facts.is_synthetic,
        blocks=(
            *_summary(facts),
            NewPage(),
            *_ways(),
            *_rules(facts.profile),
            *_chapter("Keys", words.KEYS),
            *_chapter("Dates and ages", words.DATES),
            *_chapter("Manufacturers' private data", words.PRIVATE),
            *_chapter("Free text", words.FREE_TEXT),
            *_pixels(facts),
            *_chapter("Verified twice", words.VERIFIED),
            *measured.chapter(facts.result),
            *_chapter("What risks remain", words.RISKS),
            *_stricter(facts.profile),
            *_sign(facts),
            *appendix.chapters(facts.profile, facts.result),
            *_versions(facts),
        ),
    )


def _summary(facts: Facts) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if facts.is_synthetic:
        blocks.append(
            Callout(
                "warn", "Synthetic data.", "The counts come from invented exams. No patient is behind them."
            )
        )
    blocks.append(measured.figures(facts.result))
    blocks.append(Beside(("What leaves the hospital", words.LEAVES), ("What never leaves", words.STAYS)))
    blocks.append(Points(words.WHO))
    blocks.append(Flow())
    return tuple(blocks)


def _ways() -> tuple[Block, ...]:
    return (
        Heading(1, "The way of the data"),
        Text(
            "The picture on the first page shows it. The connector runs on a machine of the hospital and opens "
            "connections only outwards, to the registry. Nothing leaves before gates, de-identification "
            "and second "
            "look have passed. What a gate stops stays here with its reason until a person decides. The "
            "connector "
            "forgets nothing before it holds the registry's signed receipt."
        ),
        Points(words.STOPPED),
    )


def _rules(profile: DeidProfile) -> tuple[Block, ...]:
    changed = changed_rules(profile)
    rows = tuple(
        (group.title, group.happens, group.why, ", ".join(group.examples)) for group in groups_of(profile)
    )
    return (
        Heading(1, "What is removed or changed, and why"),
        Text(
            f"The profile holds {len(profile.rules):,} rules; {len(changed):,} of them take an attribute "
            "away or change "
            "it. An attribute without a rule is removed. The rules apply at every depth of nested "
            "sequences. They stand "
            "on DICOM PS3.15 Annex E (Basic Profile with Clean Descriptors, Retain Longitudinal with "
            "Modified Dates, "
            "Retain Patient Characteristics and Retain Safe Private). Appendix A lists each of them."
        ),
        Grid(("Group", "Attributes", "Why", "For example"), rows, (0.19, 0.16, 0.36, 0.29)),
    )


def _chapter(title: str, points: tuple[tuple[str, str], ...]) -> tuple[Block, ...]:
    return Heading(1, title), Points(points)


def _text_search(facts: Facts) -> Callout:
    """What is true of the search for burned-in text: by what is installed, and by what the shadow run shows."""
    if not facts.text_search:
        return Callout(
            "bad",
            "Text search is not installed.",
            "Pictures leave without a search for burned-in text. Install the extra [pixels] before real "
            "exams are "
            "sent.",
        )
    if facts.result is not None and facts.result.looked_at < facts.result.deidentified:
        return Callout(
            "warn",
            "Text search is installed, and not every picture was searched.",
            f"In the shadow run {facts.result.looked_at:,} of {facts.result.deidentified:,} images that "
            "would leave "
            "say that their pixels were searched.",
        )
    return Callout(
        "ok",
        "Text search is installed.",
        "Each series is searched for text that was drawn into the pictures. What looks like text is held for a "
        "person, unless it is a known technical label.",
    )


def _pixels(facts: Facts) -> tuple[Block, ...]:
    return (
        Heading(1, "Text in pictures"),
        _text_search(facts),
        Points(
            (
                (
                    "Refused by kind.",
                    "Secondary captures, screen saves, result sheets and images that declare burned-in "
                    "text never leave.",
                ),
                (
                    "Overlays.",
                    "Graphics stored beside or in unused bits of the pixels are removed. All other "
                    "pixels leave bit by bit "
                    "as they are; compressed streams lose their comments.",
                ),
                ("Faces", "are not removed. Series of head and neck are held."),
            )
        ),
    )


def _stricter(profile: DeidProfile) -> tuple[Block, ...]:
    lines = profile.center.lines() if hasattr(profile, "center") else []
    own = Text("This center has added no rule of its own.", is_quiet=True)
    if lines:
        own = Text(f"This center has added {len(lines)} rule(s) of its own, which only take more away.")
    return Heading(1, "Stricter than the standard"), Points(words.STRICTER), own


def _sign(facts: Facts) -> tuple[Block, ...]:
    return (
        NewPage(),
        Heading(1, "Contacts and signatures"),
        Grid(
            ("Contact", "Name, telephone, e-mail"),
            (
                ("Coordinator of the center", ""),
                ("Hospital IT for the connector", ""),
                ("Privacy officer", ""),
                ("Registry's steward", facts.config.registry.url),
            ),
            (0.35, 0.65),
        ),
        Text(
            "We have read this dossier. The center may send coded data as described here, within its "
            "agreement with "
            "the registry and its ethics approval. A new profile or a new key asks for a new dossier."
        ),
        Signatures(words.ROLES),
    )


def _versions(facts: Facts) -> tuple[Block, ...]:
    rows = (
        ("Connector", facts.software),
        ("Profile", facts.profile.id),
        ("Editions of the tables", facts.profile.edition),
        ("Digest of the profile (SHA-256)", facts.profile.digest),
        ("Conformance statement (SHA-256)", facts.conformance),
        ("Center", facts.config.center.code),
        ("Key id", facts.key_id),
        ("Registry", facts.config.registry.url),
        ("Text search", "installed" if facts.text_search else "not installed"),
        ("Shadow run", facts.result.made_at if facts.result else "none yet"),
    )
    return (
        Heading(1, "Appendix E: versions and digests"),
        Grid(("What", "Which"), rows, (0.3, 0.7)),
        Text(
            "The conformance statement that DICOM PS3.15 E.1.3 asks for is a file of its own, written from the same "
            "tables beside this dossier (also: cmr-deid conformance --html). Its digest stands above."
        ),
    )
