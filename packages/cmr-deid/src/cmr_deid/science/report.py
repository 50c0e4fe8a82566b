"""What survived of a whole exam: counts by group, phases and slices of each series, differences by name."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from cmr_deid.science.compare import Survival
from cmr_deid.science.values import GROUPS


@dataclass(slots=True)
class SeriesShape:
    """Slices and phases of one series, gathered from its instances.

    Attributes:
        n_instances: files.
        moments: times after the R wave by position, in what leaves.
    """

    n_instances: int = 0
    moments: dict[str, set[str]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Such as `12 slices x 25 phases`; the phases are those of the slice that has most."""
        slices, phases = max(1, len(self.moments)), max(map(len, self.moments.values()), default=1)
        return f"{slices} {'slice' if slices == 1 else 'slices'} x {phases} {'phase' if phases == 1 else 'phases'}"


class ScienceReport:
    """Gathers the survivals of an exam's instances.

    Attributes:
        n_instances: instances compared.
        compared, equal: values by group.
        series: shape of each series by its key, in the order met.
    """

    def __init__(self) -> None:
        self.n_instances = 0
        self.compared: dict[str, int] = dict.fromkeys(GROUPS, 0)
        self.equal: dict[str, int] = dict.fromkeys(GROUPS, 0)
        self.series: dict[str, SeriesShape] = {}
        self._differences: Counter[str] = Counter()
        self._beside: Counter[str] = Counter()

    @classmethod
    def of(cls, survivals: Iterable[tuple[str, Survival]]) -> "ScienceReport":
        """From pairs of a series' key and the survival of one of its instances."""
        report = cls()
        for series, survival in survivals:
            report.add(series, survival)
        return report

    def add(self, series: str, survival: Survival) -> None:
        """Take in one instance of a series."""
        self.n_instances += 1
        for group, compared, equal in zip(GROUPS, survival.compared, survival.equal, strict=True):
            self.compared[group] += compared
            self.equal[group] += equal
        self._differences.update(survival.differences)
        self._beside.update(survival.beside)
        shape = self.series.setdefault(series, SeriesShape())
        shape.n_instances += 1
        for position, moment in survival.frames:
            shape.moments.setdefault(position, set()).add(moment)

    @property
    def differences(self) -> dict[str, int]:
        """Instances by the name of an attribute or fact that is not the same in them."""
        return dict(self._differences)

    @property
    def beside(self) -> dict[str, int]:
        """Instances by the fact that travels beside them."""
        return dict(self._beside)

    @property
    def rows(self) -> list[tuple[str, int, int]]:
        """Group, values compared and values equal, of the groups that hold any."""
        return [(group, n, self.equal[group]) for group, n in self.compared.items() if n]

    @property
    def shapes(self) -> list[str]:
        """Slices and phases of the series with how many have them, such as `12 slices x 25 phases (2 series)`."""
        return [
            f"{words} ({n} series)" for words, n in Counter(s.words for s in self.series.values()).items()
        ]

    @property
    def is_whole(self) -> bool:
        """True if nothing differs."""
        return not self._differences

    def lines(self) -> tuple[str, ...]:
        """The report in plain words."""
        images = "image" if self.n_instances == 1 else "images"
        lines = [f"{self.n_instances} {images} compared with the source."]
        lines += [f"{group}: {equal} of {n} values equal" for group, n, equal in self.rows]
        lines += self.shapes
        lines += [f"{name}: beside the exam for {n}" for name, n in sorted(self._beside.items())]
        lines += [f"{name}: differs in {n}" for name, n in sorted(self._differences.items())]
        return tuple(lines)
