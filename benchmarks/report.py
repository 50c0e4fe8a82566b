"""Figures of a benchmark run, printed as a table and kept as JSON."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; `peer` is None where nobody else does the same.

    Attributes:
        what: what was measured.
        unit: unit of both values.
        value: ours.
        peer: the peer's in the same run.
        peer_name: who the peer is.
        higher_is_better: which way the ratio reads.
    """

    what: str
    unit: str
    value: float
    peer: float | None = None
    peer_name: str = ""
    higher_is_better: bool = True

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer; below 1 is worse."""
        if not self.peer or not self.value:
            return None
        return self.value / self.peer if self.higher_is_better else self.peer / self.value


def show(figures: Sequence[Figure]) -> None:
    """Print a table and write `var/bench/latest.json`."""
    print(f"{'measured':44} {'ours':>12} {'peer':>12} {'ratio':>7}  unit")
    for figure in figures:
        peer = f"{figure.peer:12.1f}" if figure.peer is not None else " " * 12
        ratio = f"{figure.ratio:6.2f}x" if figure.ratio is not None else " " * 7
        print(f"{figure.what:44} {figure.value:12.1f} {peer} {ratio}  {figure.unit}  {figure.peer_name}")
    path = Path("var/bench/latest.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {"machine": platform.machine(), "python": platform.python_version()}
    path.write_text(
        json.dumps({**machine, "figures": [asdict(figure) for figure in figures]}, indent=2) + "\n"
    )
