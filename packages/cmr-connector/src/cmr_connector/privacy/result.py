"""What a shadow run found: counts only. No value of the sample has a field here, so none can be written "
"down.
"""

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from cmr_connector.errors import SettingsError

VERSION = 1


@dataclass(slots=True)
class Searched:
    """A search for values of one kind.

    Attributes:
        searched: different values that were searched. passed_over: those too short to be told from chance.
        found: values found in outgoing bytes.
        coincident: values found that are words of the technique vocabulary themselves, such as a family name
            that is the name of a sequence.
    """

    searched: int = 0
    passed_over: int = 0
    found: int = 0
    coincident: int = 0


@dataclass(slots=True)
class Planted:
    """Invented identifiers in one place of copies of headers.

    Attributes:
        planted: how many were put in. found: how many an outgoing file held.
        stopped: of them, those in a copy that was held or refused as a whole.
    """

    planted: int = 0
    found: int = 0
    stopped: int = 0


@dataclass(slots=True)
class ShadowResult:
    """Counts of one shadow run.

    Attributes:
        made_at: UTC instant of its end.
        software, profile, edition, digest, key_id: what it was made with.
        text_search: whether images are searched for burned-in text: the extra is installed and not switched off.
        is_synthetic: whether every file of the sample says that it is a synthetic one.
        seed: choice of the sample. exams_found: exams that were there to choose from.
        exams: exams of the sample by what would become of them. series, instances: of the sample.
        deidentified: instances that would leave. looked_at: of them, those that say that their pixels were
            searched for burned-in text. stopped: instances that stay here, by reason code.
        no_image: files beside the exams that are no readable image, by reason code.
        scanners: makers and models as they would leave, with their instances.
        tags: what happened to each attribute: label -> action -> instances.
        source: search for the sample's own identifiers, by kind.
        planted: search for invented ones, by place.
        bytes_searched: outgoing bytes outside pixel data that were searched.
    """

    made_at: str = ""
    software: str = ""
    profile: str = ""
    edition: str = ""
    digest: str = ""
    key_id: str = ""
    text_search: bool = False
    is_synthetic: bool = False
    seed: int = 0
    exams_found: int = 0
    exams: Counter[str] = field(default_factory=Counter)
    series: int = 0
    instances: int = 0
    deidentified: int = 0
    looked_at: int = 0
    stopped: Counter[str] = field(default_factory=Counter)
    no_image: Counter[str] = field(default_factory=Counter)
    scanners: Counter[str] = field(default_factory=Counter)
    tags: dict[str, Counter[str]] = field(default_factory=dict)
    source: dict[str, Searched] = field(default_factory=dict)
    planted: dict[str, Planted] = field(default_factory=dict)
    bytes_searched: int = 0

    @property
    def n_exams(self) -> int:
        """Exams of the sample."""
        return self.exams.total()

    @property
    def n_found(self) -> int:
        """Identifiers found in outgoing bytes: the sample's own and planted ones; 0 is what is expected."""
        return sum(s.found for s in self.source.values()) + sum(p.found for p in self.planted.values())

    @property
    def n_searched(self) -> int:
        """Identifiers of the sample that were searched."""
        return sum(s.searched for s in self.source.values())

    @property
    def n_planted(self) -> int:
        """Invented identifiers that were planted."""
        return sum(p.planted for p in self.planted.values())

    def actions(self) -> Counter[str]:
        """Attributes by what happened to them, over all instances."""
        total: Counter[str] = Counter()
        for counts in self.tags.values():
            total += counts
        return total

    def tag(self, label: str, action: str) -> None:
        """Count one attribute of one instance."""
        self.tags.setdefault(label, Counter())[action] += 1

    def to_document(self) -> dict[str, Any]:
        """Plain JSON data."""
        document: dict[str, Any] = {"version": VERSION}
        for item in dataclasses.fields(self):
            document[item.name] = _plain(getattr(self, item.name))
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """From JSON data.

        Raises:
            SettingsError: it is no result of a shadow run, or one of another version.
        """
        try:
            if document["version"] != VERSION:
                raise SettingsError("The shadow run was made by another version; run it again.")
            values = {name: document[name] for name in (f.name for f in dataclasses.fields(cls))}
            for name in ("exams", "stopped", "no_image", "scanners"):
                values[name] = Counter(values[name])
            values["tags"] = {label: Counter(counts) for label, counts in values["tags"].items()}
            values["source"] = {kind: Searched(**s) for kind, s in values["source"].items()}
            values["planted"] = {place: Planted(**p) for place, p in values["planted"].items()}
            return cls(**values)
        except (KeyError, TypeError, AttributeError, ValueError):
            raise SettingsError("This is no result of a shadow run.") from None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) else value  # type: ignore[arg-type]


def read_result(path: Path) -> ShadowResult:
    """A result that was written before.

    Raises:
        SettingsError: the file cannot be read or holds something else.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        raise SettingsError("The result of the shadow run cannot be read; run it again.") from None
    if not isinstance(document, dict):
        raise SettingsError("This is no result of a shadow run.")
    return ShadowResult.from_document(document)
