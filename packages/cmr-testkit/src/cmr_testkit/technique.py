"""How each kind of series is measured: echo, times, flip angle, the vendor's sequence name and ImageType.

Round numbers of usual clinical protocols at 1.5 T. `siemens` serves the XA line as well, `philips` Philips
Enhanced MR.
"""

from dataclasses import dataclass

from pydicom.dataset import Dataset

from cmr_testkit.protocol import Series


@dataclass(frozen=True, slots=True)
class Technique:
    """Physics of one kind.

    Attributes:
        echo: words of ScanningSequence: GR, SE, IR, EP.
        te_ms, tr_ms, flip_deg: as set; `tr_ms` 0: one heartbeat.
        train: echo train length. volume: acquired in three dimensions.
        gated: the heart triggers. agent: after contrast.
    """

    echo: tuple[str, ...]
    te_ms: float
    tr_ms: float
    flip_deg: float
    train: int = 1
    volume: bool = False
    gated: bool = True
    agent: bool = False

    @property
    def inverted(self) -> bool:
        """Whether an inversion pulse prepares it."""
        return "IR" in self.echo


TECHNIQUES = {
    "localizer": Technique(("GR",), 1.12, 387.4, 60),
    "cine": Technique(("GR",), 1.12, 3.1, 60),
    "t1_raw": Technique(("GR", "IR"), 1.12, 282.1, 35),
    "t1_map": Technique(("GR", "IR"), 1.12, 282.1, 35),
    "t2_raw": Technique(("GR",), 1.32, 207.4, 70),
    "t2_map": Technique(("GR",), 1.32, 207.4, 70),
    "t2star_raw": Technique(("GR",), 2.15, 20.0, 18, train=8),
    "t2star_map": Technique(("GR",), 2.15, 20.0, 18, train=8),
    "stir": Technique(("SE", "IR"), 61.0, 0.0, 160, train=15),
    "dwi": Technique(("SE", "EP"), 60.0, 0.0, 90, train=48),
    "flow": Technique(("GR",), 2.47, 4.6, 25),
    "perfusion": Technique(("GR",), 1.02, 2.1, 12, agent=True),
    "mra": Technique(("GR",), 1.06, 2.9, 25, volume=True, gated=False, agent=True),
    "mip": Technique(("GR",), 1.06, 2.9, 25, volume=True, gated=False, agent=True),
    "ti_scout": Technique(("GR", "IR"), 1.07, 2.5, 30, agent=True),
    "lge": Technique(("GR", "IR"), 1.18, 0.0, 55, agent=True),
    "psir": Technique(("GR", "IR"), 1.18, 0.0, 55, agent=True),
    "screen_save": Technique(("GR",), 1.12, 3.1, 60),
}
STIR_INVERSION_MS = 170.0

SIEMENS_NAMES = {
    "t1_raw": "*tfi2d1_84", "t1_map": "*tfi2d1_84", "t2_raw": "*tfi2d1_66", "t2_map": "*tfi2d1_66",
    "t2star_raw": "*fl2d8", "t2star_map": "*fl2d8", "stir": "*tir2d1_15", "perfusion": "*tfl2d1_72",
    "mra": "*fl3d1_ns", "mip": "*fl3d1_ns", "ti_scout": "*tfi2d1_17", "lge": "*tfi2d1_57", "psir": "*tfi2d1_57",
    "localizer": "*tfi2d1_176",
}  # fmt: skip
GE_NAMES = {
    "localizer": ("3-plane FIESTA", "FIESTA"), "cine": ("FIESTA", "fcine"), "lge": ("IrP-FGRE", "fgre"),
    "psir": ("PSMDE", "fgre"), "t1_raw": ("MOLLI", "fiesta_molli"), "t1_map": ("MOLLI", "fiesta_molli"),
    "t2_raw": ("T2-FGRE", "fgre"), "t2_map": ("T2-FGRE", "fgre"), "t2star_raw": ("ME-FGRE", "fgre"),
    "t2star_map": ("ME-FGRE", "fgre"), "stir": ("IR-FSE-XL", "fse-xl"), "dwi": ("SE-EPI", "epi2"),
    "flow": ("Fast-2DPC", "fastcard"), "perfusion": ("FGRE-TC", "fgret"), "mra": ("FSPGR-3D", "efgre3d"),
    "mip": ("FSPGR-3D", "efgre3d"), "ti_scout": ("Cine-IR", "fcine"),
}  # fmt: skip
PHILIPS_NAMES = {
    "localizer": "BFFE", "cine": "B-TFE", "lge": "T1TFE", "psir": "T1TFE", "t1_raw": "T1TFE", "t1_map": "T1TFE",
    "t2_raw": "GRASE", "t2_map": "GRASE", "t2star_raw": "mFFE", "t2star_map": "mFFE", "stir": "TSE", "dwi": "DwiSE",
    "flow": "FFE", "perfusion": "TFE", "mra": "T1FFE", "mip": "T1FFE", "ti_scout": "TFEPI",
}  # fmt: skip

