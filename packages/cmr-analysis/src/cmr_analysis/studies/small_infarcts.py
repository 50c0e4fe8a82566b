"""Small infarcts with normal contractile function: prevalence and prognosis.

Group: index exams with normal LVEF (at least 55 %), all 17 segments normal at rest, and LGE. Exposure: at least one
segment with ischemic LGE. Outcome: death from any cause by the release's censoring rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cmr_analysis.counts import Share, Spread, missing_by_code, share, spread_of
from cmr_analysis.describe import source_mix
from cmr_analysis.errors import TooFewError
from cmr_analysis.release import Release
from cmr_analysis.reports import Study, write_study
from cmr_analysis.survival import CoxModel, KaplanMeier, cox, kaplan_meier, log_rank
from cmr_exchange.release import FlowStep

CITATION = (
    'Study template after "Prevalence and Prognostic Significance of Small Myocardial Infarcts Detected by CMR in '
    '18,000 Patients with Normal Contractile Function: A Multicenter Study with Ten Years of Follow-up", a project '
    "listed by the SCMR Registry (Kim, Duke). The design is ours, not the authors'."
)
DESIGN = (
    "Index exams with LVEF of at least 55 %, all 17 segments normal at rest, and LGE. Exposure: at least one segment "
    "with ischemic LGE. Outcome: death from any cause by the release's censoring rule."
)
NORMAL_EF_PCT = 55.0
HORIZON_YEARS = (1.0, 5.0, 10.0)
ITEMS = (
    "lv_ef_pct", "lv_ef_reported_pct", "wm_rest_all_normal", "lge_performed", "lge_present",
    "lge_n_ischemic_segments", "age_at_exam_years", "sex", "hx_dm", "hx_htn", "hx_hld", "hx_prior_mi",
)  # fmt: skip
ADJUSTMENT = ("age_decades", "is_male", "has_diabetes")
LABELS = {
    "has_infarct": "Small infarct (any ischemic LGE)",
    "n_segments": "Per segment with ischemic LGE",
    "age_decades": "Age, per 10 years",
    "is_male": "Male sex",
    "has_diabetes": "Diabetes mellitus",
    "is_oldest_band": "Oldest age band of the release",
}


@dataclass(frozen=True)
class Findings:
    """Everything that the study found.

    Attributes:
        steps: flow of n from the release to the group.
        prevalence: small infarcts among the group.
        curves: group -> Kaplan-Meier estimate; `log_rank_p` compares them.
        crude, adjusted, dose: Cox models stratified by center.
        sources: class of source -> deaths counted on its word.
    """

    steps: tuple[FlowStep, ...]
    prevalence: Share
    by_center: tuple[Share, ...]
    characteristics: tuple[tuple[str, Share | Spread, Share | Spread], ...]
    curves: dict[str, KaplanMeier]
    log_rank_statistic: float
    log_rank_p: float
    crude: CoxModel
    adjusted: CoxModel
    dose: CoxModel
    sources: dict[str, int]
    n_not_watched: int
    missing: dict[str, dict[str, int]]


def study_group(release: Release) -> tuple[pd.DataFrame, tuple[FlowStep, ...]]:
    """The people of the study with exposure and covariates as numbers, and the flow of n that led to them.

    Returns:
        One row per person: the columns of `Release.index_exams`, and ef_pct, has_infarct, n_segments, age_decades,
        is_male, has_diabetes, is_oldest_band (floats, NaN where not known).
    """
    people = release.index_exams(ITEMS)
    steps = [FlowStep("Index exams of the release", len(people), len(people))]
    people["ef_pct"] = people["lv_ef_pct"].astype(float).fillna(people["lv_ef_reported_pct"].astype(float))
    people["n_segments"] = _ischemic_segments(people)
    for label, fits in _criteria(people):
        people = people[fits.loc[people.index]]
        steps.append(FlowStep(label, len(people), len(people)))
    return _with_covariates(people.copy(), release.manifest.oldest_age_years), tuple(steps)


def analyze(release: Release) -> Findings:
    """Run the whole design.

    Raises:
        KeyError: the release lacks an item of the design.
        TooFewError: nobody, no infarct, or no death in the group.
    """
    people, steps = study_group(release)
    watched = people[people["end"] != "not_watched"]
    if watched.empty or not watched["died"].any():
        raise TooFewError(
            "Nobody in the study group was watched, or nobody died: there is nothing to estimate."
        )
    groups = {
        "No small infarct": watched[watched["has_infarct"] == 0],
        "Small infarct": watched[watched["has_infarct"] == 1],
    }
    statistic, p = log_rank(watched["follow_up_days"], watched["died"], watched["has_infarct"])
    return Findings(
        steps=(*steps, FlowStep("Watched after the exam", len(watched), len(watched))),
        prevalence=share("Small infarct", people["has_infarct"]),
        by_center=tuple(share(str(c), rows["has_infarct"]) for c, rows in people.groupby("center")),
        characteristics=_characteristics(people),
        curves={
            name: kaplan_meier(rows["follow_up_days"], rows["died"], HORIZON_YEARS)
            for name, rows in groups.items()
        },
        log_rank_statistic=statistic,
        log_rank_p=p,
        crude=cox(watched, ["has_infarct"]),
        adjusted=cox(watched, ["has_infarct", *_adjustment(watched)]),
        dose=cox(watched, ["n_segments", *_adjustment(watched)]),
        sources=source_mix(release, set(people["subject"])),
        n_not_watched=len(people) - len(watched),
        missing={item: missing_by_code(people, item) for item in ITEMS},
    )


def run(release: Release, out: Path) -> Path:
    """Write tables, figures and the HTML report of the study into `out`; returns the report's path."""
    found = analyze(release)
    study = Study(
        name="small-infarcts",
        title="Small myocardial infarcts with normal contractile function",
        citation=CITATION,
        design=DESIGN,
    )
    tables = {
        "flow": _rows(("Step", "Persons"), [(step.label, step.subjects) for step in found.steps]),
        "prevalence": _shares([found.prevalence, *found.by_center]),
        "characteristics": _rows(
            ("", "No small infarct", "Small infarct"),
            [(a, str(b), str(c)) for a, b, c in found.characteristics],
        ),
        "survival": _survival(found.curves),
        "hazard_ratios": _models(
            {"crude": found.crude, "adjusted": found.adjusted, "adjusted, by extent": found.dose}
        ),
        "death_sources": _rows(("Source", "Deaths counted"), list(found.sources.items())),
        "missing": _missing(found.missing),
    }
    return write_study(release, study, tables, found.curves, _sentences(found), out)


