"""The engine: one instance in, one de-identified instance out, or a refusal (fails closed).

Raw elements go through the profile one by one; an attribute without a rule is removed and reported. Pixel data
are copied as bytes, after what is no image has gone (pixel_data.py). Running the engine on its own untouched output
gives the same bytes again (marks.py).
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from cmr_deid.changes import Change, label
from cmr_deid.contexts import Contexts
from cmr_deid.elements import PIXEL_DATA, DataSet, Element, Memory
from cmr_deid.errors import DeidRefusal, InstanceRejected
from cmr_deid.facts import FACT_WRITTEN, read_facts, standard_elements
from cmr_deid.gates import gate_raw
from cmr_deid.identities import Identities
from cmr_deid.marks import METHOD, put_marks, read_seal
from cmr_deid.pixel_data import Mask, clean_pixels
from cmr_deid.profile import DeidProfile, default_profile
from cmr_deid.reading import COMPRESSED_SYNTAXES, EXPLICIT_LITTLE_ENDIAN, Source, read_raw
from cmr_deid.replacing import Patient
from cmr_deid.science import Science, science_of
from cmr_deid.text import plain
from cmr_deid.writing import part_10, text_value
from cmr_exchange.facts import AcquisitionFacts

_UIDS = {"sop_instance_uid": 0x00080018, "series_instance_uid": 0x0020000E, "study_instance_uid": 0x0020000D}
_SOP_CLASS, _PHOTOMETRIC = 0x00080016, 0x00280004
_NEEDED = {
    **dict.fromkeys((_SOP_CLASS, *_UIDS.values()), "missing_uid"),
    0x00080060: "not_mr",
    **dict.fromkeys((0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280102, PIXEL_DATA), "pixel_length"),
}
"""What an output must have, and the reason where a value that cannot be used had to go."""


@dataclass(frozen=True, slots=True)
class Deidentified:
    """A de-identified instance and the record of how it came about.

    Attributes:
        data: complete Part-10 file.
        sop_instance_uid, series_instance_uid, study_instance_uid: re-mapped UIDs.
        sop_class_uid, transfer_syntax_uid: as in the output.
        subject, exam: pseudonyms.
        facts: acquisition facts read from the source.
        changes: what was done to each attribute, without values.
        removed_values: source values that went, for `cmr_deid.leaks.search`; they never leave the hospital and
            are hidden in the repr.
        science: the source's values that measurements stand on, for `cmr_deid.science.compare`.
    """

    data: bytes = dataclasses.field(repr=False)
    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    subject: str
    exam: str
    facts: AcquisitionFacts
    changes: tuple[Change, ...] = dataclasses.field(repr=False)
    removed_values: tuple[str, ...] = dataclasses.field(repr=False)
    science: Science = dataclasses.field(default_factory=dict, repr=False)


class Engine:
    """De-identifies instances of one center.

    Args:
        identities: what stands for persons, studies and devices, from the center's key.
        profile: the rules.
        issuer: issuer of all patient IDs of this center; None takes (0010,0021) of each instance. A center
            whose PACS fills that attribute only sometimes must set it, else one patient gets two pseudonyms.
    """

    def __init__(
        self, identities: Identities, profile: DeidProfile | None = None, issuer: str | None = None
    ) -> None:
        self.identities = identities
        self.profile = profile or default_profile()
        self.issuer = issuer
        self._memory = Memory()
        self._contexts = Contexts(identities, self.profile, issuer)

    def deidentify(
        self,
        data: bytes,
        released: frozenset[str] = frozenset(),
        pixels_looked_at: bool = False,
        masks: Sequence[Mask] = (),
    ) -> Deidentified:
        """De-identify one Part-10 file.

        Args:
            data: the file's bytes.
            released: reason codes of holds that a person at the center has decided to let pass.
            pixels_looked_at: text burned into the pixels was looked for by the caller and is dealt with; the
                file then says so (PS3.15 option 113101).
            masks: (row, column, rows, columns) of the rectangles to blank in every frame, in pixels.

        Raises:
            InstanceRejected: never taken.
            InstanceHeld: a person can mend or decide it.
        """
        try:
            return self._deidentify(data, released, pixels_looked_at, masks)
        except DeidRefusal:
            raise
        except Exception:
            # a traceback would show the values at hand (D15); whatever was not foreseen is not taken
            raise InstanceRejected("unreadable") from None

    def _deidentify(
        self,
        data: bytes,
        released: frozenset[str] = frozenset(),
        pixels_looked_at: bool = False,
        masks: Sequence[Mask] = (),
    ) -> Deidentified:
        source = read_raw(data, self._memory)
        data_set = source.data_set
        gate_raw(data_set, source.transfer_syntax_uid, released)
        touched = clean_pixels(data_set, source.transfer_syntax_uid, masks)
        facts = read_facts(data_set)
        sealed = read_seal(data_set, self.identities)
        if sealed is None:
            return self._transformed(source, facts, touched, pixels_looked_at)
        if pixels_looked_at:
            put_marks(data_set, self.profile, self.identities, sealed.exam, True, plain(data_set.get(METHOD)))
        return self._finished(source, data_set, sealed.subject, sealed.exam, facts, (), ())

    def patient(self, issuer: str, patient_id: str) -> Patient:
        """Pseudonym and date offset of a patient as this engine writes them."""
        issuer = issuer if self.issuer is None else self.issuer
        return Patient(
            self.identities.subject(issuer, patient_id), self.identities.date_offset_days(issuer, patient_id)
        )

    def _transformed(
        self, source: Source, facts: AcquisitionFacts, touched: tuple[str, ...], pixels_looked_at: bool
    ) -> Deidentified:
        context = self._contexts.of(source.data_set)
        made = context.transformed(source)
        data_set, subject = made.data_set, context.patient.subject
        for tag, vr in ((0x00100010, "PN"), (0x00100020, "LO")):
            data_set[tag] = Element(tag, vr, text_value(subject, vr))
        written = standard_elements(facts, plain(data_set[0x00080016]), data_set)
        data_set.update(written)
        earlier = plain(source.data_set.get(METHOD))
        put_marks(data_set, self.profile, self.identities, context.exam, pixels_looked_at, earlier)
        changes = made.changes() + tuple(Change(label(PIXEL_DATA), "cleaned", why) for why in touched)
        changes += tuple(Change(label(tag), "replaced", FACT_WRITTEN) for tag in written)
        removed = made.removed_values()
        return self._finished(source, data_set, subject, context.exam, facts, changes, removed)

    def _finished(
        self,
        source: Source,
        data_set: DataSet,
        subject: str,
        exam: str,
        facts: AcquisitionFacts,
        changes: tuple[Change, ...],
        removed: tuple[str, ...],
    ) -> Deidentified:
        syntax = source.transfer_syntax_uid
        syntax = syntax if syntax in COMPRESSED_SYNTAXES else EXPLICIT_LITTLE_ENDIAN
        for tag, code in _NEEDED.items():
            if tag not in data_set:
                raise InstanceRejected(code)
        if plain(data_set.get(_PHOTOMETRIC)) not in ("", "MONOCHROME1", "MONOCHROME2"):
            raise InstanceRejected("screen_save")
        uids = {name: plain(data_set[tag]) for name, tag in _UIDS.items()}
        sop_class = plain(data_set[_SOP_CLASS])
        data = part_10(data_set, sop_class, uids["sop_instance_uid"], syntax)
        return Deidentified(
            data=data,
            **uids,
            sop_class_uid=sop_class,
            transfer_syntax_uid=syntax,
            subject=subject,
            exam=exam,
            facts=facts,
            changes=changes,
            removed_values=removed,
            science=science_of(source.data_set),
        )
