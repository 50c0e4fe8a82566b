"""Checks of the report against the images (F5); all are silent where no images are known.

Kinds are words of `cmr_imaging.kinds.SeriesKind`. What is not recognized is not there: then a person looks, and
either the report or the recognition is mended.
"""

from collections.abc import Iterator

from cmr_dictionary.checking.case import Case, as_number
from cmr_dictionary.checking.problem import Mender, Surroundings
from cmr_dictionary.checking.rule import Check, Hit, Words, across, bad, good
from cmr_dictionary.errors import RejectReason
from cmr_dictionary.segments import SEGMENTS

SEQUENCES: dict[str, frozenset[str]] = {
    "1": frozenset({"cine", "realtime"}),
    "2": frozenset({"lge"}),
    "3": frozenset({"perfusion"}),
    "4": frozenset({"perfusion"}),
    "5": frozenset({"t1_map"}),
    "6": frozenset({"t1_map", "ecv_map"}),
    "7": frozenset({"t2_map"}),
    "8": frozenset({"t2star"}),
    "9": frozenset({"flow_pc"}),
    "10": frozenset({"flow4d"}),
    "11": frozenset({"black_blood_edema"}),
    "12": frozenset({"mra"}),
    "13": frozenset({"tagging"}),
    "15": frozenset({"realtime"}),
}
"""Code of `seq_performed` -> kinds of series that can be it (cmr.md section 4); early Gd has none of its own."""
KIND_SEQUENCES: dict[str, frozenset[str]] = {
    "cine": frozenset({"1"}),
    "lge": frozenset({"2", "14"}),
    "perfusion": frozenset({"3", "4"}),
    "t1_map": frozenset({"5", "6"}),
    "ecv_map": frozenset({"5", "6"}),
    "t2_map": frozenset({"7"}),
    "t2star": frozenset({"8"}),
    "flow_pc": frozenset({"9"}),
    "flow4d": frozenset({"10"}),
    "black_blood_edema": frozenset({"11"}),
    "mra": frozenset({"12"}),
    "tagging": frozenset({"13"}),
    "realtime": frozenset({"15", "1"}),
}
"""Kind of a series -> codes of `seq_performed` of which one must be named."""
CONTRAST_KINDS = frozenset({"lge", "ecv_map", "perfusion"})
VOLUMES = ("lv_edv_ml", "lv_esv_ml", "lv_mass_g", "rv_edv_ml", "rv_esv_ml")
SCARS = ("lge_performed", "lge_present", "lge_pct_lv", "lge_mass_g", *(f"lge_aha_{n}" for n in SEGMENTS))
PERFUSED = ("perf_defect", "perf_mbf_stress_ml_min_g", "perf_mbf_rest_ml_min_g")
FLOWS = ("ao_fwd_ml", "ao_bwd_ml", "pa_fwd_ml", "pa_bwd_ml")
MAPS: dict[str, frozenset[str]] = {
    "native_t1_ms": frozenset({"t1_map"}),
    "post_t1_ms": frozenset({"t1_map"}),
    "ecv_reported_pct": frozenset({"t1_map", "ecv_map"}),
    "t2_myo_ms": frozenset({"t2_map"}),
    "t2star_septal_ms": frozenset({"t2star"}),
}
"""Item of mapping -> kinds of series of which one must be there."""
MEASURED = {
    "sax_n_slices": 1.0, "cine_n_phases": 1.0, "field_strength_t": 0.2, "sax_thickness_mm": 0.5, "sax_gap_mm": 0.5,
    "cine_temporal_res_ms": 5.0, "ao_venc_cm_s": 1.0, "pa_venc_cm_s": 1.0, "lge_ti_ms": 20.0, "lge_delay_min": 3.0,
    "n_images": 0.0, "heart_rate_bpm": 15.0,
}  # fmt: skip
"""Item -> by how much the report may differ from what the images themselves say."""
CINE = Surroundings(kinds=frozenset({"cine"}))


