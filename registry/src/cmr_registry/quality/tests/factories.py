"""Exams of the quality room's tests: rows as deliveries leave them, without their images."""

import datetime
import itertools
from collections import defaultdict

from cmr_dictionary import load
from cmr_registry.centers.models import Center
from cmr_registry.centers.states import CenterState
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality.noting import exams_due
from cmr_registry.quality.tasks import work_once
from cmr_registry.subjects.models import Subject

NOW = datetime.datetime(2026, 11, 1, 12, tzinfo=datetime.UTC)
QUARTER = "2026-Q4"
_numbers = itertools.count(1)


def work_all(most=500):
    """Do all work of the room that waits."""
    for _ in range(most):
        if not work_once():
            return
    raise AssertionError("The work does not end.")


def said(value, source="report_csv"):
    """The entry of a value."""
    return {"value": value, "source": source}


def missing(code, source="report_csv"):
    """The entry of a value that is absent for a reason."""
    return {"missing": code, "source": source}


WHOLE = {
    "age_at_exam_years": 57, "sex": "M", "consent_basis": "1", "scanner_vendor": "1", "field_strength_t": 1.5,
    "indication_primary": "1", "height_cm": 178.0, "weight_kg": 81.0, "heart_rate_bpm": 66.0, "rhythm": "1",
    "seq_performed": ["1", "2"], "gbca_given": "1", "gbca_agent": "1", "gbca_dose_mmol_kg": 0.15,
    "stress_performed": "0", "adverse_event": "0", "lv_method": "1", "lv_papillary": "1", "lv_edv_ml": 150.0,
    "lv_esv_ml": 60.0, "lv_mass_g": 110.0, "wm_rest_all_normal": "1", "rv_edv_ml": 155.0, "rv_esv_ml": 66.0,
    "lge_performed": "1", "lge_present": "0", "final_diagnosis": "1", "iq_global": "1",
}  # fmt: skip
"""Values of every minimum item that such an exam owes."""


def whole_entries(*without):
    """Entries of an exam whose every minimum item is known, but for those of `without`."""
    return {name: said(value) for name, value in WHOLE.items() if name not in without}


def exam_make(center, entries, *, at=NOW, subject=None, day=0, is_due=True):
    """An exam with its case report."""
    number = next(_numbers)
    with center_scope(ALL_CENTERS):
        if subject is None:
            subject = Subject.objects.create(center=center, pseudonym=f"S{number:015d}")
        exam = Examination.objects.create(
            center=center, subject=subject, pseudonym=f"E{number:015d}", day=day, exam_year=2026, version=1,
            has_report=bool(entries), deid_profile="p", key_id="k", accepted_at=at,
        )  # fmt: skip
        report_write(exam, entries)
        if is_due:
            exams_due({(exam.pk, center.pk)})
    return exam


def report_write(exam, entries, *, version=1):
    """Let an exam say this, form by form."""
    forms = defaultdict(dict)
    for name, entry in entries.items():
        forms[load().items[name].form][name] = entry
    exam.case_reports.filter(is_current=True).update(is_current=False)
    for form, document in forms.items():
        CaseReport.objects.create(
            center=exam.center, examination=exam, form=form, version=version, document=document,
            dictionary_version=load().version, recorded_at=exam.accepted_at, recorded_by="job:tests",
        )  # fmt: skip


def center_make(number):
    """A further active center."""
    return Center.objects.create(
        code=f"peer-{number}",
        name=f"Peer Hospital {number}",
        city="X",
        country="US",
        state=CenterState.ACTIVE,
    )
