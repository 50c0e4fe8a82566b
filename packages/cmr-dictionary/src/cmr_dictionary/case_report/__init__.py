"""The case report of one exam as a form: what was answered, what becomes of it, and the page in HTML.

Pure: no database, no web framework. The registry's pages and the center desk draw, read and settle the same form with
it; each keeps its own frame, storage and rights. What stands on the page is planned by `cmr_dictionary.form_plan`.
"""

from cmr_dictionary.case_report.answers import TYPED, Answer, Entry, answer_of, present_values, read_answers
from cmr_dictionary.case_report.files import STATIC_FILES, static_folder
from cmr_dictionary.case_report.looking import Look, Tally, look, tally
from cmr_dictionary.case_report.minimum import minimum_items
from cmr_dictionary.case_report.page import case_report_html
from cmr_dictionary.case_report.settling import BOTH, EMPTIED, Settled, entered_items, settle
from cmr_dictionary.case_report.view import SOURCE_WORDS, CaseReportView

__all__ = [
    "BOTH",
    "EMPTIED",
    "SOURCE_WORDS",
    "STATIC_FILES",
    "TYPED",
    "Answer",
    "CaseReportView",
    "Entry",
    "Look",
    "Settled",
    "Tally",
    "answer_of",
    "case_report_html",
    "entered_items",
    "look",
    "minimum_items",
    "present_values",
    "read_answers",
    "settle",
    "static_folder",
    "tally",
]
