"""What a follow-up document may say beside days and codes: values of the form `followup`, checked by the dictionary.

A document is kept as it came, for its digest names it. What the dictionary refuses can therefore not be cut out of
it, and the document is refused as a whole before anything is stored (contract.md: free text stays at the center).
"""

import re

from cmr_dictionary import load
from cmr_dictionary.checks import Severity
from cmr_dictionary.logic_eval import is_asked
from cmr_exchange.followup import FollowUpDocument, OutcomeEvent
from cmr_exchange.reasons import Reason, reason
from cmr_registry.exams.services import values_problems

FORM = "followup"
"""The form of the dictionary whose items an event may carry."""
KIND = "fu_kind"
"""The item of the form that stands for the kind of the event in its conditions."""

_SOFTWARE = re.compile(r"[a-z][a-z0-9-]*(?: [0-9][a-z0-9.+-]*)?")


def document_refusal(document: FollowUpDocument) -> Reason | None:
    """The reason why a document cannot be kept, None where it can."""
    if not _SOFTWARE.fullmatch(document.software):
        return reason("identifying_value")
    if any(_is_refused(event) for event in document.events):
        return reason("follow_up_value_rejected")
    return None


def _is_refused(event: OutcomeEvent) -> bool:
    items = load().items
    if any(
        name not in items or items[name].form != FORM or not items[name].may_cross for name in event.values
    ):
        return True
    if any(problem.severity is Severity.REJECT for problem in values_problems(event.values)):
        return True
    plain = {name: value.value for name, value in event.values.items() if value.missing is None}
    return any(not is_asked(items[name], plain | {KIND: event.kind.value}) for name in plain)
