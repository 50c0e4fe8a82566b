"""The invented people, places and numbers of a synthetic exam: every one of them must not leave the hospital.

Names are built from syllables that no real name has, so that a search for one finds a leak and nothing else.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

SYLLABLES = (
    "zyph", "quor", "vexil", "drumb", "whisk", "jorv", "plyx", "gwend", "skorb", "thraz", "mubbl", "fnord",
    "kazzin", "obsky", "ruxel", "yandl", "brizt", "cwmor", "hjulp", "izzen", "lumpf", "nexor", "pfaun", "tzaka",
)  # fmt: skip
GIVEN = (
    "Zebulonia", "Quillfred", "Wexandra", "Jorvinus", "Thrazilde", "Ploxandra", "Gwendomar", "Skorbina",
    "Fnordella", "Kazzimar", "Obskurine", "Ruxandor", "Yandolph", "Briztine", "Cwmfrida", "Hjulpert",
)  # fmt: skip
ROLES = (
    "referring", "performing", "reading", "requesting", "operator", "record", "scheduler", "mother", "birth",
    "other", "contact", "verifier", "entered", "consulting",
)  # fmt: skip


STATIONS = {"siemens": "AWP", "ge": "GEHC", "philips": "PHILIPS-"}


@dataclass(frozen=True, slots=True)
class Patient:
    """An invented patient as the hospital knows it; names are DICOM person names `Family^Given`."""

    name: str
    patient_id: str
    issuer: str
    birth_date: str
    sex: str
    other_id: str
    address: str
    phone: str
    comment: str
    height_cm: float
    weight_kg: float


@dataclass(frozen=True, slots=True)
class Visit:
    """An invented exam: numbers, people, place, device and time. Dates are DICOM DA, times TM."""

    accession_number: str
    study_id: str
    admission_id: str
    procedure_id: str
    step_id: str
    performed_id: str
    date: str
    start: dt.datetime
    people: dict[str, str]
    institution: str
    institution_address: str
    department: str
    station: str
    ward: str
    serial: str
    ae_title: str
    variant: int


def family_name(rng: np.random.Generator) -> str:
    """A family name of three rare syllables."""
    return "".join(str(s) for s in rng.choice(SYLLABLES, 3, replace=False)).capitalize()


def person(rng: np.random.Generator) -> str:
    """A person name as `Family^Given`."""
    return f"{family_name(rng)}^{rng.choice(GIVEN)}"


def draw_patient(seed: int) -> Patient:
    """The invented patient of a seed: the same seed is the same person at every visit."""
    rng = np.random.default_rng([seed, 0xFACE])
    sex = "F" if rng.random() < 0.44 else "M"
    birth = dt.date(1936, 1, 1) + dt.timedelta(days=int(rng.integers(0, 22000)))
    height = rng.normal(163, 6) if sex == "F" else rng.normal(177, 7)
    digits = rng.integers(10**8, 10**9, 3)
    return Patient(
        name=person(rng),
        patient_id=f"MRNQX{digits[0]}",
        issuer=f"{family_name(rng).upper()[:12]}HOSP",
        birth_date=birth.strftime("%Y%m%d"),
        sex=sex,
        other_id=f"OLDQX{digits[1]}",
        address=f"{int(rng.integers(1001, 9999))} {family_name(rng)} Lane",
        phone=f"+1-555-{digits[2] % 900 + 100}-{digits[2] // 1000 % 10000:04d}",
        comment=f"Next of kin {person(rng).replace('^', ' ')}",
        height_cm=round(float(height), 1),
        weight_kg=round(float(rng.normal(25.5, 3.5) * (height / 100) ** 2), 1),
    )


def draw_visit(rng: np.random.Generator, vendor: str, variant: int) -> Visit:
    """The invented circumstances of one exam; `variant` makes its numbers and UIDs its own."""
    day = dt.datetime(2016, 1, 4) + dt.timedelta(days=int(rng.integers(0, 3100)))
    start = day + dt.timedelta(seconds=int(rng.integers(7 * 3600, 17 * 3600)))
    place = family_name(rng)
    number = int(rng.integers(100_000, 1_000_000))
    return Visit(
        accession_number=f"ACQ{variant:010d}",
        study_id=f"STQ{number}",
        admission_id=f"ADMQX{number}{variant % 1000:03d}",
        procedure_id=f"RPQX{number}",
        step_id=f"SPSQX{number}",
        performed_id=f"PPSQX{number}",
        date=day.strftime("%Y%m%d"),
        start=start,
        people={role: person(rng) for role in ROLES},
        institution=f"{place} Memorial Hospital",
        institution_address=f"{int(rng.integers(100, 999))} {family_name(rng)} Avenue, {place}ville",
        department=f"{family_name(rng)} Heart Imaging Unit",
        station=f"{STATIONS[vendor.partition('-')[0]]}{number}QX",
        ward=f"Ward {family_name(rng)} Bed 12",
        serial=f"9{number}",
        ae_title=f"{family_name(rng).upper()[:9]}QXAE",
        variant=variant,
    )
