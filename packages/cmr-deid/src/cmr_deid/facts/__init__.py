"""Acquisition facts of one instance, read from the source before private attributes go (D4).

Right or unknown: a fact is stated if every place that speaks of it agrees within rounding. `standard.py` reads the
standard's attributes, `siemens.py`, `ge.py` and `philips.py` the vendors' own, `written.py` writes into the
standard's attributes what only the vendor's said.
"""

from cmr_deid.facts.reader import read_facts
from cmr_deid.facts.written import FACT_WRITTEN, standard_elements

__all__ = ["FACT_WRITTEN", "read_facts", "standard_elements"]
