"""Which exams a shadow run takes: a choice by seed among those that are there, the same again with the "
"same seed.
"""

import io
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pydicom

from cmr_connector.archive_reader import Member, members_of
from cmr_deid.identities import canonical_uid

Progress = Callable[[str, int, int], None]


class Members:
    """The files of a folder, a ZIP or a single file, to go through again and again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[Member]:
        return members_of(self._path)


class Sample:
    """A choice of exams among files.

    Attributes:
        seed: of the choice. n_found: exams that were there. no_image: files without an exam, by reason code.
    """

    def __init__(self, members: Iterable[Member], n_exams: int, seed: int, progress: Progress) -> None:
        """Look at every header once.

        Args:
            members: files, an iterable that can be gone through again and again.
            n_exams: how many exams to take at most.
            seed: of the choice.
            progress: called with `find`, files looked at and 0.

        Raises:
            ArchiveReadError, OSError: the files cannot be read.
        """
        self._members, self.seed = members, seed
        self._places: dict[str, list[int]] = {}
        self._paths: dict[int, Member] = {}
        self.no_image: Counter[str] = Counter()
        for number, member in enumerate(members):
            self._look(number, member)
            progress("find", number + 1, 0)
        self.n_found = len(self._places)
        studies = sorted(self._places)
        chooser = random.Random(seed)  # noqa: S311  a repeatable choice, no secret
        self._chosen = chooser.sample(studies, min(n_exams, len(studies)))

    def chosen(self) -> list[str]:
        """Study Instance UIDs of the sample; they stay in memory."""
        return list(self._chosen)

    def members(self, study: str) -> Iterator[Member]:
        """The files of an exam of the sample, in order; archives are gone through again."""
        places = self._places[study]
        if all(place in self._paths for place in places):
            yield from (self._paths[place] for place in places)
            return
        wanted, last = set(places), places[-1]
        for number, member in enumerate(self._members):
            if number in wanted:
                yield member
            if number == last:
                return

    def _look(self, number: int, member: Member) -> None:
        if member.reason is not None:
            self.no_image[member.reason] += 1
            return
        study = _study_of(member)
        if study is None:
            self.no_image["not_dicom" if member.size else "zero_length"] += 1
            return
        self._places.setdefault(study, []).append(number)
        if isinstance(member.image, Path):
            self._paths[number] = member


def _study_of(member: Member) -> str | None:
    source = io.BytesIO(member.image) if isinstance(member.image, bytes) else member.image
    try:
        dataset = pydicom.dcmread(source, stop_before_pixels=True, specific_tags=["StudyInstanceUID"])
        return canonical_uid(str(dataset.get("StudyInstanceUID", ""))) or None
    except Exception:
        # pydicom raises six classes of exception on what is no image
        return None
