"""What vendors and centers call their series."""

from cmr_testkit.protocol import Series

SIEMENS = {
    ("localizer", "planes"): "localizer",
    ("cine", "sax"): "cine_sax",
    ("cine", "4ch"): "cine_4ch",
    ("cine", "2ch"): "cine_2ch",
    ("cine", "3ch"): "cine_3ch",
    ("cine", "axial"): "cine_tra_stack",
    ("lge", "sax"): "PSIR_LGE_sax_MAG",
    ("lge", "lax"): "PSIR_LGE_lax_MAG",
    ("psir", "sax"): "PSIR_LGE_sax_PSIR",
    ("psir", "lax"): "PSIR_LGE_lax_PSIR",
}
GE = {
    ("localizer", "planes"): "3-Plane Loc",
    ("cine", "sax"): "FIESTA SAX",
    ("cine", "4ch"): "FIESTA 4CH",
    ("cine", "2ch"): "FIESTA 2CH",
    ("cine", "3ch"): "FIESTA 3CH LVOT",
    ("cine", "axial"): "FIESTA AX",
    ("lge", "sax"): "SAX MDE",
    ("lge", "lax"): "LAX MDE",
}
# A center that names in its own language: text alone no longer tells the view (cmr.md section 5, layer 3).
CENTER = {
    ("localizer", "planes"): "Uebersicht 3 Ebenen",
    ("cine", "sax"): "Herz KA Funktion",
    ("cine", "4ch"): "Herz 4K Funktion",
    ("cine", "2ch"): "Herz 2K Funktion",
    ("cine", "3ch"): "Herz 3K Funktion",
    ("cine", "axial"): "Herz quer Funktion",
    ("lge", "sax"): "Spaet-KM KA",
    ("lge", "lax"): "Spaet-KM lang",
    ("psir", "sax"): "Spaet-KM KA phasensensitiv",
    ("psir", "lax"): "Spaet-KM lang phasensensitiv",
}


def series_words(series: Series, vendor: str, *, center_words: bool) -> str:
    """The SeriesDescription of a series, in the vendor's way or in a center's own words."""
    table = CENTER if center_words else {"siemens": SIEMENS, "ge": GE}[vendor]
    return table[series.kind, series.view]
