"""What a host says of one case report that is to be drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cmr_dictionary.case_report.answers import Answer, Entry
from cmr_dictionary.checks import Surroundings

SOURCE_WORDS: Mapping[str, str] = {
    "report_csv": "from the report (table)",
    "report_hl7": "from the report (HL7)",
    "dicom": "from the image header",
    "desk": "entered by a person",
    "center_profile": "from the center profile",
    "table": "from an imported table",
    "derived": "computed",
}
"""Source of a value (`cmr_exchange.ValueSource`) -> how a page says it."""


LEAD = (
    "What you save becomes a new version of each form that changed; earlier ones are kept. A value that a later"
    " delivery of the hospital states anew replaces yours; what it does not state stays."
)


@dataclass(frozen=True, slots=True)
class CaseReportView:
    """One case report as a page shows it.

    Attributes:
        entries: stored entries of all forms by item.
        action: address that takes the whole form by POST.
        look_url: address that takes the form while one types, keeps it as a draft and answers
            `Look.to_document` as JSON, with `kept` beside it: a short sentence about the draft. Empty for none.
        answers: what was typed and not stored, by item; other items are shown as stored.
        problems: item -> why it was refused; the empty name stands for the report as a whole.
        questions: item -> what is odd, beside what the checks tell.
        source_words: source -> how people call it.
        hidden: name and value of further fields that travel with the form (token, seen versions).
        restored_at: when the draft was kept that `answers` hold, in words; empty for none.
        discard_url: address that forgets the draft by POST with the fields of `hidden`.
        back_url, back_words: where the person came from.
        help_url: address of an item's page with `{item}`; empty for none.
        history_url: address of a form's versions with `{form}`; empty for none.
        versions: form -> stored version; None where the host keeps no version of a form.
        lead: what becomes of what is saved, in a sentence or two.
        around: what is known of the exam beside its values, so that it is checked as a whole.
    """

    entries: Mapping[str, Entry]
    action: str
    look_url: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    source_words: Mapping[str, str] = field(default_factory=lambda: SOURCE_WORDS)
    hidden: tuple[tuple[str, str], ...] = ()
    restored_at: str = ""
    discard_url: str = ""
    back_url: str = ""
    back_words: str = "Back"
    help_url: str = ""
    history_url: str = ""
    versions: Mapping[str, int] | None = None
    lead: str = LEAD
    around: Surroundings | None = None
