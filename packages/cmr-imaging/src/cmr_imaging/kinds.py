"""The words of series recognition: kinds of series, views, layers that vote."""

import enum


class SeriesKind(enum.StrEnum):
    """What a series was acquired for; values are the class names of `rules/series_rules.csv`."""

    CINE = "cine"
    LGE = "lge"
    PERFUSION = "perfusion"
    T1_MAP = "t1_map"
    T2_MAP = "t2_map"
    T2STAR = "t2star"
    ECV_MAP = "ecv_map"
    FLOW_PC = "flow_pc"
    FLOW4D = "flow4d"
    TAGGING = "tagging"
    MRA = "mra"
    BLACK_BLOOD_EDEMA = "black_blood_edema"
    REALTIME = "realtime"
    LOCALIZER = "localizer"
    TI_SCOUT = "ti_scout"
    DERIVED = "derived"
    LIVER = "liver"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return _KIND_LABELS[self]


class View(enum.StrEnum):
    """The plane of a series; `unknown` where it has none, has several, or cannot be told."""

    SAX = "sax"
    TWO_CHAMBER = "2ch"
    THREE_CHAMBER = "3ch"
    FOUR_CHAMBER = "4ch"
    RV_TWO_CHAMBER = "rv_2ch"
    RVOT = "rvot"
    AORTA = "aorta"
    PULMONARY_ARTERY = "pa"
    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return _VIEW_LABELS[self]


class Layer(enum.StrEnum):
    """Who voted (cmr.md section 5); pixels and the human queue join later."""

    TEXT = "text"
    HEADER = "header"
    GEOMETRY = "geometry"


_KIND_LABELS = {
    SeriesKind.CINE: "Cine",
    SeriesKind.LGE: "Late gadolinium enhancement",
    SeriesKind.PERFUSION: "Perfusion",
    SeriesKind.T1_MAP: "T1 mapping",
    SeriesKind.T2_MAP: "T2 mapping",
    SeriesKind.T2STAR: "T2*",
    SeriesKind.ECV_MAP: "ECV map",
    SeriesKind.FLOW_PC: "Phase-contrast flow",
    SeriesKind.FLOW4D: "4D flow",
    SeriesKind.TAGGING: "Tagging",
    SeriesKind.MRA: "Angiography",
    SeriesKind.BLACK_BLOOD_EDEMA: "Black blood and edema",
    SeriesKind.REALTIME: "Real-time cine",
    SeriesKind.LOCALIZER: "Localizer",
    SeriesKind.TI_SCOUT: "TI scout",
    SeriesKind.DERIVED: "Derived",
    SeriesKind.LIVER: "Liver",
    SeriesKind.UNKNOWN: "Not recognized",
}
_VIEW_LABELS = {
    View.SAX: "Short axis",
    View.TWO_CHAMBER: "2-chamber",
    View.THREE_CHAMBER: "3-chamber",
    View.FOUR_CHAMBER: "4-chamber",
    View.RV_TWO_CHAMBER: "RV 2-chamber",
    View.RVOT: "RV outflow tract",
    View.AORTA: "Aorta",
    View.PULMONARY_ARTERY: "Pulmonary artery",
    View.AXIAL: "Axial",
    View.CORONAL: "Coronal",
    View.SAGITTAL: "Sagittal",
    View.UNKNOWN: "Not recognized",
}
