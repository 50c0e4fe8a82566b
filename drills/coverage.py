"""How often the interval of the adjusted Cox model holds the planted hazard ratio: 95 times in 100, or it lies.

Every seed is a fresh cohort of three centers. The study group is cut from the reported values, followed by the
default censoring rule and analyzed as `cmr-analysis study small-infarcts` does: stratified by center, adjusted
for age, sex and diabetes. All centers have the same planted ratio here, so that the model is the true one; the
default cohort, in which one center differs, is counted beside it against the ratio that the plant predicts.
"""

import dataclasses
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter

from cmr_testkit.cohort.making import Cohort, make_cohort
from cmr_testkit.cohort.plan import DEFAULT_CENTERS
from cmr_testkit.cohort.study import StudyGroup, expected_hazard_ratio, study_group

SUBJECTS = 3_000
SEEDS = 200
HAZARD_RATIO = 1.9
LOWEST, HIGHEST = 0.93, 0.97
Z = 1.959964


@dataclass(frozen=True, slots=True)
class Fit:
    """One cohort's answer.

    Attributes:
        seed: of the cohort.
        planted: hazard ratio that is to be found.
        estimate: log hazard ratio; `standard_error` of it.
        people, deaths, infarcts: in the model.
    """

    seed: int
    planted: float
    estimate: float
    standard_error: float
    people: int
    deaths: int
    infarcts: int

    @property
    def holds(self) -> bool:
        """True when the planted ratio lies in the 95 % interval."""
        return abs(math.log(self.planted) - self.estimate) <= Z * self.standard_error


@dataclass(frozen=True, slots=True)
class Pair:
    """One seed: centers that agree, and the default cohort in which one differs."""

    alike: Fit
    default: Fit


def run(seeds: Iterable[int]) -> Iterator[Pair]:
    """Fit one seed after the other."""
    alike = tuple(dataclasses.replace(plan, hazard_ratio=HAZARD_RATIO) for plan in DEFAULT_CENTERS)
    for seed in seeds:
        same = make_cohort(SUBJECTS, seed, plans=alike)
        default = make_cohort(SUBJECTS, seed)
        yield Pair(_fit(same, HAZARD_RATIO), _fit(default, None))


def share(fits: Sequence[Fit]) -> float:
    """Share of the intervals that hold what is planted."""
    return sum(fit.holds for fit in fits) / len(fits)


def is_sound(fits: Sequence[Fit]) -> bool:
    """True where the share lies within its bounds."""
    return LOWEST <= share(fits) <= HIGHEST


def sentence(fits: Sequence[Fit]) -> str:
    """The share in words, with its numerator and denominator."""
    held = sum(fit.holds for fit in fits)
    return (
        f"The planted hazard ratio lies in {held} of {len(fits)} intervals ({100 * share(fits):.1f} %; "
        f"{100 * LOWEST:.0f} to {100 * HIGHEST:.0f} % are sound)."
    )


def section(alike: Sequence[Fit], default: Sequence[Fit]) -> str:
    """The figures as a table."""
    rows = (
        (f"all centers {HAZARD_RATIO}", alike),
        ("one center differs; against the ratio that the plant predicts", default),
    )
    head = "| planted | cohorts | intervals that hold it | mean log HR - planted | mean SE | SD | people | deaths |\n"
    return head + "|---|---|---|---|---|---|---|---|\n" + "".join(_row(name, fits) for name, fits in rows)


def _row(name: str, fits: Sequence[Fit]) -> str:
    errors = np.array([fit.estimate - math.log(fit.planted) for fit in fits])
    means = [np.mean([getattr(fit, what) for fit in fits]) for what in ("standard_error", "people", "deaths")]
    return (
        f"| {name} | {len(fits)} | {sum(fit.holds for fit in fits)} ({100 * share(fits):.1f} %) "
        f"| {errors.mean():+.4f} | {means[0]:.4f} | {errors.std():.4f} | {means[1]:.0f} | {means[2]:.0f} |\n"
    )


def _fit(cohort: Cohort, planted: float | None) -> Fit:
    group = study_group(cohort)
    table = _table(group.where(group.analyzed))
    model = CoxPHFitter().fit(table, "days", "died", strata=["center"])
    return Fit(
        seed=cohort.seed,
        planted=planted or expected_hazard_ratio(cohort, group, range(len(cohort.plans))),
        estimate=float(model.params_["has_infarct"]),
        standard_error=float(model.standard_errors_["has_infarct"]),
        people=len(table),
        deaths=int(table["died"].sum()),
        infarcts=int(table["has_infarct"].sum()),
    )


def _table(group: StudyGroup) -> pd.DataFrame:
    names = ("center", "has_infarct", "age", "is_male", "has_diabetes", "days", "died")
    return pd.DataFrame({name: getattr(group, name).astype(float) for name in names})
