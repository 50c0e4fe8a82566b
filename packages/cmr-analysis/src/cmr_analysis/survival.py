"""Survival as data: Kaplan-Meier with numbers at risk, log-rank, Cox stratified by center.

Estimates come from lifelines (checked against R's `survival` in a slow test); here they are asked for in the
words of a release and given back with n, events and what was left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

from cmr_analysis.errors import TooFewError

DAYS_PER_YEAR = 365.25
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class KaplanMeier:
    """One survival curve.

    Attributes:
        n, n_died: people and deaths.
        years: times of the steps, years from time zero.
        survival, lower, upper: estimate and 95 % interval (log-log) after each step.
        at: asked times in years -> (survival, lower, upper, at risk); survival is None after the last observation.
        durations: follow-up of each person, years, sorted.
    """

    n: int
    n_died: int
    years: Numbers
    survival: Numbers
    lower: Numbers
    upper: Numbers
    at: Mapping[float, tuple[float | None, float | None, float | None, int]]
    durations: Numbers = field(repr=False)

    def n_at_risk(self, years: float) -> int:
        """People still watched and alive just before this time."""
        return self.n - int(np.searchsorted(self.durations, years, side="left"))


@dataclass(frozen=True)
class Term:
    """One hazard ratio with its 95 % interval and Wald p-value."""

    name: str
    hazard_ratio: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True)
class CoxModel:
    """A fitted Cox model.

    Attributes:
        terms: hazard ratios in the order asked for.
        n, n_died: people and deaths in the model.
        n_left_out: people left out because a covariate or the follow-up is missing.
        strata: column whose values have baseline hazards of their own.
        concordance: Harrell's C within strata.
    """

    terms: tuple[Term, ...]
    n: int
    n_died: int
    n_left_out: int
    strata: str
    concordance: float

    def term(self, name: str) -> Term:
        """The hazard ratio of one covariate.

        Raises:
            KeyError: the model does not hold it.
        """
        return {term.name: term for term in self.terms}[name]


def kaplan_meier(days: pd.Series, died: pd.Series, at_years: Sequence[float] = (1, 5, 10)) -> KaplanMeier:
    """Kaplan-Meier estimate (JASA 1958;53:457) with log-log intervals.

    Args:
        days: whole days of follow-up per person.
        died: whether the follow-up ends with a death.
        at_years: times at which estimate and number at risk are wanted.

    Raises:
        TooFewError: nobody.
    """
    if days.empty:
        raise TooFewError("Nobody is left for a survival curve.")
    durations, events = days.to_numpy(float), died.to_numpy(bool)
    fitter = KaplanMeierFitter().fit(durations, events)
    interval = fitter.confidence_interval_survival_function_
    steps = fitter.survival_function_.index.to_numpy(float)
    columns = (fitter.survival_function_.iloc[:, 0], interval.iloc[:, 0], interval.iloc[:, 1])
    curve, lower, upper = (column.to_numpy(float) for column in columns)

    def asked(years: float) -> tuple[float | None, float | None, float | None, int]:
        limit = years * DAYS_PER_YEAR
        n_at_risk = int((durations >= limit).sum())
        if durations.max() < limit:
            return None, None, None, 0
        step = int(np.searchsorted(steps, limit, side="right")) - 1
        return float(curve[step]), float(lower[step]), float(upper[step]), n_at_risk

    at = {years: asked(years) for years in at_years}
    ordered = np.sort(durations) / DAYS_PER_YEAR
    return KaplanMeier(len(days), int(events.sum()), steps / DAYS_PER_YEAR, curve, lower, upper, at, ordered)


def log_rank(days: pd.Series, died: pd.Series, group: pd.Series) -> tuple[float, float]:
    """Log-rank test over the groups.

    Returns:
        Chi-square statistic and p-value.

    Raises:
        TooFewError: fewer than two groups, or no death.
    """
    if group.nunique() < 2 or not died.any():
        raise TooFewError("A log-rank test needs two groups and a death.")
    test = multivariate_logrank_test(days.to_numpy(float), group.to_numpy(), died.to_numpy(bool))
    return float(test.test_statistic), float(test.p_value)


def cox(people: pd.DataFrame, covariates: Sequence[str], *, strata: str = "center") -> CoxModel:
    """Cox proportional hazards (J R Stat Soc B 1972;34:187), Efron ties, a baseline hazard per stratum.

    Args:
        people: one row per person with follow_up_days, died, the covariates as numbers, and `strata`.
        covariates: columns of the model; people with a gap in any are left out and counted.
        strata: column of strata.

    Raises:
        TooFewError: fewer than ten deaths per covariate are no reason, no death or no contrast is.
    """
    columns = ["follow_up_days", "died", strata, *covariates]
    complete = people[columns].dropna()
    frame = complete.astype(dict.fromkeys(("follow_up_days", *covariates), float) | {"died": int})
    if frame["died"].sum() == 0 or any(frame[name].nunique() < 2 for name in covariates):
        raise TooFewError("A Cox model needs deaths and people who differ.")
    fitter = CoxPHFitter().fit(
        frame,
        "follow_up_days",
        "died",
        strata=[strata],
        fit_options={"precision": 1e-12, "r_precision": 1e-15},
    )
    table = fitter.summary
    terms = tuple(
        Term(
            name,
            float(table.loc[name, "exp(coef)"]),
            float(table.loc[name, "exp(coef) lower 95%"]),
            float(table.loc[name, "exp(coef) upper 95%"]),
            float(table.loc[name, "p"]),
        )
        for name in covariates
    )
    n_left_out = len(people) - len(frame)
    n_died = int(frame["died"].sum())
    return CoxModel(terms, len(frame), n_died, n_left_out, strata, float(fitter.concordance_index_))
