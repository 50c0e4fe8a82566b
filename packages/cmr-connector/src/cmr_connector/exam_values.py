"""The values of an exam: put together from image header, center profile, reports and what a person entered."""

import datetime

from cmr_connector.center_profile import applying
from cmr_connector.merging import Values, merged
from cmr_connector.rows import ExamRow
from cmr_connector.source_header import plausible_date
from cmr_connector.store import Store
from cmr_connector.value_counts import ExamCount, count
from cmr_dictionary import load
from cmr_dictionary.checks import check_values, is_rejected
from cmr_exchange.canonical import canonical_json
from cmr_exchange.manifest import Contents, DeliveryManifest, ReportValue

_UNCOUNTED = 200


class ExamValues:
    """Reads the values of exams."""

    def __init__(self, store: Store) -> None:
        """Use this store."""
        self._store = store

    def date(self, exam_id: int) -> datetime.date | None:
        """The exam's date, None where it cannot be read; stays inside."""
        written = self._store.crosswalk.entry(exam_id).study.study_date
        return plausible_date(written, datetime.datetime.now(datetime.UTC).date())

    def entered(self, exam: ExamRow) -> Values:
        """What the case report opens with: all habits of the center in force, those too that do not apply yet."""
        return self._merged(exam, self._store.profile.in_force(self.date(exam.id)))

    def crossing(self, exam: ExamRow) -> Values:
        """What may leave with the exam: only items that may cross, only values that the checks take one by one."""
        profile = self._store.profile.in_force(self.date(exam.id))
        if profile:
            profile = applying(profile, self._merged(exam, {}))
        return {name: entry for name, entry in self._merged(exam, profile).items() if _may_cross(name, entry)}

    def count(self, exam: ExamRow) -> ExamCount:
        """Count what the case report opens with, from where, and keep the counts."""
        found = self.counted(exam)
        self._store.counts.put(exam.id, found)
        return found

    def counted(self, exam: ExamRow) -> ExamCount:
        """Count it; habits that do not apply yet need no typing either."""
        return count(self.entered(exam), self._store.stated.sources(exam.id))

    def count_missing(self) -> int:
        """Count some exams that were not counted under this dictionary. Returns how many."""
        numbers = self._store.counts.uncounted(_UNCOUNTED)
        for number in numbers:
            self.count(self._store.exams.get(number))
        return len(numbers)

    def says_something_new(self, exam_id: int, values: Values) -> bool:
        """Whether these values differ from those of the exam's newest version."""
        newest = self._newest(exam_id)
        now = {name: ReportValue.from_document(entry, name) for name, entry in values.items()}
        return newest is None or _canonical(newest.values) != _canonical(now)

    def was_reported(self, exam_id: int) -> bool:
        """Whether the newest version of the exam stated a report."""
        newest = self._newest(exam_id)
        return newest is not None and newest.contents is Contents.IMAGES_AND_REPORT

    def _newest(self, exam_id: int) -> DeliveryManifest | None:
        newest = self._store.outbox.newest(exam_id)
        return None if newest is None else DeliveryManifest.from_document(newest.document())

    def _merged(self, exam: ExamRow, profile: Values) -> Values:
        store = self._store
        entries = store.case_reports.current(exam.id).entries
        return merged(store.headers.of(exam), profile, store.stated.of(exam.id), entries)


def _canonical(values: dict[str, ReportValue]) -> bytes:
    return canonical_json({name: value.to_document() for name, value in values.items()})


def _may_cross(name: str, entry: dict[str, object]) -> bool:
    """The last gate: whatever was stored, free text and what stays at the center never leave (D4)."""
    item = load().items.get(name)
    if item is None or not item.may_cross:
        return False
    return "missing" in entry or not is_rejected(check_values({name: entry.get("value")}))
