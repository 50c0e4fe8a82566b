"""The layer of a center: it may remove, empty or clean more than the profile does, never less.

An attribute named here goes where the IOD can spare it; where it is Type 2 it is emptied, where it is Type 1 it
holds a dummy. What the file needs to be found, read and shown cannot be named.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydicom.datadict import keyword_for_tag, tag_for_keyword

from cmr_deid.elements import PIXEL_DATA
from cmr_deid.errors import UsageError
from cmr_deid.rules import Act, Rule

_NUMBER = re.compile(r"\(?([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4})\)?")
_STRENGTH = (Act.CLEAN_TEXT, Act.CLEAN_WORDS, Act.EMPTY, Act.REMOVE)
_GONE = frozenset((Act.REMOVE, Act.EMPTY, Act.DUMMY))
_NEEDED_KEYWORDS = """
    SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID Modality PatientName PatientID ImageType
    SpecificCharacterSet SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit
    PixelRepresentation NumberOfFrames PixelSpacing ImagePositionPatient ImageOrientationPatient
    FrameOfReferenceUID SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence StudyDate
    RescaleSlope RescaleIntercept CodeValue CodingSchemeDesignator CodeMeaning"""
_NEEDED = frozenset(tag_for_keyword(keyword) for keyword in _NEEDED_KEYWORDS.split()) | {PIXEL_DATA}
"""Attributes without which an image can neither be read nor found again."""


@dataclass(frozen=True, slots=True)
class CenterRules:
    """Rules that a center added.

    Attributes:
        acts: `REMOVE`, `EMPTY` or `CLEAN_WORDS` by tag, in the order of tags.
    """

    acts: tuple[tuple[int, Act], ...] = ()

    def over(self, rules: dict[int, Rule]) -> dict[int, Rule]:
        """The rules of a place with these on top."""
        return {**rules, **{tag: _at(act, rules[tag]) for tag, act in self.acts}}

    def with_more(
        self,
        rules: Mapping[int, Rule],
        remove: Iterable[str],
        empty: Iterable[str],
        words: Iterable[str],
    ) -> "CenterRules":
        """These rules and more of them; the stronger of two wins.

        Args:
            rules: of the profile, to tell what would be weaker.
            remove: attributes, by keyword or number, that go.
            empty: that lose their value.
            words: texts that keep words of technique only.

        Raises:
            UsageError: no such attribute, or the wish would weaken the profile or break the image.
        """
        acts = dict(self.acts)
        for names, act in ((words, Act.CLEAN_WORDS), (empty, Act.EMPTY), (remove, Act.REMOVE)):
            for name in names:
                tag = tag_of(name)
                _check(name, tag, act, rules.get(tag))
                acts[tag] = max(act, acts.get(tag, act), key=_STRENGTH.index)
        return CenterRules(tuple(sorted(acts.items())))

    def lines(self) -> list[str]:
        """One line per rule, for the digest and the conformance statement."""
        return [f"{tag:08X} {keyword_for_tag(tag)}: {act}" for tag, act in self.acts]


def tag_of(name: str) -> int:
    """Tag of a keyword or of a number such as `(0018,1030)`.

    Raises:
        UsageError: neither.
    """
    match = _NUMBER.fullmatch(name.strip())
    if match:
        return int(match[1] + match[2], 16)
    tag = tag_for_keyword(name.strip())
    if tag is None:
        raise UsageError(f"{name}: no attribute of DICOM has this keyword or number.")
    return tag


def _check(name: str, tag: int, act: Act, rule: Rule | None) -> None:
    if tag >> 16 & 1:
        raise UsageError(f"{name}: private attributes have a list of their own; it cannot be changed here.")
    if rule is None or (rule.act is Act.REMOVE and act is not Act.REMOVE):
        raise UsageError(f"{name}: the profile removes this attribute; a center cannot weaken that.")
    if tag in _NEEDED or rule.act is Act.MARK:
        raise UsageError(f"{name}: an image cannot be read, found or trusted without this attribute.")
    weaker = rule.act in _STRENGTH and _STRENGTH.index(act) < _STRENGTH.index(rule.act)
    if weaker or (act is Act.CLEAN_WORDS and rule.act not in (Act.CLEAN_TEXT, Act.CLEAN_WORDS)):
        raise UsageError(f"{name}: the profile is as strict already, or cleans no text here.")


def _at(act: Act, rule: Rule) -> Rule:
    """The rule of one place with a center's wish on top."""
    if rule.act in _GONE or (act is Act.CLEAN_WORDS and rule.act is not Act.CLEAN_TEXT):
        return rule
    if act is not Act.CLEAN_WORDS and rule.type != "3":
        act = Act.EMPTY if rule.type == "2" or rule.act is Act.RECURSE else Act.DUMMY
    return Rule(act, f"center: {act}; {rule.why}", rule.type)