def _absent(
    words: Words, items: tuple[str, ...], kinds: frozenset[str], sentence: str, failing: object
) -> Check:
    """A check that results of some kinds of series come with such a series."""
    example = {items[0]: failing}

    def find(case: Case) -> Iterator[Hit]:
        known = case.around.kinds
        stated = next((name for name in items if name in case.values and case.code(name) != "0"), None)
        if known is not None and stated is not None and not known & kinds:
            yield stated, sentence

    there = Surroundings(kinds=frozenset({"cine"}) | kinds)
    none = Surroundings(kinds=frozenset({"localizer"}))
    examples = (good(example, there), good(example), bad(example, items[0], around=none))
    return across(words, *examples, reads=items, code=RejectReason.IMAGES)(find)


volumes_without_cine = _absent(
    Words("volumes-without-cine", "Volumes without cine", "Volumes and mass are traced on cine images."),
    VOLUMES,
    frozenset({"cine", "realtime"}),
    "Volumes are reported, but no cine series was recognized.",
    150,
)
lge_without_series = _absent(
    Words(
        "lge-without-series",
        "LGE without LGE series",
        "Late enhancement is read from late enhancement images.",
    ),
    SCARS,
    frozenset({"lge"}),
    "LGE is reported, but no LGE series was recognized.",
    1,
)
perfusion_without_series = _absent(
    Words(
        "perfusion-without-series",
        "Perfusion without its series",
        "Perfusion is read from first-pass images.",
    ),
    PERFUSED,
    frozenset({"perfusion"}),
    "Perfusion is reported, but no perfusion series was recognized.",
    "1",
)
flow_without_series = _absent(
    Words(
        "flow-without-series",
        "Flow without its series",
        "Flow volumes are measured in phase-contrast images.",
    ),
    FLOWS,
    frozenset({"flow_pc", "flow4d"}),
    "Flow is reported, but no flow series was recognized.",
    85,
)


@across(
    Words(
        "stress-without-series",
        "Vasodilator stress without perfusion series",
        "A vasodilator is given to see perfusion; the images of it are missing or were not recognized.",
    ),
    good({"stress_performed": "1"}, Surroundings(kinds=frozenset({"cine", "perfusion"}))),
    good({"stress_performed": "2"}, CINE),
    bad({"stress_performed": "1"}, "stress_performed", around=CINE),
    reads=("stress_performed",),
    code=RejectReason.IMAGES,
)
def stress_without_series(case: Case) -> Iterator[Hit]:
    """A vasodilator comes with perfusion images; dobutamine and exercise may be read from cine."""
    kinds = case.around.kinds
    if kinds is not None and case.code("stress_performed") == "1" and "perfusion" not in kinds:
        yield "stress_performed", "Vasodilator stress is reported, but no perfusion series was recognized."


@across(
    Words(
        "map-without-series",
        "T1, T2, T2* or ECV without its map",
        "Each value of mapping is read from a map of its kind.",
    ),
    good({"t2_myo_ms": 48}, Surroundings(kinds=frozenset({"cine", "t2_map"}))),
    bad({"t2_myo_ms": 48}, "t2_myo_ms", around=CINE),
    reads=tuple(MAPS),
    code=RejectReason.IMAGES,
)
def map_without_series(case: Case) -> Iterator[Hit]:
    """Values of mapping come with a map."""
    kinds = case.around.kinds
    if kinds is None:
        return
    for name, needed in MAPS.items():
        if name in case.values and not kinds & needed:
            yield name, "The value is reported, but no map of its kind was recognized."


@across(
    Words(
        "sequence-without-series",
        "Listed sequence without series",
        "Every sequence of the list has a series among the images.",
    ),
    good({"seq_performed": ["1"]}, CINE),
    bad({"seq_performed": ["1", "9"]}, "seq_performed", around=CINE),
    reads=("seq_performed",),
    code=RejectReason.IMAGES,
    who=Mender.COORDINATOR,
)
def sequence_without_series(case: Case) -> Iterator[Hit]:
    """Listed sequences are among the images."""
    kinds = case.around.kinds
    if kinds is None:
        return
    if any(not SEQUENCES[code] & kinds for code in case.codes("seq_performed") if code in SEQUENCES):
        yield "seq_performed", "A sequence is listed of which no series was recognized."


