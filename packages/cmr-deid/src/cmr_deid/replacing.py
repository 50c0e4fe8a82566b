"""What stands in place of a value that may not stay: nothing, a dummy, a pseudonym, a coarser value."""

from collections.abc import Callable
from dataclasses import dataclass

from cmr_deid import values
from cmr_deid.changes import Recorder
from cmr_deid.elements import Element, vr_of_tag
from cmr_deid.grammar import writable_vr
from cmr_deid.identities import Identities
from cmr_deid.removed import note, note_all
from cmr_deid.rules import Act, Rule
from cmr_deid.text import decoded, plain
from cmr_deid.writing import text_value

Result = Element | None


@dataclass(frozen=True, slots=True)
class Patient:
    """What stands for the patient of an instance: pseudonym and offset in whole days."""

    subject: str
    offset_days: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in an instance the transform stands, and who writes down what happens there.

    Attributes:
        recorder: of the changes.
        path: enclosing sequences as the record names them; empty at the top.
        tags: of the enclosing sequences, outermost first.
    """

    recorder: Recorder
    path: str = ""
    tags: tuple[int, ...] = ()

    def add(self, tag: int, action: str, rule: str) -> None:
        """Record what was done to an attribute that stands here."""
        self.recorder.add(self.path, tag, action, rule)


def malformed(rule: Rule) -> Rule:
    """The rule of an attribute whose value does not have the form that its rule keeps."""
    return Rule(Act.REMOVE, f"{rule.why}; value not of the declared form", rule.type)


class Replacing:
    """The acts that look at one value alone and at nothing beside it.

    Args:
        identities: of the engine.
        patient: what stands for the patient.
        encodings: of the source's texts.
    """

    def __init__(self, identities: Identities, patient: Patient, encodings: list[str]) -> None:
        self._identities, self._patient, self._encodings = identities, patient, encodings

    def empty(self, element: Element, rule: Rule, spot: Spot) -> Result:
        """The attribute without a value."""
        if element.value or element.items:
            note_all(spot.recorder, element, rule, self._encodings)
            spot.add(element.tag, "emptied", rule.why)
        else:
            spot.add(element.tag, "kept", rule.why)
        vr = writable_vr(element.tag, element.vr)
        return Element(element.tag, vr) if vr is not None else None

    def dummy(self, element: Element, rule: Rule, spot: Spot) -> Result:
        """A dummy by VR, the same for everybody."""
        tag, vr = element.tag, vr_of_tag(element.tag)
        value = values.dummy(vr, tag)
        if element.value == value and not element.items:
            spot.add(tag, "kept", rule.why)
        else:
            self.gone(element, rule, spot, "replaced")
        return Element(tag, vr, value)

    def subject(self, element: Element, rule: Rule, spot: Spot) -> Result:
        """The pseudonym of the patient."""
        note(spot.recorder, element, rule, decoded(element, self._encodings))
        spot.add(element.tag, "replaced", rule.why)
        vr = "PN" if element.tag == 0x00100010 else "LO"
        return Element(element.tag, vr, text_value(self._patient.subject, vr))

    def device(self, element: Element, rule: Rule, spot: Spot) -> Result:
        """The keyed name of a scanner."""
        serial = decoded(element, self._encodings)
        if not serial:
            spot.add(element.tag, "kept", rule.why)
            return Element(element.tag, "LO")
        note(spot.recorder, element, rule, serial)
        spot.add(element.tag, "replaced", rule.why)
        return Element(element.tag, "LO", text_value(self._identities.device(serial), "LO"))

    def characteristic(self, clean: Callable[[str], str | None]) -> Callable[[Element, Rule, Spot], Result]:
        """An act that makes a trait of the patient coarser by `clean`."""

        def act(element: Element, rule: Rule, spot: Spot) -> Result:
            before, vr = plain(element), writable_vr(element.tag, element.vr)
            after = clean(before) if before else ""
            if vr is None or (after is None and vr != "CS"):
                return self.gone(element, malformed(rule), spot)
            action = "kept" if after == before else "cleaned" if after else "emptied"
            spot.add(element.tag, action, rule.why)
            return Element(element.tag, vr, text_value(after or "", vr))

        return act

    def character_set(self, element: Element, rule: Rule, spot: Spot) -> Result:
        """The character set of the output."""
        spot.add(element.tag, "replaced", rule.why)
        return Element(element.tag, "CS", text_value("ISO_IR 192", "CS"))

    def gone(self, element: Element, rule: Rule, spot: Spot, action: str = "removed") -> Result:
        """Nothing; what went is remembered for the search in the output."""
        note_all(spot.recorder, element, rule, self._encodings)
        spot.add(element.tag, action, rule.why)
        return None
