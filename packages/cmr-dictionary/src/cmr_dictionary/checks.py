"""The checks that connector, center desk and registry run alike on values that are to cross the wall.

The door of `cmr_dictionary.checking`: `check_values` for any values, `check_exam` for a whole exam with its images
and its neighbors, `RULES` for what people read.
"""

from cmr_dictionary.checking.book import RULES
from cmr_dictionary.checking.days import other_exam
from cmr_dictionary.checking.exam import check_exam, check_values, is_rejected
from cmr_dictionary.checking.fingerprints import fingerprint, lasting_history
from cmr_dictionary.checking.problem import Mender, OtherExam, Problem, Severity, Surroundings
from cmr_dictionary.checking.rule import Example, Rule

__all__ = [
    "RULES",
    "Example",
    "Mender",
    "OtherExam",
    "Problem",
    "Rule",
    "Severity",
    "Surroundings",
    "check_exam",
    "check_values",
    "fingerprint",
    "is_rejected",
    "lasting_history",
    "other_exam",
]
