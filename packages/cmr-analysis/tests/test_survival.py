import os
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from cmr_analysis import TooFewError, cox, kaplan_meier, log_rank
from cmr_analysis.counts import share, spread


def people(columns):
    frame = pd.DataFrame(
        {"follow_up_days": columns["days"], "died": columns["died"], "center": columns["center"]}
    )
    frame["has_infarct"] = columns["infarct"].astype(float)
    frame["age_decades"] = columns["age"] / 10
    return frame


def test_kaplan_meier_is_that_of_a_textbook():
    """Ten people by hand: 1 - 1/10, then 1 - 1/8 (one censored between), then 1 - 1/5."""
    days = pd.Series([100, 150, 200, 250, 300, 400, 500, 600, 700, 800])
    died = pd.Series([True, False, True, False, False, True, False, False, False, False])
    found = kaplan_meier(days, died, at_years=(200 / 365.25, 400 / 365.25, 5))
    assert found.at[200 / 365.25][0] == pytest.approx(0.9 * 7 / 8)
    assert found.at[400 / 365.25][0] == pytest.approx(0.9 * 7 / 8 * 4 / 5)
    assert found.at[400 / 365.25][3] == 5
    assert found.at[5] == (None, None, None, 0)
    assert (found.n, found.n_died) == (10, 3)
    assert found.n_at_risk(0) == 10


def test_the_planted_hazard_ratio_lies_in_the_interval(plant):
    model = cox(people(plant(6_000, seed=3)), ["has_infarct", "age_decades"])
    infarct = model.term("has_infarct")
    assert infarct.lower < 2.0 < infarct.upper
    assert model.strata == "center"


def test_people_with_a_gap_are_left_out_and_counted(plant):
    frame = people(plant())
    frame.loc[:9, "age_decades"] = np.nan
    model = cox(frame, ["has_infarct", "age_decades"])
    assert (model.n, model.n_left_out) == (1_190, 10)


def test_the_log_rank_test_sees_the_difference(plant):
    frame = people(plant())
    statistic, p = log_rank(frame["follow_up_days"], frame["died"], frame["has_infarct"])
    assert statistic > 10
    assert p < 0.001


def test_too_few_is_said():
    nobody = pd.Series([], dtype=float)
    alive = pd.DataFrame(
        {"follow_up_days": [1, 2], "died": [False, False], "center": ["a", "a"], "x": [0.0, 1.0]}
    )
    for act in (
        lambda: kaplan_meier(nobody, nobody),
        lambda: log_rank(alive["follow_up_days"], alive["died"], alive["x"]),
        lambda: cox(alive, ["x"]),
    ):
        with pytest.raises(TooFewError):
            act()


def test_a_share_carries_its_denominator_and_its_missing():
    found = share("x", pd.Series([True, False, True, None], dtype="boolean"))
    assert (found.n, found.of, found.missing) == (2, 3, 1)
    assert found.interval[0] < 2 / 3 < found.interval[1]
    assert "2 of 3" in str(found)
    empty = share("x", pd.Series([None], dtype="boolean"))
    assert (empty.proportion, empty.interval) == (None, None)
    assert str(empty) == "0 of 0, missing 1"


def test_a_spread_carries_n_and_missing():
    found = spread("x", "mL", pd.Series([1.0, 2.0, 3.0, None]))
    assert str(found) == "2.0 mL (quartiles 1.5 to 2.5), n 3, missing 1"
    assert "nobody known" in str(spread("x", "", pd.Series([None], dtype=float)))


R_SCRIPT = """
library(survival)
d <- read.csv("people.csv")
m <- coxph(Surv(days, died) ~ infarct + age + strata(center), data = d, ties = "efron")
s <- summary(survfit(Surv(days, died) ~ 1, data = d, conf.type = "log-log"), times = 1826.25)
l <- survdiff(Surv(days, died) ~ infarct, data = d)
cat(coef(m), sqrt(diag(vcov(m))), s$surv, s$lower, s$upper, l$chisq, sep = "\\n")
"""


@pytest.mark.peer
def test_r_gives_the_same_figures(plant, tmp_path):
    """R's `survival` is the reference of the field (Therneau)."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("R is not installed")
    frame = people(plant(800, seed=5))
    names = {"follow_up_days": "days", "has_infarct": "infarct", "age_decades": "age"}
    frame.assign(died=frame["died"].astype(int)).rename(columns=names).to_csv(tmp_path / "people.csv")
    (tmp_path / "study.R").write_text(R_SCRIPT)
    run = subprocess.run(
        [rscript, "--vanilla", "study.R"],
        cwd=tmp_path, env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    coefficients, errors, survival, chi = np.split(np.array(run.stdout.split(), float), [2, 4, 7])
    model = cox(frame, ["has_infarct", "age_decades"])
    ours = [np.log(term.hazard_ratio) for term in model.terms]
    spans = [(np.log(t.upper) - np.log(t.lower)) / 2 / 1.959964 for t in model.terms]
    assert ours == pytest.approx(coefficients, rel=1e-4)
    assert spans == pytest.approx(errors, rel=1e-4)
    assert kaplan_meier(frame["follow_up_days"], frame["died"]).at[5][:3] == pytest.approx(survival, rel=1e-5)
    assert log_rank(frame["follow_up_days"], frame["died"], frame["has_infarct"])[0] == pytest.approx(
        chi[0], rel=1e-5
    )
