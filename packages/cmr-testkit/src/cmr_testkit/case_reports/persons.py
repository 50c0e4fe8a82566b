"""Who is examined, and for what: persons and hearts of one disease each, drawn so that they belong together."""

import random
from dataclasses import dataclass

SEGMENTS = tuple(f"{number:02d}" for number in range(1, 18))


@dataclass(frozen=True, slots=True)
class Disease:
    """What one disease does to a heart.

    Attributes:
        name: word of this module.
        share: of all exams.
        indication, diagnosis: codes of `indication_primary` and `final_diagnosis`.
        ejection: from and to, percent.
        volume: end-diastolic volume index from and to, mL/m2 (men; women have 8 % less).
        mass: mass index from and to, g/m2 (men; women have 20 % less).
        scar: chance of late enhancement.
        pattern: code of its pattern; empty without scar.
        interpretation: code of `lge_interpretation`.
        ages: from and to, years.
    """

    name: str
    share: float
    indication: str
    diagnosis: str
    ejection: tuple[float, float]
    volume: tuple[float, float]
    mass: tuple[float, float]
    scar: float = 0.0
    pattern: str = ""
    interpretation: str = ""
    ages: tuple[int, int] = (20, 85)


DISEASES = (
    Disease("healthy", 0.24, "15", "1", (56, 68), (62, 95), (48, 68)),
    Disease("infarct", 0.20, "2", "2", (28, 55), (75, 125), (52, 78), 1.0, "1", "1", (40, 85)),
    Disease("ischemia", 0.14, "2", "3", (54, 68), (62, 95), (50, 72), ages=(40, 85)),
    Disease("dilated", 0.12, "1", "4", (20, 44), (105, 145), (60, 85), 0.4, "2", "2"),
    Disease("hypertrophic", 0.10, "1", "5", (60, 74), (60, 85), (80, 120), 0.6, "2", "2"),
    Disease("myocarditis", 0.07, "4", "7", (50, 64), (70, 100), (52, 72), 0.9, "3", "5", (18, 60)),
    Disease("regurgitation", 0.06, "6", "14", (52, 62), (92, 122), (65, 90)),
    Disease("fallot", 0.04, "7", "15", (52, 62), (70, 95), (50, 68), ages=(18, 45)),
    Disease("amyloid", 0.03, "11", "8", (45, 60), (60, 85), (85, 120), 1.0, "4", "4", (55, 88)),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One subject.

    Attributes:
        disease: what the heart has.
        sex: M or F.
        age: years at the first exam.
        height_cm, weight_kg: as measured.
        history: items of the history that stay as they are.
    """

    disease: Disease
    sex: str
    age: int
    height_cm: float
    weight_kg: float
    history: dict[str, int]

    @property
    def surface_m2(self) -> float:
        """Body surface area (Mosteller)."""
        return float((self.height_cm * self.weight_kg / 3600) ** 0.5)


def draw_person(rng: random.Random) -> Person:
    """Draw one subject."""
    disease = rng.choices(DISEASES, [one.share for one in DISEASES])[0]
    sex = rng.choice("MF")
    height = round(rng.gauss(178 if sex == "M" else 165, 6.5) * 2) / 2
    weight = round(rng.uniform(20, 34) * (height / 100) ** 2 * 2) / 2
    return Person(disease, sex, rng.randint(*disease.ages), height, weight, _history(rng, disease))


def _history(rng: random.Random, disease: Disease) -> dict[str, int]:
    history = {name: int(rng.random() < 0.3) for name in ("hx_htn", "hx_dm", "hx_hld", "hx_af")}
    history["hx_prior_mi"] = int(disease.name == "infarct" and rng.random() < 0.8)
    history["hx_prior_pci"] = int(disease.name in ("infarct", "ischemia") and rng.random() < 0.5)
    history["hx_prior_cabg"] = int(disease.name == "infarct" and rng.random() < 0.2)
    history["hx_cad"] = int(disease.name in ("infarct", "ischemia"))
    history["hx_prior_icd"] = int(disease.name in ("infarct", "dilated") and rng.random() < 0.15)
    history["hx_prior_avr"] = 0
    return history
