"""Write a study: tables as CSV, figures as PNG and SVG, one HTML report that stands alone."""

import base64
from dataclasses import dataclass
from pathlib import Path

import jinja2
import pandas as pd

from cmr_analysis.figures import survival_figure
from cmr_analysis.release import Release
from cmr_analysis.survival import KaplanMeier
from cmr_exchange.release import ReleaseKind

DEATHS_ONLY = {"dmf", "obituary"}
DMF_BANNER = (
    "Deaths counted here rest on a Death Master File or obituaries alone. After November 2011 that file holds "
    "14.8 % of in-hospital deaths (88.9 % before), and one-year survival came out at 95.8 % where 86.1 % was true "
    "(Levin 2018, PMC6338290). Do not report this survival."
)
CAPTIONS = {
    "flow": "Flow of persons from the release to the analysis",
    "prevalence": "Prevalence, all centers and each",
    "characteristics": "Characteristics with n and missing",
    "survival": "Survival with numbers at risk",
    "hazard_ratios": "Hazard ratios of death, Cox models stratified by center",
    "death_sources": "Whose word the counted deaths rest on",
    "missing": "What is missing in the study group, and why",
}


@dataclass(frozen=True)
class Study:
    """Name, title, citation and design of a study template."""

    name: str
    title: str
    citation: str
    design: str


def write_study(
    release: Release,
    study: Study,
    tables: dict[str, pd.DataFrame],
    curves: dict[str, KaplanMeier],
    sentences: list[str],
    out: Path,
) -> Path:
    """Write everything into `out` (made where absent).

    Returns:
        Path of `report.html`; it carries the fingerprint of the release and stands alone.
    """
    (out / "tables").mkdir(parents=True, exist_ok=True)
    (out / "figures").mkdir(exist_ok=True)
    for name, table in tables.items():
        table.to_csv(out / "tables" / f"{name}.csv", index=False)
    for kind in ("svg", "png"):
        survival_figure(curves, out / "figures" / f"survival.{kind}")
    picture = base64.b64encode((out / "figures" / "survival.png").read_bytes()).decode()
    report = out / "report.html"
    html = (
        _environment()
        .get_template("study.html.j2")
        .render(
            study=study,
            manifest=release.manifest,
            fingerprint=release.fingerprint,
            is_synthetic=release.manifest.kind is ReleaseKind.SYNTHETIC,
            flow=release.flow,
            landmark_days=release.landmark_days,
            sentences=sentences,
            tables=[
                (CAPTIONS[name], table.columns, table.itertuples(index=False))
                for name, table in tables.items()
            ],
            picture=picture,
            n_curves={name: (curve.n, curve.n_died) for name, curve in curves.items()},
            banner=_banner(tables["death_sources"]),
        )
    )
    report.write_text(html, encoding="utf-8")
    return report


def _banner(death_sources: pd.DataFrame) -> str:
    """The warning where nobody but a file of deaths proves a death (R26)."""
    sources = set(death_sources.iloc[:, 0])
    return DMF_BANNER if sources and sources <= DEATHS_ONLY else ""


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("cmr_analysis"), autoescape=True, undefined=jinja2.StrictUndefined
    )
