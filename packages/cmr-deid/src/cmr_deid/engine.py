"""The engine: one instance in, one de-identified instance out, or a refusal (fails closed).

Raw elements go through the profile one by one; an attribute without a rule is removed and reported. Pixel data
are copied as bytes, after what is no image has gone (pixel_data.py). Running the engine on its own untouched output
gives the same bytes again (marks.py).
"""

import dataclasses
from dataclasses import dataclass

from cmr_deid.changes import Change
from cmr_deid.elements import PIXEL_DATA, DataSet, Element
from cmr_deid.errors import DeidRefusal, InstanceRejected
from cmr_deid.facts import read_facts
from cmr_deid.gates import gate_raw
from cmr_deid.identities import Identities
from cmr_deid.marks import put_marks, read_seal
from cmr_deid.pixel_data import clean_pixels
from cmr_deid.profile import DeidProfile, default_profile
from cmr_deid.reading import COMPRESSED_SYNTAXES, EXPLICIT_LITTLE_ENDIAN, Source, read_raw
from cmr_deid.text import character_sets, decoded, plain
from cmr_deid.transform import Patient, Transform
from cmr_deid.writing import part_10, text_value
from cmr_exchange.facts import AcquisitionFacts

_UIDS = {"sop_instance_uid": 0x00080018, "series_instance_uid": 0x0020000E, "study_instance_uid": 0x0020000D}


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

    def deidentify(self, data: bytes, released: frozenset[str] = frozenset()) -> Deidentified:
        """De-identify one Part-10 file.

        Args:
            data: the file's bytes.
            released: reason codes of holds that a person at the center has decided to let pass.

        Raises:
            InstanceRejected: never taken.
            InstanceHeld: a person can mend or decide it.
        """
        try:
            return self._deidentify(data, released)
        except DeidRefusal:
            raise
        except Exception:
            # a traceback would show the values at hand (D15); whatever was not foreseen is not taken
            raise InstanceRejected("unreadable") from None

    def _deidentify(self, data: bytes, released: frozenset[str]) -> Deidentified:
        source = read_raw(data)
        gate_raw(source.data_set, source.transfer_syntax_uid, released)
        pixels_cleaned = clean_pixels(source.data_set, source.transfer_syntax_uid)
        facts = read_facts(source.data_set)
        sealed = read_seal(source.data_set, self.identities)
        if sealed is not None:
            return self._finished(source, source.data_set, sealed.subject, sealed.exam, facts, (), ())
        return self._transformed(source, facts, pixels_cleaned)

    def patient(self, issuer: str, patient_id: str) -> Patient:
        """Pseudonym and date offset of a patient as this engine writes them."""
        issuer = issuer if self.issuer is None else self.issuer
        return Patient(
            self.identities.subject(issuer, patient_id), self.identities.date_offset_days(issuer, patient_id)
        )

    def _transformed(self, source: Source, facts: AcquisitionFacts, pixels_cleaned: bool) -> Deidentified:
        encodings = character_sets(source.data_set)
        issuer = decoded(source.data_set.get(0x00100021), encodings)
        patient = self.patient(issuer, decoded(source.data_set.get(0x00100020), encodings))
        exam = self.identities.exam(plain(source.data_set.get(0x0020000D)))
        transform = Transform(self.identities, self.profile, patient, source, encodings)
        data_set = transform.run()
        if pixels_cleaned:
            transform.recorder.add("", PIXEL_DATA, "cleaned", "bytes of the stream that are no image")
        for tag, vr in ((0x00100010, "PN"), (0x00100020, "LO")):
            data_set[tag] = Element(tag, vr, text_value(patient.subject, vr))
        put_marks(data_set, self.profile, self.identities, exam)
        changes, removed = transform.recorder.changes(), transform.removed_values(data_set)
        return self._finished(source, data_set, patient.subject, exam, facts, changes, removed)

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
        uids = {name: plain(data_set[tag]) for name, tag in _UIDS.items()}
        sop_class = plain(data_set[0x00080016])
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
        )
