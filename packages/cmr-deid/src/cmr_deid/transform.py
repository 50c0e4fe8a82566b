"""From source elements to output elements: every act of the profile in one place, nested sequences included."""

from collections.abc import Callable
from functools import partial

from cmr_deid import values
from cmr_deid.changes import Recorder, label
from cmr_deid.codes import clean_codes, clean_meaning, is_public_code
from cmr_deid.descriptors import MAX_TEXT, clean_words, shortened
from cmr_deid.elements import LONG_VRS, PIXEL_DATA, DataSet, Element, vr_of_tag
from cmr_deid.equipment import clean_equipment
from cmr_deid.grammar import has_form, writable_vr
from cmr_deid.identities import Identities
from cmr_deid.numbers import NUMERIC_VRS, holds_number, is_plausible, own_numbers
from cmr_deid.private import keep_safe
from cmr_deid.profile import NO_RULE, Act, DeidProfile, Rule
from cmr_deid.removed import note, note_all
from cmr_deid.replacing import Patient, Replacing, Result, Spot, malformed
from cmr_deid.resolution import FREQUENCIES, coarser
from cmr_deid.text import decoded, plain
from cmr_deid.values import DUMMY_DATES
from cmr_deid.writing import LONGEST_SHORT_VALUE, text_value

LONGEST_TEXT = 1024
"""Bytes of a text or code string that is looked at word by word, or of UIDs: no description is longer."""

LONGEST_CACHED = 256

_SCHEME, _CODE_VALUE, _MEANING = 0x00080102, 0x00080100, 0x00080104
_LOCAL_CODE = Rule(Act.REMOVE, "code of a local scheme")
_NO_RULE = Rule(Act.REMOVE, NO_RULE)
_NESTED_PIXELS = Rule(Act.REMOVE, "pixel data inside a sequence")