def _criteria(people: pd.DataFrame) -> tuple[tuple[str, pd.Series], ...]:
    """Label and fulfillment of each criterion; what is not known fulfills none."""
    return (
        (f"LVEF known and at least {NORMAL_EF_PCT:.0f} %", people["ef_pct"] >= NORMAL_EF_PCT),
        ("All segments known to move normally at rest", _flag(people["wm_rest_all_normal"]) == 1),
        ("LGE performed", _flag(people["lge_performed"]) == 1),
        ("Ischemic LGE graded by segment, or no LGE", people["n_segments"].notna()),
    )


def _ischemic_segments(people: pd.DataFrame) -> pd.Series:
    """Segments with ischemic LGE; none where the reader saw no LGE, or at the RV insertion points only."""
    graded = people["lge_n_ischemic_segments"].astype(float)
    return graded.mask(graded.isna() & people["lge_present"].isin(["0", "2"]), 0.0)


def _adjustment(people: pd.DataFrame) -> tuple[str, ...]:
    """Covariates of the adjusted models; where the release bands the oldest ages, the band has a hazard of its own."""
    return (*ADJUSTMENT, "is_oldest_band") if people["is_oldest_band"].nunique() > 1 else ADJUSTMENT


def _with_covariates(people: pd.DataFrame, oldest_age_years: int | None) -> pd.DataFrame:
    people["has_infarct"] = (people["n_segments"] >= 1).astype(float)
    people["age_decades"] = people["age_at_exam_years"].astype(float) / 10
    oldest = oldest_age_years if oldest_age_years is not None else float("inf")
    ages = people["age_at_exam_years"].astype(float)
    people["is_oldest_band"] = (ages >= oldest).astype(float).mask(ages.isna())
    people["is_male"] = people["sex"].map({"M": 1.0, "F": 0.0}).astype(float)
    people["has_diabetes"] = _flag(people["hx_dm"])
    people["died"] = people["died"].fillna(False).astype(bool)
    return people


