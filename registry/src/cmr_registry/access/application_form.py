"""The application form as versioned configuration: sections A to J with their fields (R34).

Public is only what section A asks (registry.md 2.4); sections B to J are ours and say so on the page.
"""

import enum
from dataclasses import dataclass

FORM_VERSION = "application-1"


class FieldKind(enum.StrEnum):
    """How a field is asked."""

    LINE = "line"
    TEXT = "text"
    YES = "yes"
    CHOICE = "choice"
    CERTIFICATE = "certificate"
    ITEMS = "items"
    KINDS = "kinds"
    PEOPLE = "people"
    CENTER = "center"


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a section.

    Attributes:
        name: key of the stored answer.
        label: as asked.
        kind: how it is asked.
        help: one sentence below; empty where the label says all.
        required: the application is incomplete without it. Of a `yes` field: it must be ticked.
        only_if: name of a `yes` field of the section that makes it required.
        choices: (value, words) of a choice.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    help: str = ""
    required: bool = True
    only_if: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the form."""

    letter: str
    title: str
    questions: tuple[Question, ...]
    is_placeholder: bool = True


K, Q = FieldKind, Question

SECTIONS: tuple[Section, ...] = (
    Section(
        "A",
        "Synopsis and search result",
        (
            Q("title", "A1 Title", K.LINE),
            Q("aims", "A2 Aims"),
            Q("methods", "A3 Methods"),
            Q("outputs", "A4 Intended outputs"),
            Q("lay_summary", "A5 Summary for everybody", help="A few sentences without medical words."),
            Q(
                "certificate",
                "A6 Result of your search",
                K.CERTIFICATE,
                "Without a search there is no application.",
            ),
            Q("overlap", "A7 Overlap with other projects", required=False),
            Q(
                "partner_center",
                "A8 Partner center",
                K.CENTER,
                "Who contributes no data needs one.",
                required=False,
            ),
            Q("single_purpose", "A9 This application is for one study only", K.YES),
        ),
        is_placeholder=False,
    ),
    Section(
        "B",
        "People",
        (
            Q("institution", "Your institution", K.LINE),
            Q("people", "Co-investigators and statistician", K.PEOPLE, required=False),
            Q("statistician", "Who does the statistics", K.LINE),
            Q("official", "Institutional official who signs", K.LINE),
            Q("custodian", "Who keeps the data", K.LINE),
            Q("cvs", "CVs and experience", required=False),
        ),
    ),
    Section(
        "C",
        "Data needed",
        (
            Q(
                "items",
                "Items, each with its reason",
                K.ITEMS,
                "One item a line: its name in the data dictionary, a colon, why the study needs it.",
            ),
            Q("images", "Images are needed", K.YES, required=False),
            Q("kinds", "Kinds of images", K.KINDS, required=False, only_if="images"),
            Q("images_why", "Why images", required=False, only_if="images"),
            Q("follow_up", "Follow-up is needed", K.YES, required=False),
            Q("period", "Period and number of patients", K.LINE),
            Q("minimum", "Why this is the minimum necessary"),
        ),
    ),
    Section(
        "D",
        "Analysis plan",
        (
            Q("hypotheses", "Hypotheses"),
            Q("endpoints", "Endpoints, exposure, covariates"),
            Q("analysis", "Statistical analysis plan"),
            Q("power", "Power on the counts of the certificate"),
            Q("missing", "Missing data and subgroups"),
            Q(
                "machine_learning",
                "Machine learning: split, held-out center, release of weights",
                required=False,
            ),
        ),
    ),
    Section(
        "E",
        "Ethics",
        (
            Q("board", "Ethics committee or IRB, and country", K.LINE),
            Q(
                "status",
                "Status",
                K.CHOICE,
                choices=(
                    ("approved", "approved"),
                    ("exempt", "exempt or not required"),
                    ("waiver", "approved with a waiver of consent"),
                    ("pending", "pending"),
                ),
            ),
            Q("number", "Number of the approval", K.LINE, required=False),
        ),
    ),
    Section(
        "F",
        "Where the data are used",
        (
            Q(
                "where",
                "Way of access",
                K.CHOICE,
                choices=(("workspace", "secure workspace"), ("download", "download")),
            ),
            Q("where_why", "If download: why a workspace does not do", required=False),
            Q("location", "Where the data are kept, who uses them"),
            Q("destruction", "When and how they are destroyed"),
        ),
    ),
    Section(
        "G",
        "Funding and interests",
        (
            Q("funding", "Funding"),
            Q("interests", "Conflicts of interest"),
            Q("industry", "Role of industry", required=False),
            Q("property", "Intellectual property", required=False),
        ),
    ),
    Section(
        "H",
        "Publication",
        (
            Q("plan", "Publication plan: authorship, timelines"),
            Q("journal", "Journal or meeting", K.LINE, required=False),
            Q("byline", "The byline names the registry", K.YES),
        ),
    ),
    Section(
        "I",
        "What you promise",
        (
            Q("no_reidentification", "No attempt to re-identify anybody", K.YES),
            Q("no_linkage", "No linkage beyond the plan", K.YES),
            Q("no_sharing", "No sharing with others", K.YES),
            Q("report_breaches", "Breaches are reported at once", K.YES),
            Q("return_derived", "Derived data are returned to the registry", K.YES),
        ),
    ),
    Section(
        "J",
        "Signature",
        (
            Q("signed_by", "Your name, as a signature", K.LINE),
            Q("is_true", "What this application says is true and complete", K.YES),
        ),
    ),
)
"""The sections in their order."""

BY_LETTER = {section.letter: section for section in SECTIONS}
