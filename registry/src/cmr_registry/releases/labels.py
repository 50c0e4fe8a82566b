"""Which labels stand for whom in one release: derived from its key, in no order of the registry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from cmr_deid.rekey import ReleaseIdentities


@dataclass(frozen=True, slots=True)
class Chosen:
    """One exam that is to be released, by registry ids.

    Attributes:
        center, subject, exam: registry ids as text.
        with_images: whether its images may come too.
    """

    center: str
    subject: str
    exam: str
    with_images: bool = False


@dataclass(frozen=True)
class Labels:
    """The labels of one release.

    Attributes:
        identities: what they are derived with.
        centers: label by registry id, of the centers that have an exam in it.
        chosen: the exams.
    """

    identities: ReleaseIdentities
    centers: Mapping[str, str]
    chosen: tuple[Chosen, ...]

    @classmethod
    def of(cls, identities: ReleaseIdentities, chosen: Iterable[Chosen]) -> "Labels":
        """The labels of these exams."""
        rows = tuple(chosen)
        return cls(identities, identities.centers(row.center for row in rows), rows)

    def table(self) -> pa.Table:
        """Exam by exam: registry ids, labels, and whether images may come."""
        columns: dict[str, list[object]] = {
            "subject": [row.subject for row in self.chosen],
            "exam": [row.exam for row in self.chosen],
            "center_label": [self.centers[row.center] for row in self.chosen],
            "subject_label": [self.identities.subject(row.subject) for row in self.chosen],
            "exam_label": [self.identities.exam(row.exam) for row in self.chosen],
            "with_images": [row.with_images for row in self.chosen],
        }
        types = {"with_images": pa.bool_()}
        return pa.table(
            {name: pa.array(values, types.get(name, pa.string())) for name, values in columns.items()}
        )
