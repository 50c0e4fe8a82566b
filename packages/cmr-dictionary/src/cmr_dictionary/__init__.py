"""The data dictionary: what may be said about an examination, in which unit, range and code list.

Items, code lists, missing codes and checks live here as checked data and plain functions; connector, center
desk and registry run the same checks. No database, form or page lives here.
"""

from cmr_dictionary.coarsening import coarsened, top_coded
from cmr_dictionary.dictionary import Dictionary, load
from cmr_dictionary.errors import DictionaryError, RejectReason, ValueRejected
from cmr_dictionary.form_plan import FormPlan, entered_forms, form_plan
from cmr_dictionary.items import Code, Item, ItemKind, Transfer
from cmr_dictionary.logic_eval import derive, is_asked, not_asked
from cmr_dictionary.missing import Missing, is_missing_code, missing_of
from cmr_dictionary.values import Value, display, parse_value, settled

__all__ = [
    "Code",
    "Dictionary",
    "DictionaryError",
    "FormPlan",
    "Item",
    "ItemKind",
    "Missing",
    "RejectReason",
    "Transfer",
    "Value",
    "ValueRejected",
    "coarsened",
    "derive",
    "display",
    "entered_forms",
    "form_plan",
    "is_asked",
    "is_missing_code",
    "load",
    "missing_of",
    "not_asked",
    "parse_value",
    "settled",
    "top_coded",
]
