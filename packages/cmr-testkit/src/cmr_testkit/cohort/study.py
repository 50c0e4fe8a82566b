"""The planted question: small infarcts and death among people with normal function (registry.md section 6(b)).

`study_group` cuts the group as a reader of the tables would: first exam, normal ejection fraction, all segments
normal, late enhancement done. `expected_hazard_ratio` says which answer the plant predicts when centers with
different planted ratios are pooled: the value at which the expected score of the partial likelihood, stratified
by center, is zero.
"""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from cmr_exchange.censoring import End, FollowUp, follow_up
from cmr_exchange.followup import VitalStatus
from cmr_testkit.cohort.columns import Flags, Floats, Ints
from cmr_testkit.cohort.making import Cohort
from cmr_testkit.cohort.outcomes import cumulative_hazard
from cmr_testkit.cohort.scars import ISCHEMIC, SEGMENTS

NORMAL_EF_PCT = 55.0
GRID_DAYS = 30


@dataclass(frozen=True, slots=True)
class StudyGroup:
    """One row per person of the group, as reported; NaN where age, sex or diabetes is missing.

    Attributes:
        subject: position in the cohort.
        center: position of the center.
        has_infarct: at least one segment with ischemic late enhancement.
        age, is_male, has_diabetes: covariates of the adjusted model.
        days, died: by the default censoring rule from the first exam; days is NaN where nobody watched.
        watched_days: how long the person would have been watched, dead or alive.
        log_hazard: planted, without the infarct.
    """

    subject: Ints
    center: Ints
    has_infarct: Flags
    age: Floats
    is_male: Floats
    has_diabetes: Floats
    days: Floats
    died: Flags
    watched_days: Floats
    log_hazard: Floats

    @property
    def analyzed(self) -> Flags:
        """Rows that the adjusted model can use: every covariate known, and watched for a day at least."""
        return ~np.isnan(self.age + self.is_male + self.has_diabetes) & (self.days > 0)

    def where(self, chosen: Flags) -> "StudyGroup":
        """The chosen rows."""
        return StudyGroup(*(getattr(self, field.name)[chosen] for field in dataclasses.fields(self)))


def study_group(cohort: Cohort) -> StudyGroup:
    """Cut the group from the reported values and follow it by the default censoring rule."""
    sheet, exams = cohort.sheet, cohort.exams
    volumes = sheet["lv_edv_ml"].values, sheet["lv_esv_ml"].values
    fraction = np.where(sheet["lv_edv_ml"].present, 100 * (1 - volumes[1] / volumes[0]), np.nan)
    chosen = (exams.number == 0) & (fraction >= NORMAL_EF_PCT) & sheet["wm_rest_all_normal"].is_yes()
    rows = np.flatnonzero(chosen & sheet["lge_performed"].is_yes() & sheet["lge_present"].present)
    subject = exams.subject[rows]
    ended, watched = _followed(cohort)
    return StudyGroup(
        subject=subject,
        center=cohort.people.center[subject],
        has_infarct=_ischemic(cohort)[rows],
        age=_known(cohort, "age_at_exam_years")[rows],
        is_male=_known(cohort, "sex")[rows],
        has_diabetes=_known(cohort, "hx_dm")[rows],
        days=np.array([np.nan if one.end is End.NOT_WATCHED else one.days for one in ended])[subject],
        died=np.array([one.died for one in ended])[subject],
        watched_days=watched[subject],
        log_hazard=cohort.deaths.log_hazard[subject],
    )


def expected_hazard_ratio(
    cohort: Cohort, group: StudyGroup, centers: Collection[int], *, is_adjusted: bool = True
) -> float:
    """Hazard ratio on which a Cox model stratified by center settles, given who is in the group.

    Args:
        cohort: where the group is from.
        group: persons; those that cannot be analyzed are left out.
        centers: positions of the centers that are pooled.
        is_adjusted: for age, sex and diabetes; else the crude ratio, which these confound.
    """
    used = group.where(group.analyzed & np.isin(group.center, list(centers)))
    strata = [
        _Stratum(cohort, used.where(used.center == center), is_adjusted) for center in sorted(set(centers))
    ]
    low, high = -4.0, 4.0
    for _ in range(50):
        middle = (low + high) / 2
        if sum(stratum.score(middle) for stratum in strata) > 0:
            low = middle
        else:
            high = middle
    return float(np.exp((low + high) / 2))


class _Stratum:
    """Expected deaths and risk sets of one center on a grid of days."""

    def __init__(self, cohort: Cohort, rows: StudyGroup, is_adjusted: bool) -> None:
        self.deaths_with, self.deaths_without = np.zeros(0), np.zeros(0)
        self.risk_with, self.risk_without = np.zeros(0), np.zeros(0)
        if not len(rows.subject):
            return
        ratio = cohort.plans[int(rows.center[0])].hazard_ratio
        risk = np.exp(rows.log_hazard)
        grid = np.arange(0, rows.watched_days.max() + GRID_DAYS, GRID_DAYS, dtype=np.float64)
        hazard = cumulative_hazard(grid)
        middle = (hazard[:-1] + hazard[1:]) / 2
        factor = np.where(rows.has_infarct, ratio, 1.0) * risk
        at_risk = np.exp(-middle[:, None] * factor) * (rows.watched_days >= grid[1:, None])
        weight = risk if is_adjusted else np.ones_like(risk)
        deaths = np.diff(hazard)[:, None] * at_risk * factor
        with_, without = rows.has_infarct, ~rows.has_infarct
        self.deaths_with, self.deaths_without = deaths[:, with_].sum(1), deaths[:, without].sum(1)
        self.risk_with = (at_risk * weight)[:, with_].sum(1)
        self.risk_without = (at_risk * weight)[:, without].sum(1)

    def score(self, log_ratio: float) -> float:
        """Expected derivative of the log partial likelihood."""
        weighted = np.exp(log_ratio) * self.risk_with
        total = np.maximum(weighted + self.risk_without, 1e-300)
        deaths = self.deaths_with + self.deaths_without
        return float((self.deaths_with - deaths * weighted / total).sum())


def _followed(cohort: Cohort) -> tuple[list[FollowUp], Floats]:
    """By subject: what the default rule says from the first exam, and how long it would watch a survivor."""
    ended, watched = [], []
    for statuses in cohort.statuses():
        ended.append(follow_up(statuses, 0))
        survivor = follow_up([_without_death(status) for status in statuses], 0)
        watched.append(float(survivor.days))
    return ended, np.array(watched)


def _without_death(status: VitalStatus) -> VitalStatus:
    if status.death_day is None:
        return status
    return dataclasses.replace(status, death_day=None, death_precision=None, cause=None)


def _ischemic(cohort: Cohort) -> Flags:
    found = np.zeros(cohort.exams.rows, bool)
    for segment in range(1, SEGMENTS + 1):
        extent = cohort.sheet[f"lge_aha_{segment:02d}"].among("1", "2", "3", "4")
        found |= extent & cohort.sheet[f"lge_pattern_{segment:02d}"].among(str(ISCHEMIC))
    return found


def _known(cohort: Cohort, name: str) -> Floats:
    column = cohort.sheet[name]
    return np.where(column.present, column.values.astype(np.float64), np.nan)
