"""A look at files before they are handed over: what would leave, what stays here and why, before and after.

Nothing is stored or sent by looking. What it returns holds the patient's identity: for the person who asked,
inside the hospital, and never logged. The desk and `cmr-connector preview` show the same.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cmr_connector.archive_reader import Member
from cmr_connector.picture import picture
from cmr_deid.engine import Deidentified, Engine
from cmr_deid.errors import DeidRefusal
from cmr_deid.explain import Row, before_after
from cmr_deid.leaks import search
from cmr_deid.science import compare
from cmr_deid.sheets import Sheet
from cmr_deid.verify import inspect
from cmr_exchange.facts import AcquisitionFacts
from cmr_exchange.reasons import Reason
from cmr_exchange.reasons import reason as reason_of

MOST_NAMED = 200
_MAGIC_END = 132


@dataclass(slots=True)
class SeriesFinding:
    """One series that would leave.

    Attributes:
        exam: pseudonym of its exam.
        uid: its outgoing Series Instance UID.
        number: from 1, in the order found.
        n_images: images that would leave.
        facts: acquisition facts of the first image.
        rows: before and after of the first image, attribute by attribute.
        pictures: the first image before and after, as data addresses; None where it cannot be shown.
    """

    exam: str
    uid: str
    number: int
    n_images: int
    facts: AcquisitionFacts
    rows: tuple[Row, ...] = field(repr=False)
    pictures: tuple[str | None, str | None] = field(default=(None, None), repr=False)

    @property
    def description(self) -> str:
        """What the hospital calls the series; stays inside."""
        own = (row for row in self.rows if "/" not in row.path)
        return next((row.before or "" for row in own if row.keyword == "SeriesDescription"), "")

    @property
    def sheet(self) -> Sheet:
        """The series as a section of a before/after page."""
        title = f"Series {self.number}: {self.description}" if self.description else f"Series {self.number}"
        n = "1 image" if self.n_images == 1 else f"{self.n_images} images"
        return Sheet(title, self.rows, f"{n}; shown is the first one.", self.shown_pictures)

    @property
    def shown_pictures(self) -> tuple[tuple[str, str], ...]:
        """One picture where it leaves as it is, else one of each side."""
        before, after = self.pictures
        if before is None or after is None:
            return ()
        if before == after:
            return ((before, "The picture leaves as it is."),)
        return ((before, "Before: stays here."), (after, "After: would leave."))


@dataclass(slots=True)
class Findings:
    """What a drop holds.

    Attributes:
        n_files: files looked at. n_leaving: those that would leave, as far as one file alone can tell.
        series: those that would leave.
        refused: files that stay here, by reason.
        named: the first of those files by name, with the reason.
        subjects, exams: pseudonyms met.
    """

    n_files: int = 0
    n_leaving: int = 0
    series: list[SeriesFinding] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    named: list[tuple[str, Reason]] = field(default_factory=list, repr=False)
    subjects: set[str] = field(default_factory=set)
    exams: set[str] = field(default_factory=set)

    @property
    def reasons(self) -> list[tuple[Reason, int]]:
        """Reasons with their numbers of files, commonest first."""
        return [(reason_of(code), n) for code, n in self.refused.most_common()]


def examine(
    engine: Engine,
    members: Iterable[Member],
    max_bytes: int,
    progress: Callable[[int], None],
    most_named: int = MOST_NAMED,
) -> Findings:
    """Look at every file, as the pipeline will.

    Args:
        engine: the center's de-identification.
        members: files of the drop.
        max_bytes: larger images are refused.
        progress: called with the number of files looked at.
        most_named: of the files that stay, so many are named.
    """
    found = Findings()
    by_uid: dict[str, SeriesFinding] = {}
    for member in members:
        found.n_files += 1
        outcome = _judged(engine, member, max_bytes)
        if isinstance(outcome, Reason):
            found.refused[outcome.code] += 1
            if len(found.named) < most_named:
                found.named.append((member.label, outcome))
        else:
            _enter(found, by_uid, *outcome)
        progress(found.n_files)
    return found


def _enter(found: Findings, by_uid: dict[str, SeriesFinding], source: bytes, result: Deidentified) -> None:
    found.n_leaving += 1
    found.subjects.add(result.subject)
    found.exams.add(result.exam)
    series = by_uid.get(result.series_instance_uid)
    if series is None:
        uid, rows = result.series_instance_uid, tuple(before_after(source, result.data, result.changes))
        pictures = (picture(source), picture(result.data))
        series = SeriesFinding(result.exam, uid, len(by_uid) + 1, 0, result.facts, rows, pictures)
        by_uid[uid] = series
        found.series.append(series)
    series.n_images += 1


def _judged(engine: Engine, member: Member, max_bytes: int) -> Reason | tuple[bytes, Deidentified]:
    if member.reason is not None:
        return reason_of(member.reason)
    if member.size == 0:
        return reason_of("zero_length")
    if member.size > max_bytes:
        return reason_of("too_large")
    if not _may_be_dicom(member):
        return reason_of("not_dicom")
    source = member.image if isinstance(member.image, bytes) else member.image.read_bytes()
    try:
        result = engine.deidentify(source)
    except DeidRefusal as refusal:
        return refusal.reason
    findings = inspect(result.data).findings
    if findings:
        return reason_of(findings[0].reason_code)
    if search(result.data, result.removed_values):
        return reason_of("source_value_left")
    if compare(result.science, result.facts, result.data).differences:
        return reason_of("science_changed")
    return source, result


def _may_be_dicom(member: Member) -> bool:
    if isinstance(member.image, bytes):
        return member.image[128:_MAGIC_END] == b"DICM"
    with member.image.open("rb") as file:
        return file.read(_MAGIC_END)[128:] == b"DICM"
