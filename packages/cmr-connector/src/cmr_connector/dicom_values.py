"""Case-report values that the images themselves state, made as coarse as they may cross the wall.

Age is whole years (months as a fraction below two years) and 90 for 90 and above; height and weight are
rounded. No value is guessed: what is absent or implausible is simply not there.
"""

import datetime
import re
import statistics
from collections.abc import Collection, Iterable
from typing import Any

from cmr_connector.source_header import Texts, plausible_date
from cmr_deid.values import clean_age, clean_sex, clean_size, clean_weight
from cmr_exchange.facts import AcquisitionFacts
from cmr_exchange.manifest import ReportValue, ValueSource

VENDOR_CODES = {"siemens": "1", "philips": "2", "ge": "3", "canon": "4", "united": "5", "other": "8"}
"""Codes of the dictionary item `scanner_vendor` by the vendor word of the acquisition facts."""

AGENTS = {
    "1": ("gadobutrol", "gadavist", "gadovist"),
    "2": ("gadoterate", "gadoteric", "dotarem", "clariscan"),
    "3": ("gadoteridol", "prohance"),
    "4": ("gadoben", "multihance"),
    "5": ("gadopentet", "magnevist"),
    "6": ("gadodiamide", "omniscan"),
    "7": ("gadoversetamide", "optimark"),
    "8": ("gadoxet", "eovist", "primovist"),
    "9": ("gadopiclenol", "elucirem", "vueway"),
    "11": ("ferumoxytol", "feraheme"),
}
"""Code of the dictionary item `gbca_agent` -> beginnings of words by which a scanner calls the agent."""
SEQUENCES = {
    "cine": "1",
    "lge": "2",
    "t2_map": "7",
    "t2star": "8",
    "flow_pc": "9",
    "flow4d": "10",
    "black_blood_edema": "11",
    "mra": "12",
    "tagging": "13",
    "realtime": "15",
}
"""Kind of a series -> code of `seq_performed`, where a kind means one code."""
_UNDECIDED = frozenset({"unknown", "perfusion", "t1_map"})
"""Kinds that leave open what was acquired: stress or rest, before or after contrast."""
_FEWEST_PHASES = 10
_PLAUSIBLE_RATE = (20.0, 250.0)
_AGE = re.compile(r"(\d{3})([MY])")


def patient_values(text: Texts) -> dict[str, Any]:
    """Sex, age, height and weight of one image, as value documents by dictionary item."""
    height = clean_size(text("PatientSize"))
    weight = clean_weight(text("PatientWeight"))
    found = {
        "sex": clean_sex(text("PatientSex").upper()),
        "age_at_exam_years": _age_years(text),
        "height_cm": round(float(height) * 100, 1) if height else None,
        "weight_kg": float(weight) if weight else None,
    }
    return _documents(found)


def contrast_values(texts: Iterable[Texts]) -> dict[str, Any]:
    """That contrast was given, and which agent, where a series names one; a series that names none says nothing.

    Args:
        texts: the texts of one image of each series.
    """
    named = {_agent(text("ContrastBolusAgent")) for text in texts} - {None}
    return _documents(
        {"gbca_given": 1 if named else None, "gbca_agent": named.pop() if len(named) == 1 else None}
    )


def sequence_values(kinds: Collection[str]) -> dict[str, Any]:
    """Sequence groups acquired, where every series tells, and that late enhancement was imaged.

    A list that leaves a group out would say that it was not acquired: so all of it is stated, or nothing.

    Args:
        kinds: what the series are recognized as (`cmr_imaging.kinds.SeriesKind`).
    """
    listed = [code for kind, code in SEQUENCES.items() if kind in kinds]
    is_whole = bool(listed) and not _UNDECIDED & set(kinds)
    return _documents(
        {"seq_performed": listed if is_whole else None, "lge_performed": 1 if "lge" in kinds else None}
    )


def heart_rate(intervals_ms: Iterable[tuple[float, int]]) -> dict[str, Any]:
    """Heart rate during cine from the nominal R-R intervals of its images (0018,1062).

    Args:
        intervals_ms: interval and number of phases, one per image.
    """
    listed = [interval for interval, n_phases in intervals_ms if n_phases >= _FEWEST_PHASES and interval > 0]
    rate = float(round(60_000 / statistics.median(listed))) if listed else 0.0
    low, high = _PLAUSIBLE_RATE
    return _documents({"heart_rate_bpm": rate if low <= rate <= high else None})


def scanner_values(facts: Iterable[AcquisitionFacts]) -> dict[str, Any]:
    """Vendor and field strength where all series agree, as value documents by dictionary item."""
    listed = list(facts)
    vendors = {fact.manufacturer for fact in listed if fact.manufacturer}
    fields = {fact.field_strength_t for fact in listed if fact.field_strength_t}
    found = {
        "scanner_vendor": VENDOR_CODES.get(vendors.pop()) if len(vendors) == 1 else None,
        "field_strength_t": fields.pop() if len(fields) == 1 else None,
    }
    return _documents(found)


def _documents(found: dict[str, Any]) -> dict[str, Any]:
    return {
        name: ReportValue(ValueSource.DICOM, value).to_document()
        for name, value in found.items()
        if value is not None
    }


def _agent(text: str) -> str | None:
    """Code of the agent that a text names; None where it names none or several."""
    words = re.findall(r"[a-z]+", text.lower())
    found = {code for code, begins in AGENTS.items() if any(word.startswith(begins) for word in words)}
    return found.pop() if len(found) == 1 else None


def _age_years(text: Texts) -> float | int | None:
    written = text("PatientAge") or _age_between(text("PatientBirthDate"), text("StudyDate"))
    match = _AGE.fullmatch(clean_age(written) or "")
    if not match:
        return None
    number = int(match[1])
    return number if match[2] == "Y" else round(number / 12, 2)


def _age_between(birth: str, exam: str) -> str:
    """Age at the exam as a DICOM AS value, empty where one of the dates is no date."""
    today = datetime.datetime.now(datetime.UTC).date()
    at = plausible_date(exam, today)
    try:
        born = datetime.datetime.strptime(birth, "%Y%m%d").replace(tzinfo=datetime.UTC).date()
    except ValueError:
        return ""
    if at is None or at < born:
        return ""
    months = (at.year - born.year) * 12 + at.month - born.month - (at.day < born.day)
    return f"{min(months // 12, 999):03d}Y" if months >= 24 else f"{months:03d}M"
