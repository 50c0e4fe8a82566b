"""What a researcher installs: open a data release, describe it, run a study on it.

Readers of releases, survival and agreement statistics and study templates live here; no patient, center key
or server.

    >>> import cmr_analysis
    >>> release = cmr_analysis.open("release-r-7f3a-1.zip")
    >>> release.index_exams(["lv_ef_pct", "sex"])
"""

from cmr_analysis.errors import AnalysisError, ReleaseDamagedError, ReleaseUnreadableError, TooFewError
from cmr_analysis.release import Release, open_release
from cmr_analysis.survival import CoxModel, KaplanMeier, Term, cox, kaplan_meier, log_rank

open = open_release  # noqa: A001 - `cmr_analysis.open(path)` reads as it should

__all__ = [
    "AnalysisError",
    "CoxModel",
    "KaplanMeier",
    "Release",
    "ReleaseDamagedError",
    "ReleaseUnreadableError",
    "Term",
    "TooFewError",
    "cox",
    "kaplan_meier",
    "log_rank",
    "open",
    "open_release",
]
