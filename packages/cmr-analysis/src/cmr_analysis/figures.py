"""Figures of survival, with the numbers at risk below."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cmr_analysis.survival import KaplanMeier

COLORS = ("#0b6477", "#b3541e", "#5b4b8a", "#3d6b35")
DASHES = ("-", "--", "-.", ":")
"""Curves differ by dash as well as by color."""


def survival_figure(curves: dict[str, KaplanMeier], path: Path) -> None:
    """Draw the curves with 95 % bands, and the numbers at risk under the axis.

    Args:
        curves: name -> estimate; at most four.
        path: file to write; its ending decides the format.
    """
    figure = Figure(figsize=(7.5, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes, below = figure.subplots(2, 1, height_ratios=[4, 0.5 + 0.3 * len(curves)], sharex=True)
    last = max(float(curve.years[-1]) for curve in curves.values())
    for (name, curve), color, dash in zip(curves.items(), COLORS, DASHES, strict=False):
        label = f"{name} (n {curve.n}, {curve.n_died} deaths)"
        axes.step(curve.years, curve.survival, where="post", color=color, linestyle=dash, label=label)
        axes.fill_between(curve.years, curve.lower, curve.upper, step="post", color=color, alpha=0.15, lw=0)
    axes.set(ylim=(0, 1.02), ylabel="Survival", xlabel="Years after the exam")
    axes.xaxis.set_tick_params(labelbottom=True)
    axes.legend(loc="lower left", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    ticks = range(0, int(last) + 1, max(1, int(last) // 6))
    axes.set_xticks(ticks)
    _numbers_at_risk(below, curves, ticks)
    figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def _numbers_at_risk(axes: Axes, curves: dict[str, KaplanMeier], ticks: Sequence[int]) -> None:
    axes.set(ylim=(-0.5, len(curves) - 0.5), yticks=range(len(curves)))
    axes.set_yticklabels(list(curves)[::-1])
    axes.set_title("Number at risk", loc="left", fontsize=10)
    for row, curve in enumerate(reversed(curves.values())):
        for years in ticks:
            axes.text(years, row, str(curve.n_at_risk(float(years))), ha="center", va="center")
    axes.tick_params(length=0, labelbottom=False)
    axes.spines[:].set_visible(False)