SIEMENS_TYPES = {
    "cine": "ORIGINAL PRIMARY M RETRO NORM DIS2D",
    "lge": "ORIGINAL PRIMARY M NORM DIS2D",
    "psir": "ORIGINAL PRIMARY M PSIR NORM DIS2D",
    "localizer": "ORIGINAL PRIMARY M NORM DIS2D",
    "t1_raw": "ORIGINAL PRIMARY M ND NORM",
    "t1_map": "DERIVED PRIMARY T1_MAP ND NORM MOCO",
    "t2_raw": "ORIGINAL PRIMARY M ND NORM",
    "t2_map": "DERIVED PRIMARY T2_MAP ND NORM MOCO",
    "t2star_raw": "ORIGINAL PRIMARY M ND NORM",
    "t2star_map": "DERIVED PRIMARY T2_STAR_MAP ND NORM",
    "stir": "ORIGINAL PRIMARY M NORM DIS2D",
    "dwi": "ORIGINAL PRIMARY DIFFUSION NONE NORM DIS2D",
    "flow": "ORIGINAL PRIMARY M RETRO DIS2D",
    "flow P": "ORIGINAL PRIMARY P RETRO DIS2D",
    "perfusion": "ORIGINAL PRIMARY M NORM DIS2D",
    "mra": "ORIGINAL PRIMARY M NORM DIS3D",
    "mip": "DERIVED SECONDARY MIP NORM DIS3D",
    "ti_scout": "ORIGINAL PRIMARY M NORM DIS2D",
}
GE_TYPES = dict.fromkeys(GE_NAMES, "ORIGINAL PRIMARY OTHER") | {
    "t1_map": "DERIVED PRIMARY OTHER T1_MAP",
    "t2_map": "DERIVED PRIMARY OTHER T2_MAP",
    "t2star_map": "DERIVED PRIMARY OTHER T2_STAR_MAP",
    "psir": "DERIVED PRIMARY OTHER PSIR",
    "flow P": "DERIVED PRIMARY OTHER VELOCITY",
    "mip": "DERIVED SECONDARY PROCESSED MIP",
}
PHILIPS_TYPES = dict.fromkeys(PHILIPS_NAMES, "ORIGINAL PRIMARY M_FFE M FFE") | {
    "lge": "ORIGINAL PRIMARY M_IR M IR",
    "psir": "ORIGINAL PRIMARY PSIR_MAP PSIR IR",
    "t1_raw": "ORIGINAL PRIMARY M_IR M IR",
    "ti_scout": "ORIGINAL PRIMARY M_IR M IR",
    "t1_map": "DERIVED PRIMARY T1_MAP T1 UNSPECIFIED",
    "t2_map": "DERIVED PRIMARY T2_MAP T2 UNSPECIFIED",
    "t2star_map": "DERIVED PRIMARY T2_STAR_MAP T2STAR UNSPECIFIED",
    "stir": "ORIGINAL PRIMARY M_SE M SE",
    "dwi": "ORIGINAL PRIMARY M_SE M SE",
    "flow": "ORIGINAL PRIMARY M_PCA M PCA",
    "flow P": "ORIGINAL PRIMARY VELOCITY_MAP P PCA",
    "mip": "DERIVED SECONDARY PROJECTION_IMAGE M FFE",
}
SPACED = ("T1_MAP", "T2_MAP", "PSIR_MAP", "VELOCITY_MAP", "PROJECTION_IMAGE")
TYPES = {"siemens": SIEMENS_TYPES, "ge": GE_TYPES, "philips": PHILIPS_TYPES}


def image_type(family: str, kind: str, component: str = "M") -> list[str]:
    """ImageType of an image, in the vendor's words."""
    types = TYPES[family]
    words = types.get(f"{kind} {component}", types[kind]).split()
    return [_spaced(word) for word in words]


def put_technique(dataset: Dataset, kind: str) -> None:
    """Write what classic MR images of every vendor say alike of a kind of series."""
    technique = TECHNIQUES[kind]
    dataset.ImagedNucleus = "1H"
    dataset.MRAcquisitionType = "3D" if technique.volume else "2D"
    dataset.AngioFlag = "Y" if kind in ("mra", "mip") else "N"
    dataset.NumberOfAverages = "1"
    dataset.EchoTrainLength = technique.train
    dataset.EchoNumbers = 1


def _spaced(word: str) -> str:
    return word.replace("_", " ") if word in SPACED else word.replace("STAR_MAP", "STAR MAP")


def siemens_sequence(series: Series, b_value: float | None = None) -> str:
    """SequenceName of a Siemens scanner: flow says its velocity encoding, diffusion its b-value."""
    if series.kind == "cine":
        return f"*tfi2d1_{max(12, series.phases)}"
    if series.kind == "flow":
        return f"*fl2d1_v{series.venc_cm_s:.0f}in"
    if series.kind == "dwi":
        return f"*ep_b{b_value or 0:.0f}"
    return SIEMENS_NAMES[series.kind]
