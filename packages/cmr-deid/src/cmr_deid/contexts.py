"""What the instances of one exam share: patient, exam, character set, and what became of the same elements before.

Most elements of an instance are those of the instance before it, byte for byte; the walker hands them out as the
same objects (elements.py). A context keeps what became of each and uses it again for the very same object. A
context is found by the source elements that it is made of, so nothing that is used again depends on anything
outside: engine, context, element.
"""

from dataclasses import dataclass

from cmr_deid.changes import Change, Recorder
from cmr_deid.elements import DataSet, Element
from cmr_deid.identities import Identities
from cmr_deid.profile import DeidProfile
from cmr_deid.reading import Source
from cmr_deid.removed import IDENTITY_WORD_TAGS, Searchable, chosen, identity_words, note_all, searchable
from cmr_deid.replacing import Patient
from cmr_deid.rules import Act, Rule
from cmr_deid.text import SPECIFIC_CHARACTER_SET, character_sets, decoded, plain
from cmr_deid.transform import Transform

MOST_CONTEXTS = 4
MOST_OUTCOMES = 2000
_SOP_CLASS, _STUDY, _PATIENT_ID, _ISSUER = 0x00080016, 0x0020000D, 0x00100020, 0x00100021
_SHARED = (SPECIFIC_CHARACTER_SET, _SOP_CLASS, _STUDY, _ISSUER, *IDENTITY_WORD_TAGS)
_OUR_META = frozenset((*range(0x00020000, 0x00020004), 0x00020010, 0x00020012))
_FILE_META = Rule(Act.REMOVE, "file meta is written anew")
Key = tuple[tuple[str, bytes] | None, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attribute, or of the private attributes of a group.

    Attributes:
        elements: what stands in the output.
        changes: lines of the record.
        searched: what to search for in the output.
    """

    elements: tuple[Element, ...]
    changes: tuple[Change, ...]
    searched: Searchable


class Made:
    """One transformed instance, before its marks: `data_set`, and what became of each attribute."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self.data_set: DataSet = {e.tag: e for outcome in outcomes for e in outcome.elements}
        self._outcomes = outcomes
        self._from_source = dict(self.data_set)

    def changes(self) -> tuple[Change, ...]:
        """The record, in the order of the file."""
        return tuple([change for outcome in self._outcomes for change in outcome.changes])

    def removed_values(self) -> tuple[str, ...]:
        """Source values to search for in the output, when `data_set` has its marks."""
        ours = [e for tag, e in self.data_set.items() if self._from_source.get(tag) is not e]
        parts = [outcome.searched for outcome in self._outcomes]
        return chosen([*parts, searchable(Recorder(), ours)])


class Context:
    """Patient, exam and character set of instances, and their transformation.

    Attributes:
        patient, exam: what stands for them.
    """

    def __init__(
        self, identities: Identities, profile: DeidProfile, issuer: str | None, data_set: DataSet
    ) -> None:
        self.encodings = character_sets(data_set)
        if issuer is None:
            issuer = decoded(data_set.get(_ISSUER), self.encodings)
        patient_id = decoded(data_set.get(_PATIENT_ID), self.encodings)
        self.patient = Patient(
            identities.subject(issuer, patient_id), identities.date_offset_days(issuer, patient_id)
        )
        self.exam = identities.exam(plain(data_set.get(_STUDY)))
        forbidden = identity_words(data_set, self.encodings)
        sop_class = plain(data_set.get(_SOP_CLASS))
        self._transform = Transform(identities, profile, self.patient, sop_class, self.encodings, forbidden)
        self._public: dict[int, tuple[Element, Outcome]] = {}
        self._private: dict[int, tuple[list[Element], Outcome]] = {}

    def transformed(self, source: Source) -> Made:
        """What becomes of an instance of this context; `Made.data_set` is without marks."""
        outcomes: list[Outcome] = []
        private: dict[int, list[Element]] = {}
        known = self._public
        for tag, element in source.data_set.items():
            if tag >> 16 & 1:
                private.setdefault(tag >> 16, []).append(element)
                continue
            before = known.get(tag)
            outcomes.append(before[1] if before and before[0] is element else self._of_public(element))
        outcomes += [self._of_group(group, elements) for group, elements in private.items()]
        outcomes.append(self._of_the_rest(source))
        return Made(outcomes)

    def _of_public(self, element: Element) -> Outcome:
        recorder = Recorder()
        result = self._transform.public(element, recorder)
        outcome = _outcome([] if result is None else [result], recorder)
        if element.remembered and len(self._public) < MOST_OUTCOMES:
            self._public[element.tag] = element, outcome
        return outcome

    def _of_group(self, group: int, elements: list[Element]) -> Outcome:
        before = self._private.get(group)
        if before is not None and before[0] == elements:
            return before[1]
        recorder = Recorder()
        outcome = _outcome(list(self._transform.private(elements, recorder).values()), recorder)
        if len(elements) + len(self._private) < MOST_OUTCOMES and all(e.remembered for e in elements):
            self._private[group] = elements, outcome
        return outcome

    def _of_the_rest(self, source: Source) -> Outcome:
        """What stands outside the attributes of the data set, or twice among them."""
        recorder = Recorder()
        for tag in dict.fromkeys(source.repeated):
            recorder.add("", tag, "removed", "the attribute stands twice")
        for present, name in (
            (source.has_preamble, "preamble"),
            (bool(source.trailing), "bytes after the last attribute"),
        ):
            if present:
                recorder.add(name + " ", 0, "removed", "bytes outside the attributes")
        for tag, element in source.file_meta.items():
            if tag not in _OUR_META:
                note_all(recorder, element, _FILE_META, self.encodings)
                recorder.add("", tag, "removed", _FILE_META.why)
        return _outcome([], recorder)


class Contexts:
    """The contexts of the exams that an engine worked on last.

    Two threads may use one engine: whatever one of them finds here was finished by the other.
    """

    def __init__(self, identities: Identities, profile: DeidProfile, issuer: str | None) -> None:
        self._identities, self._profile, self._issuer = identities, profile, issuer
        self._known: dict[Key, Context] = {}

    def of(self, data_set: DataSet) -> Context:
        """The context of an instance."""
        elements = [data_set.get(tag) for tag in _SHARED]
        key = tuple([None if e is None else (e.vr, bytes(e.value)) for e in elements])
        context = self._known.get(key)
        if context is None:
            context = Context(self._identities, self._profile, self._issuer, data_set)
            if len(self._known) >= MOST_CONTEXTS:
                self._known = {}
            self._known[key] = context
        return context


def _outcome(elements: list[Element], recorder: Recorder) -> Outcome:
    return Outcome(tuple(elements), recorder.changes(), searchable(recorder, elements))
