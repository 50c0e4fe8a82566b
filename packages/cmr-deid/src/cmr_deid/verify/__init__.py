"""The independent second look: does a Part-10 file still say whose it is?

Shares no rule, parser or table with the engine, the profile or pydicom: a byte walker, tables and checks of its
own. The hospital's connector runs it before queueing, the registry's intake again before a byte is written.
"""

from cmr_deid.verify.inspection import Finding, Inspection, inspect

__all__ = ["Finding", "Inspection", "inspect"]
