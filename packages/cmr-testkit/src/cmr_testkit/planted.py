"""The answer key: every identifier that stands in the headers of an exam, with its place.

The headers themselves are searched for the identifiers of patient and visit, so the key cannot disagree with
the bytes. Ages, sizes, times of day, manufacturer and model are no planted identifiers: they may be kept.
"""

import dataclasses
from collections.abc import Iterator

from pydicom.dataset import Dataset

from cmr_testkit.headers import spoken
from cmr_testkit.identity import Patient, Visit
from cmr_testkit.uids import ROOTS

Found = tuple[str, str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Planted:
    """One identifier: its value, its kind, its tag path, and the file (or `all`) where it stands."""

    value: str
    kind: str
    path: str
    where: str


def secrets_of(patient: Patient, visit: Visit, epoch: int) -> dict[bytes, tuple[str, str]]:
    """What must be found nowhere: the searched bytes with value and kind."""
    names = {patient.name, *visit.people.values()}
    kinds = dict.fromkeys(names, "name") | {spoken(name): "name" for name in names}
    kinds |= {name.replace("^", " "): "name" for name in names}
    for value in (
        patient.patient_id,
        patient.issuer,
        patient.other_id,
        visit.accession_number,
        visit.study_id,
    ):
        kinds[value] = "id"
    for value in (visit.admission_id, visit.procedure_id, visit.step_id, visit.performed_id):
        kinds[value] = "id"
    kinds |= {patient.address: "address", visit.institution_address: "address", patient.phone: "phone"}
    kinds |= {
        visit.institution: "institution",
        visit.department: "institution",
        visit.ward[:16]: "institution",
    }
    kinds |= {visit.station: "device", visit.serial: "device", visit.ae_title: "device"}
    kinds |= {patient.birth_date: "date", visit.date: "date"}
    found = {value.encode("latin-1"): (value, kind) for value, kind in kinds.items()}
    found[epoch.to_bytes(4, "little")] = (str(epoch), "epoch")
    return found


class AnswerKey:
    """Collects the planted identifiers of an exam series by series."""

    def __init__(self, secrets: dict[bytes, tuple[str, str]]) -> None:
        self.secrets = secrets
        self.where: dict[Found, list[str]] = {}
        self.series = 0

    def first_of_series(self, dataset: Dataset, relative: str) -> None:
        """Search the first image of a series in full."""
        self.series += 1
        for found in {*self._walk(dataset.file_meta, ""), *self._walk(dataset, "")}:
            self.where.setdefault(found, []).append(relative)

    def further(self, dataset: Dataset, relative: str) -> None:
        """Note what is its own in every further image: the instance UID."""
        self.where[str(dataset.SOPInstanceUID), "uid", "(0008,0018)"] = [relative]

    def result(self) -> list[Planted]:
        """Everything found, ordered; `all` where every series has it."""
        rows = []
        for (value, kind, path), places in self.where.items():
            wheres = ["all"] if len(places) == self.series and self.series > 1 else places
            rows += [Planted(value, kind, path, where) for where in wheres]
        return sorted(rows, key=lambda row: (row.path, row.where, row.value))

    def _walk(self, dataset: Dataset, above: str) -> Iterator[Found]:
        for element in dataset:
            path = f"{above}({element.tag.group:04x},{element.tag.element:04x})"
            if element.VR == "SQ":
                for i, item in enumerate(element.value):
                    yield from self._walk(item, f"{path}[{i}].")
            elif element.tag != 0x7FE00010:
                yield from self._in_value(element.value, element.VR, path)

    def _in_value(self, value: object, vr: str, path: str) -> Iterator[Found]:
        values = value if isinstance(value, list | tuple) or type(value).__name__ == "MultiValue" else [value]
        for one in values:  # type: ignore[attr-defined]
            text = str(one)
            if vr == "UI":
                if text.startswith(tuple(ROOTS.values())):
                    yield text, "uid", path
                continue
            if isinstance(one, bytes):
                data = one
            else:
                data = one.to_bytes(4, "little") if vr == "SL" and one >= 0 else text.encode("latin-1")
            for needle, (secret, kind) in self.secrets.items():
                if needle in data:
                    yield secret, kind, path