class Transform:
    """Transforms elements; what comes out depends on the element and on these arguments, on nothing else.

    Args:
        identities, profile: of the engine.
        patient: what stands for the patient.
        sop_class_uid: of the instance; decides with the place which rules there are.
        encodings: of the source's texts.
        forbidden: case-folded words of the patient's names and numbers.
    """

    def __init__(
        self,
        identities: Identities,
        profile: DeidProfile,
        patient: Patient,
        sop_class_uid: str,
        encodings: list[str],
        forbidden: frozenset[str],
    ) -> None:
        self._identities, self._profile, self._patient = identities, profile, patient
        self._sop_class, self._encodings, self._forbidden = sop_class_uid, encodings, forbidden
        self._replacing = Replacing(identities, patient, encodings)
        self._gone = self._replacing.gone
        self._acts: dict[Act, Callable[[Element, Rule, Spot], Result]] = {
            Act.KEEP: self._keep,
            Act.CLEAN_TEXT: self._clean,
            Act.CLEAN_WORDS: self._clean,
            Act.SHIFT: self._shift,
            Act.REMAP: self._remap,
            Act.RECURSE: self._recurse,
            Act.EMPTY: self._replacing.empty,
            Act.DUMMY: self._replacing.dummy,
            Act.REMOVE: self._gone,
            Act.MARK: partial(self._gone, action="replaced"),
            Act.CODE: self._code,
            Act.SUBJECT: self._replacing.subject,
            Act.DEVICE: self._replacing.device,
            Act.SEX: self._replacing.characteristic(values.clean_sex),
            Act.AGE: self._replacing.characteristic(values.clean_age),
            Act.SIZE: self._replacing.characteristic(values.clean_size),
            Act.WEIGHT: self._replacing.characteristic(values.clean_weight),
            Act.CHARACTER_SET: self._replacing.character_set,
        }
        self._own_numbers = own_numbers(forbidden)
        self._top_rules = profile.rules_at(sop_class_uid, ())

    def public(self, element: Element, recorder: Recorder) -> Result:
        """What becomes of a standard attribute at the top."""
        rule = self._top_rules.get(element.tag, _NO_RULE)
        return self._acts[rule.act](element, rule, Spot(recorder))

    def private(self, elements: list[Element], recorder: Recorder) -> DataSet:
        """What becomes of the private attributes of one group at the top; they know only each other."""
        out: DataSet = {}
        self._keep_safe({element.tag: element for element in elements}, elements, out, Spot(recorder))
        return out

    def _keep_safe(self, data_set: DataSet, elements: list[Element], out: DataSet, spot: Spot) -> None:
        keep_safe(data_set, elements, out, lambda e, rule: self._gone(e, rule, spot), spot, self._own_numbers)

    def _data_set(self, data_set: DataSet, spot: Spot) -> DataSet:
        """An item of a sequence."""
        out: DataSet = {}
        rules, acts, private = self._profile.rules_at(self._sop_class, spot.tags), self._acts, []
        for tag, element in data_set.items():
            if tag >> 16 & 1:
                private.append(element)
                continue
            rule = rules.get(tag, _NO_RULE) if tag != PIXEL_DATA else _NESTED_PIXELS
            result = acts[rule.act](element, rule, spot)
            if result is not None:
                out[tag] = result
        if private:
            self._keep_safe(data_set, private, out, spot)
        return out

    def _keep(self, element: Element, rule: Rule, spot: Spot) -> Result:
        vr = writable_vr(element.tag, element.vr)
        if vr == "CS" and element.items is None and len(element.value) <= LONGEST_TEXT:
            return self._keep_codes(element, rule, spot)
        if element.items is None and vr is not None and self._is_measurement(element, vr):
            if element.tag in FREQUENCIES:
                return self._frequency(element, vr, rule, spot)
            spot.add(element.tag, "kept", rule.why)
            return element if vr == element.vr else Element(element.tag, vr, element.value)
        return self._unusable(element, rule, spot)

    def _is_measurement(self, element: Element, vr: str) -> bool:
        """True for a value of the form of its VR that is none of the patient's own numbers."""
        if not _has_plausible_form(element, vr):
            return False
        return not (self._own_numbers and holds_number(vr, bytes(element.value), self._own_numbers))

    def _frequency(self, element: Element, vr: str, rule: Rule, spot: Spot) -> Result:
        before = bytes(element.value)
        after = coarser(vr, before)
        spot.add(element.tag, "kept" if after == before else "cleaned", rule.why)
        return Element(element.tag, vr, after)

    def _unusable(self, element: Element, rule: Rule, spot: Spot) -> Result:
        """A measurement that cannot be read is unknown; one that is made up would be wrong, so none has a dummy."""
        if rule.type != "2" or element.items is not None:
            return self._gone(element, malformed(rule), spot)
        self._gone(element, malformed(rule), spot, "emptied")
        return Element(element.tag, vr_of_tag(element.tag))

    def _keep_codes(self, element: Element, rule: Rule, spot: Spot) -> Result:
        before = plain(element)
        after = clean_codes(before, self._forbidden)
        if after != before:
            return self._cleaned(element, "CS", before, after, malformed(rule), spot)
        spot.add(element.tag, "kept", rule.why)
        return Element(element.tag, "CS", text_value(after, "CS"))

    def _clean(self, element: Element, rule: Rule, spot: Spot) -> Result:
        vr = writable_vr(element.tag, element.vr)
        if element.items is not None or vr is None or len(element.value) > LONGEST_TEXT:
            note_all(spot.recorder, element, rule, self._encodings)
            return self._without_value(element.tag, vr_of_tag(element.tag), malformed(rule), spot)
        before = decoded(element, self._encodings)
        longest = 16 if vr in ("SH", "CS") else MAX_TEXT
        parts = [
            shortened(clean_words(part, self._forbidden), longest, self._forbidden)
            if rule.act is Act.CLEAN_WORDS
            else clean_equipment(element.tag, part, longest, self._forbidden)
            for part in before.split("\\")
        ]
        after = "\\".join(parts) if any(parts) else ""
        return self._cleaned(element, vr, before, after, rule, spot)

    def _cleaned(self, element: Element, vr: str, before: str, after: str, rule: Rule, spot: Spot) -> Result:
        tag = element.tag
        if before == after:
            spot.add(tag, "kept", rule.why)
            return Element(tag, vr, text_value(after, vr))
        note(spot.recorder, element, rule, before, after)
        if after:
            spot.add(tag, "cleaned", rule.why)
            return Element(tag, vr, text_value(after, vr))
        return self._without_value(tag, vr, rule, spot)

    def _shift(self, element: Element, rule: Rule, spot: Spot) -> Result:
        before, tag = plain(element), element.tag
        vr = "DT" if element.vr == "DT" else "DA"
        if not before:
            spot.add(tag, "kept", rule.why)
            return Element(tag, vr)
        move = values.shift_datetime if vr == "DT" else values.shift_date
        after = move(before, self._patient.offset_days) if element.vr in DUMMY_DATES else None
        note(spot.recorder, element, rule, before)
        if after is not None:
            spot.add(tag, "shifted", rule.why)
            return Element(tag, vr, text_value(after, vr))
        return self._without_value(
            tag, vr_of_tag(tag), Rule(rule.act, f"{rule.why}; not a date", rule.type), spot
        )

    def _without_value(self, tag: int, vr: str, rule: Rule, spot: Spot) -> Result:
        """What stands where a value cannot be used, by the attribute's type there (PS3.5 7.4)."""
        if rule.type == "1" and vr not in ("CS", "SQ"):
            spot.add(tag, "replaced", rule.why)
            return Element(tag, vr, values.dummy(vr, tag))
        if rule.type == "2":
            spot.add(tag, "emptied", rule.why)
            return Element(tag, vr)
        spot.add(tag, "removed", rule.why)
        return None

    def _remap(self, element: Element, rule: Rule, spot: Spot) -> Result:
        if element.vr != "UI" or len(element.value) > LONGEST_TEXT:
            return self._gone(element, malformed(rule), spot)
        originals = plain(element).split("\\")
        mapped = [self._identities.uid(uid) if uid else "" for uid in originals]
        if mapped == originals:
            spot.add(element.tag, "kept", rule.why)
        else:
            note(spot.recorder, element, rule, plain(element))
            spot.add(element.tag, "remapped", rule.why)
        return Element(element.tag, "UI", text_value("\\".join(mapped), "UI"))

    def _recurse(self, element: Element, rule: Rule, spot: Spot) -> Result:
        if element.items is None:
            return self._gone(element, malformed(rule), spot)
        tag = element.tag
        inner = Spot(spot.recorder, f"{spot.path}{label(tag)} / ", (*spot.tags, tag))
        made = [self._item(item, inner) for item in element.items]
        items = [item for item in made if item is not None]
        if made and not items:
            spot.add(element.tag, "removed", _LOCAL_CODE.why)
            return None
        spot.add(element.tag, "kept", rule.why)
        return Element(element.tag, "SQ", b"", items)

    def _item(self, item: DataSet, spot: Spot) -> DataSet | None:
        scheme = item.get(_SCHEME)
        coded = any(tag in item for tag in (_SCHEME, _CODE_VALUE, _MEANING))
        if coded and not is_public_code(plain(scheme), plain(item.get(_CODE_VALUE))):
            for element in item.values():
                self._gone(element, _LOCAL_CODE, spot)
            return None
        out = self._data_set(item, spot)
        if _MEANING in item and _MEANING not in out:
            out[_MEANING] = Element(_MEANING, "LO", text_value(plain(item[_CODE_VALUE]), "LO"))
        return out

    def _code(self, element: Element, rule: Rule, spot: Spot) -> Result:
        if not spot.tags:
            return self._gone(element, malformed(rule), spot)
        if element.tag == _MEANING:
            return self._meaning(element, rule, spot)
        spot.add(element.tag, "kept", rule.why)
        return Element(element.tag, "SH", text_value(plain(element), "SH"))

    def _meaning(self, element: Element, rule: Rule, spot: Spot) -> Result:
        """A meaning of known words; of another one nothing, and the item puts the code there."""
        before = decoded(element, self._encodings)
        after = clean_meaning(before)
        if after or not before:
            return self._cleaned(element, "LO", before, after, rule, spot)
        note(spot.recorder, element, rule, before)
        spot.add(element.tag, "cleaned", rule.why)
        return None


def _has_plausible_form(element: Element, vr: str) -> bool:
    if not has_form(vr, element.value) or (len(element.value) > LONGEST_SHORT_VALUE and vr not in LONG_VRS):
        return False
    if vr not in NUMERIC_VRS:
        return True
    judge = is_plausible if len(element.value) <= LONGEST_CACHED else is_plausible.__wrapped__
    return judge(element.tag, vr, bytes(element.value))
