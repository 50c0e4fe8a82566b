"""Errors that show against the images, the days, or the subject's other exams."""

import random

from cmr_dictionary.checks import OtherExam, fingerprint
from cmr_testkit.case_reports.exam import ReportedExam
from cmr_testkit.case_reports.plant import Fits, Plant, needs, states, without_series


def _is_later(exam: ReportedExam) -> bool:
    return any(other.day is not None and other.day < exam.day for other in exam.others)


def _lists(code: str, *, is_listed: bool) -> Fits:
    return lambda exam: (code in exam.values["seq_performed"]) == is_listed


def _t2_listed(exam: ReportedExam, rng: random.Random) -> None:
    exam.values["seq_performed"] = [*exam.values["seq_performed"], "7"]


def _t2_scanned(exam: ReportedExam, rng: random.Random) -> None:
    exam.kinds.add("t2_map")


def _lge_scanned(exam: ReportedExam, rng: random.Random) -> None:
    exam.kinds.add("lge")


def _fewer_slices(exam: ReportedExam, rng: random.Random) -> None:
    exam.values["sax_n_slices"] -= rng.randint(2, 4)


def _history_lost(exam: ReportedExam, rng: random.Random) -> None:
    exam.values["hx_prior_mi"] = 0


def _delivered_twice(exam: ReportedExam, rng: random.Random) -> None:
    exam.others.append(OtherExam(exam.day - rng.randint(2, 30), fingerprint(exam.values)))
    exam.values["exam_number"] += 1


def _on_the_same_day(exam: ReportedExam, rng: random.Random) -> None:
    exam.others.append(OtherExam(exam.day, ""))


def _was_infarct(exam: ReportedExam) -> bool:
    return exam.says({"hx_prior_mi": 1}) and _is_later(exam)


CONTEXT_ERRORS = (
    Plant(
        "LGE not sent", "lge-without-series", "lge_performed", needs(lge_performed=1), without_series("lge")
    ),
    Plant(
        "perfusion not sent",
        "perfusion-without-series",
        "perf_defect",
        needs("perf_defect"),
        without_series("perfusion"),
    ),
    Plant(
        "stress not sent",
        "stress-without-series",
        "stress_performed",
        needs(stress_performed="1"),
        without_series("perfusion"),
    ),
    Plant("flow not sent", "flow-without-series", "ao_fwd_ml", needs("ao_fwd_ml"), without_series("flow_pc")),
    Plant(
        "map not sent", "map-without-series", "native_t1_ms", needs("native_t1_ms"), without_series("t1_map")
    ),
    Plant("cine not sent", "volumes-without-cine", "lv_edv_ml", needs(), without_series("cine")),
    Plant(
        "sequence that was not done",
        "sequence-without-series",
        "seq_performed",
        _lists("7", is_listed=False),
        _t2_listed,
    ),
    Plant(
        "sequence not listed", "series-not-listed", "seq_performed", _lists("7", is_listed=False), _t2_scanned
    ),
    Plant("contrast forgotten", "contrast-denied", "gbca_given", needs(gbca_given=0), _lge_scanned),
    Plant("LGE forgotten", "lge-denied", "lge_performed", needs(lge_performed=0), _lge_scanned),
    Plant("slices miscounted", "differs-from-images", "sax_n_slices", needs(), _fewer_slices),
    Plant("first exam twice", "exam-order", "exam_number", _is_later, states(exam_number=1)),
    Plant("infarct forgotten", "history-lost", "hx_prior_mi", _was_infarct, _history_lost),
    Plant("delivered twice", "same-measurements", "exam_number", needs(), _delivered_twice),
    Plant("two exams on a day", "same-day", "exam_number", needs(), _on_the_same_day),
    Plant(
        "repair after the exam",
        "repair-after-exam",
        "tof_repair_age_years",
        needs(tof=1),
        states(tof_repair_age_years=70),
    ),
    Plant(
        "valve before birth",
        "before-birth",
        "tof_pvr_offset_days",
        needs(tof=1),
        states(tof_pvr_offset_days=-30000),
    ),
)
"""All kinds of this module."""
