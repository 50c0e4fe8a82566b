"""Study templates: designs that run on any release which holds their items. Their titles cite published projects."""

from collections.abc import Callable, Mapping
from pathlib import Path

from cmr_analysis.release import Release
from cmr_analysis.studies import small_infarcts

Study = Callable[[Release, Path], Path]

STUDIES: Mapping[str, Study] = {"small-infarcts": small_infarcts.run}
"""Name on the command line -> function that writes tables, figures and a report into a folder."""
