"""Words and parts of the case report at the desk: the form itself is the dictionary's."""

import datetime
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from cmr_connector.case_report_work import Opened
from cmr_connector.desk.visits import CSRF_FIELD, Visit
from cmr_connector.desk.words import age_in_words
from cmr_connector.merging import Values
from cmr_connector.value_counts import SourceSummary
from cmr_dictionary import display, load
from cmr_dictionary.case_report import Answer, CaseReportView, case_report_html
from cmr_dictionary.checks import Surroundings
from cmr_dictionary.form_plan import form_heading

SEEN_FIELD = "seen"
LEAD = (
    "What you save goes with the exam's next version; nothing leaves before. A later report that says something new of"
    " an item replaces your entry."
)
CAME_BY = {
    "": "All exams",
    "none": "No report",
    "report_csv": "Report table",
    "report_hl7": "HL7 message",
    "table": "Imported table",
    "desk": "Entered before the images came",
}
SOURCE_NAMES = {
    "dicom": "image header",
    "center_profile": "center profile",
    "report_hl7": "HL7 message",
    "report_csv": "report table",
    "table": "imported table",
    "derived": "computed",
    "desk": "typed by a person",
}


def whole_form(
    visit: Visit,
    opened: Opened,
    address: str,
    *,
    problems: Mapping[str, str],
    typed: Mapping[str, Answer] | None,
    back: tuple[str, str],
    around: Surroundings,
) -> Markup:
    """The case report as a form.

    Args:
        visit: whose token it carries.
        opened: what is known, and what this person typed before.
        address: where it is saved; look and discard stand below it.
        problems: why the last save was refused, by item.
        typed: what that save held; None where nothing was refused.
        back: address and words of the way back.
        around: what is known of the exam beside its values.
    """
    view = CaseReportView(
        entries=opened.entries,
        action=address,
        look_url=f"{address}/look",
        discard_url=f"{address}/discard",
        answers=opened.answers if typed is None else typed,
        problems=problems,
        hidden=((CSRF_FIELD, visit.session.csrf if visit.session else ""), (SEEN_FIELD, opened.seen)),
        restored_at=_age(opened.kept_at) if opened.kept_at and typed is None else "",
        back_url=back[0],
        back_words=back[1],
        versions=None,
        lead=LEAD,
        around=around,
    )
    return Markup(case_report_html(view))  # noqa: S704  the form escapes every value itself


def kept_words() -> str:
    """When the draft was kept, on this machine's clock."""
    return f"Draft kept at {datetime.datetime.now().astimezone():%H:%M:%S}."


def came_by_words(came_by: str) -> str:
    """How a report came, in words; several ways are joined."""
    return " and ".join(CAME_BY.get(word, word) for word in came_by.split("+"))


def per_exam(found: SourceSummary, n: int) -> str:
    """A number over some exams as one per exam."""
    return f"{n / found.n_exams:.1f}"


def rows_of(values: Values) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """What is stated, form by form: heading, and rows of label, value and source in words."""
    forms: dict[str, list[tuple[str, str, str]]] = {}
    for name, item in load().items.items():
        if name in values:
            source = str(values[name]["source"])
            row = (item.label, said(name, values[name]), SOURCE_NAMES.get(source, source))
            forms.setdefault(item.form, []).append(row)
    return [(form_heading(form), rows) for form, rows in forms.items()]


def said(name: str, entry: Mapping[str, Any]) -> str:
    """A value document in words."""
    if "missing" in entry:
        return f"missing: {str(entry['missing']).replace('_', ' ')}"
    return display(load().items[name], entry["value"])


def _age(instant: str) -> str:
    then = datetime.datetime.strptime(instant, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC)
    return age_in_words((datetime.datetime.now(datetime.UTC) - then).total_seconds())
