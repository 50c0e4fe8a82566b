"""README.md of a release: what it is, how to open it, who is missing, how deaths are known, what is not allowed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmr_exchange.censoring import RULE
from cmr_exchange.release import FIRST_STUDY_DATE, FlowStep

DMF_FIGURES = (
    "the Death Master File found 88.9 % of in-hospital deaths before November 2011 and 14.8 % after it "
    "(out of hospital 71.4 % and 28.9 %); one-year survival read from it later was 95.8 % where the truth was 86.1 % "
    "(Levin 2018, PMC6338290)"
)
"""R26: with what a survival that rests on this file alone is compared."""

OPEN_WINDOW = (
    "> **WARNING: the question chose people by what came after the exam, without an end.** Follow-up in these tables",
    "> begins at the exam all the same, and survival estimated from there is biased by that choice. Treat the event as",
    "> a time-varying covariate, or ask for a question with a window, and say so.",
)
"""contract.md: a rule that looks past the index moves time zero to the end of its window; this one has no end."""

TERMS = (
    "Use the data only for the project named above, and only by the people named in it.",
    "Do not try to identify anybody, and do not contact anybody.",
    "Do not link these data with other data, or with another release of this registry, beyond the research plan.",
    "Do not pass the data on. Report any breach to the registry's steward at once.",
    "Return derived data with what they were made from.",
    "When the registry tells you that somebody withdrew, move to the new version and delete this one.",
)


@dataclass(frozen=True)
class ReadmeFacts:
    """What the README says.

    Attributes:
        name, version, supersedes, title, question: as in the manifest.
        is_synthetic: True for invented data.
        counts: subjects, exams, series, images.
        flow: the researcher's copy.
        missing: item, known, of how many, share.
        mix: of `books.source_mix_of`.
        oldest_age_years: ages from here on are one band; None where all are exact.
        follow_up: whether follow-up was asked for.
        has_open_window: whether the question looked after the exam without an end.
        landmark_days: days after the exam at which follow-up begins.
    """

    name: str
    version: int
    supersedes: str | None
    title: str
    question: str
    is_synthetic: bool
    counts: Mapping[str, int]
    flow: Sequence[FlowStep]
    missing: Sequence[tuple[str, int, int, str]]
    mix: Mapping[str, Any]
    oldest_age_years: int | None
    follow_up: bool
    has_open_window: bool = False
    landmark_days: int = 0


def readme_of(facts: ReadmeFacts) -> str:
    """The README as Markdown."""
    parts = [
        _head(facts),
        _flow(facts.flow),
        _ages_and_days(facts),
        _vital(facts),
        _missing(facts.missing),
        "## Terms\n\n" + "\n".join(f"- {term}" for term in TERMS),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def is_dmf_only(mix: Mapping[str, Any]) -> bool:
    """Whether the red banner must stand: somebody's survival would rest on a Death Master File alone."""
    return bool(mix.get("n_dmf_only"))


def _head(facts: ReadmeFacts) -> str:
    lines = [f"# Data release {facts.name}", ""]
    if facts.is_synthetic:
        lines += ["**SYNTHETIC: every person, center and number in this release is invented.**", ""]
    replaced = f" It replaces {facts.supersedes}; delete that one." if facts.supersedes else ""
    counts = ", ".join(f"{number:,} {word}" for word, number in facts.counts.items())
    lines += [
        f"{facts.title}. Version {facts.version}.{replaced}",
        "",
        f"Question: {facts.question}",
        "",
        f"It holds {counts}. A person means a person within one center: somebody examined at two centers counts twice.",
        "",
        "Open it with `cmr-analysis open`, which checks every file against `manifest.json`. `codebook.csv` says what",
        "each item means, how many values are known and why the others are missing. A missing value is empty, and",
        "`<item>__missing` beside it holds the reason.",
    ]
    return "\n".join(lines)


def _flow(flow: Sequence[FlowStep]) -> str:
    lines = ["## Who is in it", "", "| step | people | exams |", "|---|---:|---:|"]
    lines += [f"| {_cell(step.label)} | {step.subjects:,} | {step.exams:,} |" for step in flow]
    lines += [
        "",
        "Steps that left out fewer than 11 people are shown together with a neighbor. Only exams that the question",
        "chose are in the release (`is_index`).",
    ]
    return "\n".join(lines)


def _ages_and_days(facts: ReadmeFacts) -> str:
    day = f"{FIRST_STUDY_DATE[:4]}-{FIRST_STUDY_DATE[4:6]}-{FIRST_STUDY_DATE[6:]}"
    lines = [
        "## Days, dates and ages",
        "",
        "`day` counts from the subject's first exam in this release, which is day 0; it is empty where the day is not",
        f"known. In images that first exam stands on {day} and everything else at its exact distance; 1900-01-01 means",
        "that the day is not known. `exam_year` is the true year. Labels, UIDs and dates are made for this release",
        "alone.",
    ]
    if facts.oldest_age_years is not None:
        lines.append(
            f"Ages are exact below {facts.oldest_age_years} years; {facts.oldest_age_years} stands for "
            f"{facts.oldest_age_years} and above, so that nobody can be seen to become 90."
        )
    return "\n".join(lines)


def _vital(facts: ReadmeFacts) -> str:
    if not facts.follow_up:
        return "## Follow-up\n\nThis release holds none: the application did not ask for it."
    mix = facts.mix
    lines = ["## Follow-up and where deaths are known from", ""]
    if is_dmf_only(mix):
        lines += [
            f"> **WARNING: of {mix['n_dmf_only']:,} people examined since 2011 only a Death Master File tells.**",
            f"> After November 2011 such survival is not usable: {DMF_FIGURES}.",
            "> The default rule does not count them as watched.",
            "",
        ]
    if facts.has_open_window:
        lines += [*OPEN_WINDOW, ""]
    if facts.landmark_days:
        lines += [
            f"**Landmark: follow-up begins {facts.landmark_days:,} days after the exam**, where the window of the",
            "question ends. Who died before or was no longer watched then is `not_watched`. Say so in every result.",
            "",
        ]
    lines += [
        f"Rule `{RULE}` (table `followup`, one row per exam): a death counts only where the person would also have",
        "been seen alive, and survivors end with the window of the source that watched them.",
        "",
        f"| end of follow-up | exams of {mix['n']:,} |",
        "|---|---:|",
        *(f"| {word} | {count:,} |" for word, count in mix["ends"]),
        "",
        "| deaths known from | exams |",
        "|---|---:|",
        *(f"| {word} | {count:,} |" for word, count in mix["deaths"]),
    ]
    return "\n".join(lines)


def _missing(rows: Iterable[tuple[str, int, int, str]]) -> str:
    lines = ["## What is known", "", "| item | known | of | share |", "|---|---:|---:|---:|"]
    lines += [f"| `{item}` | {known:,} | {whole:,} | {share} |" for item, known, whole, share in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
