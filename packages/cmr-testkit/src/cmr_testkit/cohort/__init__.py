"""Synthetic cohorts of tables with planted effects: `make_cohort` draws one, `write_cohort` writes it.

Modules stand on each other in this order: plan, columns, people, outcomes, exams, scars, measurements,
missingness, sources, making; then study (the planted question), identities, documents, derived, tables, truth,
writing.
"""

from cmr_testkit.cohort.making import Cohort, make_cohort
from cmr_testkit.cohort.plan import DEFAULT_CENTERS, CenterPlan

__all__ = ["DEFAULT_CENTERS", "CenterPlan", "Cohort", "make_cohort"]
