"""From source elements to output elements: every act of the profile in one place, nested sequences included."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cmr_deid import mr_layer, values
from cmr_deid.changes import Recorder, label
from cmr_deid.codes import clean_codes, clean_meaning, is_public_code
from cmr_deid.descriptors import MAX_TEXT, clean_words, shortened
from cmr_deid.elements import DataSet, Element
from cmr_deid.equipment import clean_equipment
from cmr_deid.grammar import has_form, writable_vr
from cmr_deid.identities import Identities
from cmr_deid.numbers import NUMERIC_VRS, is_plausible
from cmr_deid.private import keep_safe
from cmr_deid.profile import Act, DeidProfile, Rule, tags_of
from cmr_deid.reading import Source
from cmr_deid.removed import chosen, identity_words, note, note_all
from cmr_deid.text import decoded, plain
from cmr_deid.values import DUMMY_DATES
from cmr_deid.writing import LONGEST_SHORT_VALUE, text_value

_TYPE_2 = frozenset(tags_of(mr_layer.EMPTIED_TYPE_2))
_TYPE_1_ENHANCED = frozenset(tags_of(mr_layer.DUMMY_TYPE_1_ENHANCED))
_SCHEME, _CODE_VALUE, _MEANING = 0x00080102, 0x00080100, 0x00080104
_LOCAL_CODE = Rule(Act.REMOVE, "code of a local scheme")
Result = Element | None


@dataclass(frozen=True, slots=True)
class Patient:
    """What stands for the patient of an instance: pseudonym and offset in whole days."""

    subject: str
    offset_days: int


def malformed(rule: Rule) -> Rule:
    """The rule of an attribute whose value does not have the form that its rule keeps."""
    return Rule(Act.REMOVE, f"{rule.why}; value not of the declared form")


class Transform:
    """Transforms one instance; `recorder` tells what happened."""

    def __init__(
        self,
        identities: Identities,
        profile: DeidProfile,
        patient: Patient,
        source: Source,
        encodings: list[str],
    ) -> None:
        self._identities, self._profile, self._patient = identities, profile, patient
        self._source, self._encodings = source, encodings
        self._enhanced = plain(source.data_set.get(0x00080016)) != "1.2.840.10008.5.1.4.1.1.4"
        self._forbidden = identity_words(source.data_set, encodings)
        self.recorder = Recorder()
        self._acts: dict[Act, Callable[[Element, Rule, str], Result]] = {
            Act.KEEP: self._keep,
            Act.CLEAN_TEXT: self._clean,
            Act.CLEAN_WORDS: self._clean,
            Act.SHIFT: self._shift,
            Act.REMAP: self._remap,
            Act.RECURSE: self._recurse,
            Act.EMPTY: self._empty,
            Act.REMOVE: self._gone,
            Act.MARK: partial(self._gone, action="replaced"),
            Act.CODE: self._code,
            Act.SUBJECT: self._subject,
            Act.DEVICE: self._device,
            Act.SEX: self._characteristic(values.clean_sex),
            Act.AGE: self._characteristic(values.clean_age),
            Act.SIZE: self._characteristic(values.clean_size),
            Act.WEIGHT: self._characteristic(values.clean_weight),
            Act.CHARACTER_SET: self._character_set,
        }

    def run(self) -> DataSet:
        """The output data set, without marks."""
        data_set = self._data_set(self._source.data_set, "")
        for tag in self._source.repeated:
            self.recorder.add("", tag, "removed", "the attribute stands twice")
        for present, name in (
            (self._source.has_preamble, "preamble"),
            (bool(self._source.trailing), "bytes after the last attribute"),
        ):
            if present:
                self.recorder.add(name + " ", 0, "removed", "bytes outside the attributes")
        return data_set

    def removed_values(self, data_set: DataSet) -> tuple[str, ...]:
        """Source values to search for in the output."""
        return chosen(self.recorder, data_set)

    def _data_set(self, data_set: DataSet, path: str) -> DataSet:
        out: DataSet = {}
        rules, acts, private = self._profile.rules, self._acts, []
        for tag, element in data_set.items():
            if tag >> 16 & 1:
                private.append(element)
                continue
            rule = rules.get(tag) or self._profile.rule(tag)
            result = acts[rule.act](element, rule, path)
            if result is not None:
                out[tag] = result
        if private:
            keep_safe(data_set, private, out, lambda e, rule: self._gone(e, rule, path), self.recorder, path)
        return out

    def _keep(self, element: Element, rule: Rule, path: str) -> Result:
        vr = writable_vr(element.tag, element.vr)
        if vr == "CS" and element.items is None:
            return self._keep_codes(element, rule, path)
        if element.items is None and vr is not None and _has_plausible_form(element, vr):
            self.recorder.add(path, element.tag, "kept", rule.why)
            return element if vr == element.vr else Element(element.tag, vr, element.value)
        return self._gone(element, malformed(rule), path)

    def _keep_codes(self, element: Element, rule: Rule, path: str) -> Result:
        before = plain(element)
        after = clean_codes(before)
        if after == before:
            self.recorder.add(path, element.tag, "kept", rule.why)
            return element
        return self._cleaned(element, "CS", before, after, malformed(rule), path)

    def _clean(self, element: Element, rule: Rule, path: str) -> Result:
        vr = writable_vr(element.tag, element.vr)
        if element.items is not None or vr is None or len(element.value) > LONGEST_SHORT_VALUE:
            return self._gone(element, malformed(rule), path)
        before = decoded(element, self._encodings)
        longest = 16 if vr in ("SH", "CS") else MAX_TEXT
        parts = [
            shortened(clean_words(part), longest)
            if rule.act is Act.CLEAN_WORDS
            else clean_equipment(element.tag, part, longest, self._forbidden)
            for part in before.split("\\")
        ]
        after = "\\".join(parts) if any(parts) else ""
        return self._cleaned(element, vr, before, after, rule, path)

    def _cleaned(self, element: Element, vr: str, before: str, after: str, rule: Rule, path: str) -> Result:
        tag = element.tag
        if before == after:
            self.recorder.add(path, tag, "kept", rule.why)
            return Element(tag, vr, text_value(after, vr))
        note(self.recorder, element, rule, before, after)
        if after or tag in _TYPE_2:
            self.recorder.add(path, tag, "cleaned" if after else "emptied", rule.why)
            return Element(tag, vr, text_value(after, vr))
        self.recorder.add(path, tag, "removed", rule.why)
        return None

    def _shift(self, element: Element, rule: Rule, path: str) -> Result:
        before, tag = plain(element), element.tag
        if not before:
            self.recorder.add(path, tag, "kept", rule.why)
            return Element(tag, element.vr if element.vr in DUMMY_DATES else "DA")
        vr = "DT" if element.vr == "DT" else "DA"
        move = values.shift_datetime if vr == "DT" else values.shift_date
        after = move(before, self._patient.offset_days) if element.vr in DUMMY_DATES else None
        note(self.recorder, element, rule, before)
        if after is not None:
            self.recorder.add(path, tag, "shifted", rule.why)
            return Element(tag, vr, text_value(after, vr))
        return self._unreadable_date(tag, rule, path)

    def _unreadable_date(self, tag: int, rule: Rule, path: str) -> Result:
        why = f"{rule.why}; not a date"
        if self._enhanced and tag in _TYPE_1_ENHANCED:
            vr = "DA" if tag == 0x00080023 else "DT"
            self.recorder.add(path, tag, "replaced", why)
            return Element(tag, vr, text_value(DUMMY_DATES[vr], vr))
        if tag in _TYPE_2:
            self.recorder.add(path, tag, "emptied", why)
            return Element(tag, "DA")
        self.recorder.add(path, tag, "removed", why)
        return None

    def _remap(self, element: Element, rule: Rule, path: str) -> Result:
        if element.vr != "UI":
            return self._gone(element, malformed(rule), path)
        originals = plain(element).split("\\")
        mapped = [self._identities.uid(uid) if uid else "" for uid in originals]
        if mapped == originals:
            self.recorder.add(path, element.tag, "kept", rule.why)
        else:
            note(self.recorder, element, rule, plain(element))
            self.recorder.add(path, element.tag, "remapped", rule.why)
        return Element(element.tag, "UI", text_value("\\".join(mapped), "UI"))

    def _recurse(self, element: Element, rule: Rule, path: str) -> Result:
        if element.items is None:
            return self._gone(element, malformed(rule), path)
        inner = path + label(element.tag) + " / "
        made = [self._item(item, inner) for item in element.items]
        items = [item for item in made if item is not None]
        if made and not items:
            self.recorder.add(path, element.tag, "removed", _LOCAL_CODE.why)
            return None
        self.recorder.add(path, element.tag, "kept", rule.why)
        return Element(element.tag, "SQ", b"", items)

    def _item(self, item: DataSet, path: str) -> DataSet | None:
        scheme = item.get(_SCHEME)
        coded = any(tag in item for tag in (_SCHEME, _CODE_VALUE, _MEANING))
        if coded and not is_public_code(plain(scheme), plain(item.get(_CODE_VALUE))):
            for element in item.values():
                self._gone(element, _LOCAL_CODE, path)
            return None
        out = self._data_set(item, path)
        if _MEANING in item and _MEANING not in out:
            out[_MEANING] = Element(_MEANING, "LO", text_value(plain(item[_CODE_VALUE]), "LO"))
        return out

    def _code(self, element: Element, rule: Rule, path: str) -> Result:
        if not path:
            return self._gone(element, malformed(rule), path)
        if element.tag == _MEANING:
            before = decoded(element, self._encodings)
            return self._cleaned(element, "LO", before, clean_meaning(before), rule, path)
        self.recorder.add(path, element.tag, "kept", rule.why)
        return Element(element.tag, "SH", text_value(plain(element), "SH"))

    def _empty(self, element: Element, rule: Rule, path: str) -> Result:
        if element.value or element.items:
            note(self.recorder, element, rule, decoded(element, self._encodings))
            self.recorder.add(path, element.tag, "emptied", rule.why)
        else:
            self.recorder.add(path, element.tag, "kept", rule.why)
        vr = writable_vr(element.tag, element.vr)
        return Element(element.tag, vr) if vr is not None else None

    def _subject(self, element: Element, rule: Rule, path: str) -> Result:
        note(self.recorder, element, rule, decoded(element, self._encodings))
        self.recorder.add(path, element.tag, "replaced", rule.why)
        vr = "PN" if element.tag == 0x00100010 else "LO"
        return Element(element.tag, vr, text_value(self._patient.subject, vr))

    def _device(self, element: Element, rule: Rule, path: str) -> Result:
        serial = decoded(element, self._encodings)
        if not serial:
            self.recorder.add(path, element.tag, "kept", rule.why)
            return Element(element.tag, "LO")
        note(self.recorder, element, rule, serial)
        self.recorder.add(path, element.tag, "replaced", rule.why)
        return Element(element.tag, "LO", text_value(self._identities.device(serial), "LO"))

    def _characteristic(self, clean: Callable[[str], str | None]) -> Callable[[Element, Rule, str], Result]:
        def act(element: Element, rule: Rule, path: str) -> Result:
            before, vr = plain(element), writable_vr(element.tag, element.vr)
            after = clean(before) if before else ""
            if vr is None or (after is None and vr != "CS"):
                return self._gone(element, malformed(rule), path)
            action = "kept" if after == before else "cleaned" if after else "emptied"
            self.recorder.add(path, element.tag, action, rule.why)
            return Element(element.tag, vr, text_value(after or "", vr))

        return act

    def _character_set(self, element: Element, rule: Rule, path: str) -> Result:
        self.recorder.add(path, element.tag, "replaced", rule.why)
        return Element(element.tag, "CS", text_value("ISO_IR 192", "CS"))

    def _gone(self, element: Element, rule: Rule, path: str, action: str = "removed") -> Result:
        note_all(self.recorder, element, rule, self._encodings)
        self.recorder.add(path, element.tag, action, rule.why)
        return None


def _has_plausible_form(element: Element, vr: str) -> bool:
    if not has_form(vr, element.value):
        return False
    return vr not in NUMERIC_VRS or is_plausible(element.tag, vr, bytes(element.value))
