"""Golden samples: rows with the values that a person has looked at, frozen; every change of mapping or dictionary must
give the same again, or says what changed (F18). Samples hold cells: they are kept at the hospital, encrypted.
"""

import datetime
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Any

from cmr_dictionary.dictionary import load
from cmr_dictionary.mapping.applying import RowReader, RowResult
from cmr_dictionary.mapping.documents import Mapping
from cmr_dictionary.values import Value


@dataclass(frozen=True, slots=True)
class Sample:
    """One row and what it must become.

    Attributes:
        cells: the row.
        exam_date: date of its exam, where the hospital knew it.
        values: value, or missing code, by item.
        refused: items and codes that were refused.
        mapping_version, dictionary_version: what they were frozen with.
    """

    cells: MappingOf[str, str] = field(repr=False)
    exam_date: datetime.date | None = field(repr=False)
    values: MappingOf[str, Value] = field(repr=False)
    refused: tuple[tuple[str, str], ...]
    mapping_version: int
    dictionary_version: str

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "cells": dict(self.cells),
            "exam_date": self.exam_date.isoformat() if self.exam_date else None,
            "values": dict(self.values),
            "refused": [list(pair) for pair in self.refused],
            "mapping_version": self.mapping_version,
            "dictionary_version": self.dictionary_version,
        }

    @classmethod
    def from_document(cls, document: MappingOf[str, Any]) -> "Sample":
        """From its JSON form."""
        written = document["exam_date"]
        return cls(
            document["cells"],
            datetime.date.fromisoformat(written) if written else None,
            document["values"],
            tuple((str(item), str(code)) for item, code in document["refused"]),
            document["mapping_version"],
            document["dictionary_version"],
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a sample no longer becomes.

    Attributes:
        sample: its place among the samples, from 0.
        item: name of the item.
        before, after: value, missing code, or None where nothing is taken; only inside the hospital.
        code_before, code_after: why it was or is refused, empty where it is not.
    """

    sample: int
    item: str
    before: Value | None = field(repr=False)
    after: Value | None = field(repr=False)
    code_before: str
    code_after: str

    @property
    def sentence(self) -> str:
        """What changed, without the values."""
        if self.after is None and self.code_after:
            return f"{self.item} is refused now ({self.code_after})."
        if self.after is None:
            return f"{self.item} is no longer taken."
        if self.before is None:
            return f"{self.item} is taken now and was not before."
        return f"{self.item} becomes another value."


def freeze(mapping: Mapping, cells: MappingOf[str, str], exam_date: datetime.date | None = None) -> Sample:
    """A sample of what the mapping makes of a row today."""
    result = RowReader(mapping).read(cells, exam_date)
    values, refused = _plain(result)
    return Sample(dict(cells), exam_date, values, tuple(refused.items()), mapping.version, load().version)


def regress(mapping: Mapping, samples: Iterable[Sample]) -> tuple[Difference, ...]:
    """What the samples become otherwise by this mapping and this dictionary; empty when all is as frozen."""
    reader = RowReader(mapping)
    found: list[Difference] = []
    for place, sample in enumerate(samples):
        values, refused = _plain(reader.read(sample.cells, sample.exam_date))
        refused_before = dict(sample.refused)
        for item in dict.fromkeys([*sample.values, *values, *refused_before, *refused]):
            before, after = sample.values.get(item), values.get(item)
            codes = refused_before.get(item, ""), refused.get(item, "")
            if before != after or codes[0] != codes[1]:
                found.append(Difference(place, item, before, after, *codes))
    return tuple(found)


def _plain(result: RowResult) -> tuple[dict[str, Value], dict[str, str]]:
    values = {
        name: value if not isinstance(value, str) else str(value) for name, value in result.values.items()
    }
    return values, {said.item: said.code for said in result.refused if said.item}
