"""Case reports with and without mistakes, for all that check them: `planted_exams` plants errors of many kinds.

Modules stand on each other in this order: exam, persons, heart, protocol, clean; plant, the three of errors, planting.
"""

from cmr_testkit.case_reports.clean import clean_exams
from cmr_testkit.case_reports.exam import ReportedExam
from cmr_testkit.case_reports.planting import PLANTS, Outcome, PlantedExam, outcome, planted_exams

__all__ = ["PLANTS", "Outcome", "PlantedExam", "ReportedExam", "clean_exams", "outcome", "planted_exams"]
