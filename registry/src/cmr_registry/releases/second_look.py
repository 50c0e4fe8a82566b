"""The last look at the texts of a release before they are frozen: does anything of the registry stand in them?

Knows nothing of how labels are made. What must not be found: registry ids, the centers' pseudonyms, and code and
name of every center, whether it takes part or not.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cmr_registry.releases.errors import ReleaseUnbuildableError

_ID = re.compile(rb"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_LABEL = re.compile(rb"(?<![A-Z2-7])[A-Z2-7]{17}(?![A-Z2-7])")


@dataclass(frozen=True)
class Forbidden:
    """What must not stand in a release.

    Attributes:
        ids: registry ids of its centers, subjects and exams, with and without hyphens.
        pseudonyms: of subjects and exams.
        center_words: codes and names of all centers.
    """

    ids: Collection[str]
    pseudonyms: Collection[str]
    center_words: Iterable[str]

    def examiner(self) -> "Examiner":
        """What looks at each file."""
        return Examiner(self)


class Examiner:
    """Looks at each text of a release; made once, the sets are large."""

    def __init__(self, forbidden: Forbidden) -> None:
        self._ids = {text.replace("-", "").encode() for text in forbidden.ids}
        self._pseudonyms = {text.encode() for text in forbidden.pseudonyms}
        words = sorted({re.escape(word.strip().lower()) for word in forbidden.center_words if word.strip()})
        self._words = re.compile(rf"(?<!\w)(?:{'|'.join(words) or '(?!)'})(?!\w)")

    def __call__(self, path: str, data: bytes) -> None:
        """Look at one file.

        Raises:
            ReleaseUnbuildableError: something of the registry was found; says in which file and of what sort, never
                the value.
        """
        for what, found in (
            ("a registry id", any(m.replace(b"-", b"") in self._ids for m in _ID.findall(data))),
            ("a center's pseudonym", any(m in self._pseudonyms for m in _LABEL.findall(data))),
            ("the name of a center", self._words.search(data.decode("utf-8", "replace").lower()) is not None),
        ):
            if found:
                raise ReleaseUnbuildableError(f"The second look found {what} in {path}.")
