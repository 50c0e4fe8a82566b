"""Science survival: what an instance measures, taken from the source and read again from the output (D2, D3).

`values.py` lists the values that measurements stand on, `reading.py` walks the bytes of an output, `compare.py` says
for one instance what is equal, `report.py` sums up an exam. Nothing here holds a value of a person; what leaves a
comparison are names of attributes and counts.
"""

from cmr_deid.science.compare import Survival, compare
from cmr_deid.science.report import ScienceReport
from cmr_deid.science.values import GROUPS, Science, science_of

__all__ = ["GROUPS", "Science", "ScienceReport", "Survival", "compare", "science_of"]