def _flag(answers: pd.Series) -> pd.Series:
    """1, 0 or NaN from a yes/no item, which a dictionary may hold as a flag or as the codes 1 and 0."""
    return answers.map({True: 1.0, False: 0.0, "1": 1.0, "0": 0.0}, na_action="ignore").astype(float)


def _characteristics(people: pd.DataFrame) -> tuple[tuple[str, Share | Spread, Share | Spread], ...]:
    without, having = (people[people["has_infarct"] == answer] for answer in (0, 1))
    rows: list[tuple[str, Share | Spread, Share | Spread]] = [
        (
            label,
            spread_of(label, unit, without, column),
            spread_of(label, unit, having, column),
        )
        for label, unit, column in (("Age", "years", "age_at_exam_years"), ("LVEF", "%", "ef_pct"))
    ]
    flags = {"Male sex": "is_male", "Diabetes mellitus": "has_diabetes"}
    rows += [(label, share(label, without[c]), share(label, having[c])) for label, c in flags.items()]
    history = {
        "Hypertension": "hx_htn",
        "Hyperlipidemia": "hx_hld",
        "Prior infarction known": "hx_prior_mi",
    }
    rows += [
        (label, share(label, _flag(without[c])), share(label, _flag(having[c])))
        for label, c in history.items()
    ]
    return tuple(rows)


def _rows(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(columns))


def _shares(shares: Sequence[Share]) -> pd.DataFrame:
    rows = [
        (
            s.label,
            s.n,
            s.of,
            s.missing,
            *(f"{x:.1%}" for x in (s.proportion or 0.0, *(s.interval or (0.0, 1.0)))),
        )
        for s in shares
    ]
    return _rows(("Group", "n", "Of", "Missing", "Proportion", "Lower 95 %", "Upper 95 %"), rows)


def _survival(curves: dict[str, KaplanMeier]) -> pd.DataFrame:
    rows = [
        (
            name,
            f"{years:g}",
            *("not reached" if x is None else f"{x:.1%}" for x in (estimate, lower, upper)),
            at_risk,
            curve.n,
            curve.n_died,
        )
        for name, curve in curves.items()
        for years, (estimate, lower, upper, at_risk) in curve.at.items()
    ]
    columns = ("Group", "Years", "Survival", "Lower 95 %", "Upper 95 %", "At risk", "n", "Deaths")
    return _rows(columns, rows)


def _models(models: dict[str, CoxModel]) -> pd.DataFrame:
    rows = [
        (
            name,
            LABELS[term.name],
            f"{term.hazard_ratio:.2f}",
            f"{term.lower:.2f}",
            f"{term.upper:.2f}",
            "< 0.001" if term.p < 0.001 else f"{term.p:.3f}",
            model.n,
            model.n_died,
            model.n_left_out,
        )
        for name, model in models.items()
        for term in model.terms
    ]
    columns = (
        "Model",
        "Covariate",
        "Hazard ratio",
        "Lower 95 %",
        "Upper 95 %",
        "p",
        "n",
        "Deaths",
        "Left out",
    )
    return _rows(columns, rows)


def _missing(missing: dict[str, dict[str, int]]) -> pd.DataFrame:
    rows = [(item, code, n) for item, codes in missing.items() for code, n in codes.items()]
    return _rows(("Item", "Missing because", "Persons"), rows)


def _sentences(found: Findings) -> list[str]:
    crude, adjusted = found.crude.term("has_infarct"), found.adjusted.term("has_infarct")
    return [
        f"Prevalence: {found.prevalence}.",
        f"Log-rank test over {sum(c.n for c in found.curves.values())} persons and "
        f"{sum(c.n_died for c in found.curves.values())} deaths: chi-square {found.log_rank_statistic:.2f}, "
        f"p {found.log_rank_p:.4f}.",
        f"Hazard ratio of death, crude {crude.hazard_ratio:.2f} ({crude.lower:.2f} to {crude.upper:.2f}; "
        f"n {found.crude.n}, {found.crude.n_died} deaths), adjusted for age, sex and diabetes "
        f"{adjusted.hazard_ratio:.2f} ({adjusted.lower:.2f} to {adjusted.upper:.2f}; n {found.adjusted.n}, "
        f"{found.adjusted.n_died} deaths, {found.adjusted.n_left_out} left out for a missing covariate). "
        "Centers have baseline hazards of their own.",
        f"{found.n_not_watched} persons of the group were not watched by any source and count in the prevalence "
        "only.",
    ]
