"""The gates before de-identification: whose exam is it, may it leave, and does it show a heart?

Each gate holds or rejects what fails it and lets the rest of the same delivery go on (L3, L6).
"""

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cmr_connector.errors import SettingsError
from cmr_connector.files import Files
from cmr_connector.rows import InstanceRow
from cmr_connector.source_header import Texts
from cmr_deid.reading import read_source
from cmr_imaging.headers import InstanceHeader, headers_from_dicom_json
from cmr_imaging.heart import Verdict, looks_like_cmr
from cmr_imaging.recognition import recognize_exam

_FEW, _MANY = 3, 48
# the groups that hold what recognition looks at, with the functional groups of Enhanced images
_RECOGNITION = frozenset({0x0008, 0x0018, 0x0020, 0x0028, 0x5200})


@dataclass(slots=True)
class Sorted:
    """The outcome of a gate.

    Attributes:
        good: rows that go on.
        held, rejected: number of an instance and its reason code.
    """

    good: list[InstanceRow]
    held: dict[int, str] = field(default_factory=dict)
    rejected: dict[int, str] = field(default_factory=dict)

    def hold(self, rows: Iterable[InstanceRow], code: str) -> None:
        """Hold these rows, and let the others go on."""
        self.held |= {row.id: code for row in rows}
        self.good = [row for row in self.good if row.id not in self.held]

    def reject(self, rows: Iterable[InstanceRow], code: str) -> None:
        """Reject these rows, and let the others go on."""
        self.rejected |= {row.id: code for row in rows}
        self.good = [row for row in self.good if row.id not in self.rejected]


def gate_patient(rows: list[InstanceRow], subject: str | None) -> Sorted:
    """One exam, one patient (L6).

    A series that names two patients is held as a whole; where the rest still names two, all of it is held.
    Once an exam is known to be of `subject`, only what names somebody else is held.

    Args:
        rows: all rows of the exam that are neither held nor rejected.
        subject: pseudonym that the exam was sent under before, or None.
    """
    result = Sorted(list(rows))
    result.hold([row for row in rows if not row.subject], "no_patient_id")
    if subject is not None:
        result.hold([row for row in result.good if row.subject != subject], "two_patients")
        return result
    by_series: Mapping[str, set[str]] = defaultdict(set)
    for row in result.good:
        by_series[row.series_hash].add(row.subject)
    mixed = {name for name, subjects in by_series.items() if len(subjects) > 1}
    result.hold([row for row in result.good if row.series_hash in mixed], "two_patients")
    if len({row.subject for row in result.good}) > 1:
        result.hold(result.good, "two_patients")
    return result


def read_opt_outs(path: Path | None) -> frozenset[str]:
    """Patient IDs of the center's opt-out list: one a line, `#` begins a remark.

    Raises:
        SettingsError: the file is set and cannot be read; nothing may leave then.
    """
    if path is None:
        return frozenset()
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SettingsError("center.opt_out_file: the file cannot be read; nothing is sent.") from None
    return frozenset(_folded(line) for line in lines if _folded(line) and not line.startswith("#"))


def is_opted_out(patient_id: str, opt_outs: frozenset[str]) -> bool:
    """Whether this patient ID stands on the list; letter case and blanks around it do not matter."""
    return _folded(patient_id) in opt_outs


def says_head(text: Texts) -> bool:
    """Whether the words of one image speak of the head; asked of every image at the door, sampled or not."""
    return _says_head(text("SeriesDescription"), text("ProtocolName"), text("BodyPartExamined").upper())


@functools.lru_cache(maxsize=256)
def _says_head(series_description: str, protocol_name: str, body_part: str) -> bool:
    header = InstanceHeader(
        series_description=series_description, protocol_name=protocol_name, body_part=body_part
    )
    return looks_like_cmr({"": [header]}).head_coverage


def read_headers(
    rows: list[InstanceRow], files: Files, per_series: int = _FEW
) -> dict[str, list[InstanceHeader]]:
    """Headers by series for the recognition of a heart: first, last and an even choice between them."""
    by_series: dict[str, list[InstanceRow]] = defaultdict(list)
    for row in rows:
        by_series[row.series_hash].append(row)
    headers: dict[str, list[InstanceHeader]] = {}
    for name, members in by_series.items():
        last, n = len(members) - 1, min(per_series, len(members))
        chosen = sorted({round(place * last / max(n - 1, 1)) for place in range(n)})
        found = headers.setdefault(name, [])
        for place in chosen:
            data = files.spool_get(members[place].spool or "")
            found += headers_from_dicom_json(
                read_source(data, _RECOGNITION).to_json_dict(suppress_invalid_tags=True)
            )
    return headers


def judge_heart(
    rows: list[InstanceRow], files: Files, procedure: str, released: bool
) -> tuple[Sorted, Verdict, frozenset[str]]:
    """`gate_heart` on a few images of each series, and on many before an exam is held as no heart.

    Returns:
        Where each image goes, what speaks for a heart, and what the series are recognized as
        (`cmr_imaging.kinds.SeriesKind`), as far as the images that were looked at tell.
    """
    headers = read_headers(rows, files)
    outcome, verdict = gate_heart(rows, headers, procedure, released)
    if not verdict.is_cmr:
        headers = read_headers(rows, files, _MANY)
        outcome, verdict = gate_heart(rows, headers, procedure, released)
    kinds = frozenset(found.kind.value for found in recognize_exam(list(headers.values())))
    return outcome, verdict, kinds


def gate_heart(
    rows: list[InstanceRow],
    headers: dict[str, list[InstanceHeader]],
    procedure: str,
    released: bool,
) -> tuple[Sorted, Verdict]:
    """Only exams of the heart leave, and no head ever does.

    Series whose own words say head are held; then the rest must look like a CMR exam, unless a person at the
    center has released it.
    """
    result = Sorted(list(rows))
    heads = {name for name, own in headers.items() if looks_like_cmr({name: own}).head_coverage}
    heads |= {row.series_hash for row in rows if row.says_head}
    rest = {name: own for name, own in headers.items() if name not in heads}
    verdict = looks_like_cmr(rest or headers, procedure)
    result.hold([row for row in rows if row.series_hash in heads], "head_coverage")
    if verdict.head_coverage and not verdict.is_cmr:
        result.hold(result.good, "head_coverage")
    if not verdict.is_cmr and not released:
        result.hold(result.good, "not_a_heart")
    if released:
        verdict = dataclasses.replace(verdict, evidence=(*verdict.evidence, "released_by_center"))
    return result, verdict


def procedure_text(text: Texts) -> str:
    """Study description and requested procedure: read for the verdict, never kept."""
    keywords = ("StudyDescription", "RequestedProcedureDescription", "PerformedProcedureStepDescription")
    return " ".join(text(keyword) for keyword in keywords)


def _folded(text: str) -> str:
    return text.strip().casefold()