@across(
    Words(
        "series-not-listed",
        "Series that the list does not name",
        "Every recognized series of the heart is a sequence of the list.",
    ),
    good({"seq_performed": ["1"]}, Surroundings(kinds=frozenset({"cine", "localizer"}))),
    bad({"seq_performed": ["1"]}, "seq_performed", around=Surroundings(kinds=frozenset({"cine", "t2_map"}))),
    reads=("seq_performed",),
    code=RejectReason.IMAGES,
    who=Mender.COORDINATOR,
)
def series_not_listed(case: Case) -> Iterator[Hit]:
    """Recognized kinds are listed."""
    kinds, listed = case.around.kinds, case.codes("seq_performed")
    if kinds is None or not listed:
        return
    if any(not KIND_SEQUENCES[kind] & listed for kind in kinds if kind in KIND_SEQUENCES):
        yield "seq_performed", "A series was recognized that the list of sequences does not name."


@across(
    Words(
        "contrast-denied",
        "No contrast, but images that need it",
        "Late enhancement, first-pass perfusion and ECV maps need contrast.",
    ),
    good({"gbca_given": 0}, CINE),
    bad({"gbca_given": 0}, "gbca_given", around=Surroundings(kinds=frozenset({"cine", "lge"}))),
    reads=("gbca_given",),
    code=RejectReason.IMAGES,
    who=Mender.COORDINATOR,
)
def contrast_denied(case: Case) -> Iterator[Hit]:
    """No contrast, no series that needs it."""
    kinds = case.around.kinds
    if kinds is not None and case.code("gbca_given") == "0" and kinds & CONTRAST_KINDS:
        yield "gbca_given", "No contrast is stated, but series were recognized that need it."


@across(
    Words(
        "lge-denied",
        "No LGE, but LGE series",
        "Late enhancement images were taken, but the report says that none were.",
    ),
    good({"lge_performed": 0}, CINE),
    bad({"lge_performed": 0}, "lge_performed", around=Surroundings(kinds=frozenset({"cine", "lge"}))),
    reads=("lge_performed",),
    code=RejectReason.IMAGES,
)
def lge_denied(case: Case) -> Iterator[Hit]:
    """No LGE, no LGE series."""
    kinds = case.around.kinds
    if kinds is not None and case.code("lge_performed") == "0" and "lge" in kinds:
        yield "lge_performed", "LGE is said not to be done, but an LGE series was recognized."


@across(
    Words(
        "differs-from-images",
        "Report against what the images state",
        "Slices, phases, thickness, field and VENC stand in the images themselves; the report repeats them.",
    ),
    good({"sax_n_slices": 12}, Surroundings(measured={"sax_n_slices": 12})),
    bad({"sax_n_slices": 8}, "sax_n_slices", around=Surroundings(measured={"sax_n_slices": 12})),
    bad(
        {"field_strength_t": 3}, "field_strength_t", around=Surroundings(measured={"field_strength_t": 1.494})
    ),
    reads=(),
    code=RejectReason.IMAGES,
    who=Mender.COORDINATOR,
)
def differs_from_images(case: Case) -> Iterator[Hit]:
    """Stated technique is that of the images."""
    for name, found in case.around.measured.items():
        stated, measured, tolerance = case.number(name), as_number(found), MEASURED.get(name)
        if stated is None or measured is None or tolerance is None:
            continue
        if abs(stated - measured) > tolerance:
            yield name, "Differs from what the images themselves state."


IMAGE_CHECKS = (
    volumes_without_cine, lge_without_series, perfusion_without_series, flow_without_series, stress_without_series,
    map_without_series, sequence_without_series, series_not_listed, contrast_denied, lge_denied, differs_from_images,
)  # fmt: skip
"""All checks of this module, in the order in which problems are told."""
