"""The de-identification profile as layered data: Table E.1-1 under our options, then MR, vendors, our marks, center.

Basic Profile with Clean Descriptors, Retain Longitudinal With Modified Dates, Retain Patient Characteristics
and Retain Safe Private (PS3.15 Annex E). A layer above may only strengthen what the standard says; the
attributes that carry our own statements are written anew. Rules are resolved by IOD and place (layers.py);
a center may add rules of its own that remove or empty more (center_layer.py).
"""

import functools
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cmr_deid.center_layer import CenterRules
from cmr_deid.codes import MEANINGS, TERMS
from cmr_deid.equipment import WORDS as EQUIPMENT
from cmr_deid.layers import rules_for, tags_of
from cmr_deid.rules import Act, Rule
from cmr_deid.safe_private import FORM_LINES, SAFE_PRIVATE
from cmr_deid.standard import attribute_types, table_e1_1
from cmr_deid.tables import places_of, types_at
from cmr_deid.vocabulary import WORDS

__all__ = ["NO_RULE", "PROFILE_ID", "Act", "DeidProfile", "Rule", "default_profile", "tags_of"]

PROFILE_ID = "cmr-mr-1"
EDITION = table_e1_1.EDITION
NO_RULE = "no rule"
SOP_CLASSES = tuple(f"1.2.840.10008.5.1.4.1.1.4{tail}" for tail in ("", ".1", ".4"))
"""MR Image, Enhanced MR Image, Legacy Converted Enhanced MR Image."""

_REMOVE_UNKNOWN = Rule(Act.REMOVE, NO_RULE)
_ELSEWHERE: Mapping[int, object] = {}


@dataclass(frozen=True, slots=True)
class DeidProfile:
    """The effective rules.

    Attributes:
        id: name of the profile, a code of the contract.
        edition: edition of the tables it was made from.
        rules: rule by tag at the top level of an MR Image; a tag that is not here is removed everywhere.
        digest: SHA-256 of the effective rules, public and private, of the tables and the vocabularies.
        center: rules that a center added.
    """

    id: str
    edition: str
    rules: Mapping[int, Rule]
    digest: str
    center: CenterRules = field(default_factory=CenterRules)
    _places: dict[int, Mapping[int, Rule]] = field(default_factory=dict, repr=False, compare=False)

    def rule(self, tag: int) -> Rule:
        """The rule of a standard attribute; `REMOVE` with `NO_RULE` where there is none."""
        return self.rules.get(tag) or _REMOVE_UNKNOWN

    def rules_at(self, sop_class_uid: str, path: tuple[int, ...]) -> Mapping[int, Rule]:
        """The rules by tag where `path` (tags of the enclosing sequences, outermost first) leads in an IOD.

        Conditional actions of Table E.1-1 (X/Z, X/D, ...) are resolved by the attribute type there; where the
        IOD has no such place every attribute is Type 3. Places with the same attributes share one mapping.
        """
        types = types_at(sop_class_uid, path)
        key = id(_ELSEWHERE if types is None else types)
        known = self._places.get(key)
        if known is None:
            known = self._places[key] = self.center.over(rules_for(types or {}))
        return known

    def kept(self) -> frozenset[int]:
        """Tags that may stand in an output, at one place of an accepted IOD at least."""
        found = {tag for tag, rule in self.rules_at("", ()).items() if rule.act is not Act.REMOVE}
        for sop_class in SOP_CLASSES:
            reached: set[tuple[int, ...]] = {()}
            for path in places_of(sop_class):
                if path in reached:
                    rules = self.rules_at(sop_class, path)
                    found |= {tag for tag, rule in rules.items() if rule.act is not Act.REMOVE}
                    reached |= {(*path, tag) for tag, rule in rules.items() if rule.act is Act.RECURSE}
        return frozenset(found)

    def strengthened(
        self, remove: Iterable[str] = (), empty: Iterable[str] = (), words: Iterable[str] = ()
    ) -> "DeidProfile":
        """This profile with the rules of a center on top; the digest changes with them.

        Args:
            remove: attributes (keyword or `(gggg,eeee)`) that go; Type 2 is emptied, Type 1 holds a dummy.
            empty: attributes that lose their value.
            words: texts that keep words of technique only.

        Raises:
            UsageError: no such attribute, or the wish would weaken the profile or break the image.
        """
        center = self.center.with_more(self.rules, remove, empty, words)
        return self if center == self.center else _made(self.id, center)


@functools.lru_cache(maxsize=1)
def default_profile() -> DeidProfile:
    """The profile of this release of the software."""
    return _made(PROFILE_ID, CenterRules())


def _made(name: str, center: CenterRules) -> DeidProfile:
    rules = center.over(rules_for(types_at(SOP_CLASSES[0], ()) or {}))
    return DeidProfile(name, EDITION, rules, _digest(name, rules, center), center)


def _digest(name: str, rules: Mapping[int, Rule], center: CenterRules) -> str:
    lines = [f"{tag:08X} {rule.act} {rule.why} {rule.type}" for tag, rule in sorted(rules.items())]
    lines += [table_e1_1.ROWS, attribute_types.TABLES, attribute_types.PLACES, *center.lines()]
    lines += [f"{place} {safe}" for place, safe in sorted(SAFE_PRIVATE.items())] + list(FORM_LINES)
    lines += sorted(WORDS) + sorted(EQUIPMENT) + sorted(TERMS) + sorted(MEANINGS)
    return hashlib.sha256("\n".join([name, EDITION, *lines]).encode()).hexdigest()
