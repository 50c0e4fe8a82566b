import dataclasses
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmr_imaging.headers import InstanceHeader
from cmr_imaging.kinds import Layer, SeriesKind, View
from cmr_imaging.recognition import recognize, recognize_exam
from cmr_imaging.vectors import cross, normal_of, reject, unit

SAX_NORMAL = (0.47956, -0.61872, -0.62225)
FOUR_NORMAL = (0.0545, 0.8221, -0.5667)
SAX_ROW = (0.792067, 0.0, 0.610434)
TILTED_NORMAL = unit(reject((0.47956, -0.51872, -0.72225), SAX_ROW))


def upright(degrees):
    """Orientation of a long-axis plane, turned about the short axis from the measured 4-chamber plane."""
    axis = unit(SAX_NORMAL)
    first = unit(reject(FOUR_NORMAL, axis))
    second = cross(axis, first)
    angle = math.radians(degrees)
    normal = tuple(math.cos(angle) * a + math.sin(angle) * b for a, b in zip(first, second, strict=True))
    column = cross(normal, axis)
    orientation = (*axis, *column)
    assert normal_of(orientation) == pytest.approx(normal)
    return orientation


def verdict(headers, exam=()):
    recognition = recognize(headers, exam)
    return recognition.kind, recognition.view


def test_the_sunnybrook_stack_is_a_short_axis_cine_without_a_word(sunnybrook):
    recognition = recognize(sunnybrook)
    assert (recognition.kind, recognition.view) == (SeriesKind.CINE, View.SAX)
    assert (recognition.n_positions, recognition.n_phases) == (10, 20)
    assert [vote.layer for vote in recognition.votes] == [Layer.HEADER, Layer.GEOMETRY]


def test_one_siemens_slice_is_short_axis_by_its_plane_and_4_chamber_by_its_words(siemens_sax, siemens_4ch):
    assert verdict(siemens_sax) == (SeriesKind.CINE, View.SAX)
    assert verdict(siemens_4ch) == (SeriesKind.CINE, View.FOUR_CHAMBER)
    recognized = recognize_exam([siemens_sax, siemens_4ch])
    assert [r.view for r in recognized] == [View.SAX, View.FOUR_CHAMBER]


def test_the_siemens_4_chamber_view_is_found_without_its_words(siemens_sax, siemens_4ch):
    mute = [dataclasses.replace(h, series_description="", protocol_name="") for h in siemens_4ch]
    assert verdict(mute, [siemens_sax, mute]) == (SeriesKind.CINE, View.FOUR_CHAMBER)


@settings(max_examples=15, deadline=None)
@given(seed=st.randoms(use_true_random=False))
def test_the_order_of_the_images_changes_nothing(sunnybrook, siemens_4ch, seed):
    shuffled = list(sunnybrook)
    seed.shuffle(shuffled)
    assert recognize(shuffled, [siemens_4ch]) == recognize(sunnybrook, [siemens_4ch])


def test_the_order_of_the_series_changes_nothing(cine):
    series = [cine(slices=6, series_instance_uid="1.1"), cine("4ch", series_instance_uid="1.2")]
    series.append(cine("4ch", orientation=upright(70), series_instance_uid="1.3"))
    by_order = [
        dict(zip((s[0].series_instance_uid for s in order), recognize_exam(order), strict=True))
        for order in itertools.permutations(series)
    ]
    assert all(one == by_order[0] for one in by_order)


def test_one_series_alone_and_within_its_exam_are_recognized_alike(cine):
    exam = [cine(slices=6, series_instance_uid="1.1"), cine("4ch", series_instance_uid="1.2")]
    assert recognize_exam(exam) == tuple(recognize(series, exam) for series in exam)


@pytest.mark.parametrize(
    ("degrees", "view"), [(0, View.FOUR_CHAMBER), (70, View.TWO_CHAMBER), (122, View.THREE_CHAMBER)]
)
@pytest.mark.parametrize("turn", [-25, 0, 25])
def test_long_axis_views_without_words_are_told_apart_in_a_turned_heart(cine, degrees, view, turn):
    exam = [cine(slices=8, series_instance_uid="1")]
    exam += [
        cine(orientation=upright(angle + turn), series_instance_uid=f"2.{angle}") for angle in (0, 70, 122)
    ]
    own = next(series for series in exam if series[0].series_instance_uid == f"2.{degrees}")
    assert verdict(own, exam) == (SeriesKind.CINE, view)


def test_single_short_axis_slices_of_an_exam_form_its_short_axis(cine):
    slices = [cine(start=10.0 * k, series_instance_uid=f"1.{k}") for k in range(6)]
    recognition = recognize(slices[2], slices)
    assert recognition.view == View.SAX
    assert recognition.votes[-1].rule == "parallel_to_short_axis"


def test_a_4_chamber_name_on_a_3_chamber_plane_is_outvoted(cine):
    named = {"series_description": "cine 4CH"}
    exam = [
        cine(slices=8, series_instance_uid="1"),
        cine(orientation=upright(0), series_instance_uid="2", **named),
        cine(orientation=upright(70), series_instance_uid="3", series_description="cine 2CH"),
        cine(orientation=upright(122), series_instance_uid="4", **named),
    ]
    assert [r.view for r in recognize_exam(exam)] == [
        View.SAX,
        View.FOUR_CHAMBER,
        View.TWO_CHAMBER,
        View.THREE_CHAMBER,
    ]


def test_words_win_where_the_short_axis_was_not_measured(cine):
    assert verdict(cine("4ch", series_description="cine 2ch"))[1] == View.TWO_CHAMBER


def test_a_plane_parallel_to_the_stack_is_short_axis_whatever_its_name(cine):
    exam = [
        cine(slices=8, series_instance_uid="1"),
        cine(series_instance_uid="2", series_description="cine 2ch"),
    ]
    assert recognize_exam(exam)[1].view == View.SAX


def test_a_long_axis_plane_named_short_axis_is_a_long_axis_view(cine):
    exam = [
        cine(slices=8, series_instance_uid="1"),
        cine("4ch", series_instance_uid="2", series_description="sax"),
    ]
    assert recognize_exam(exam)[1].view == View.FOUR_CHAMBER


def test_an_rv_view_keeps_its_name(cine):
    exam = [
        cine(slices=8, series_instance_uid="1"),
        cine(orientation=upright(70), series_instance_uid="2", series_description="cine RV 2CH"),
        cine(orientation=upright(70), series_instance_uid="3", series_description="cine RVOT"),
    ]
    assert [r.view for r in recognize_exam(exam)[1:]] == [View.RV_TWO_CHAMBER, View.RVOT]


def oblique():
    """A plane whose normal lies half way between the short axis and the 4-chamber normal."""
    normal = unit(tuple(a + b for a, b in zip(unit(SAX_NORMAL), unit(FOUR_NORMAL), strict=True)))
    row = unit(reject((1.0, 0.0, 0.0), normal))
    return (*row, *cross(normal, row))


@pytest.mark.parametrize("orientation", [oblique(), upright(151)])
def test_a_plane_that_fits_no_view_stays_unknown(cine, orientation):
    exam = [cine(slices=8, series_instance_uid="1"), cine(orientation=orientation, series_instance_uid="2")]
    assert recognize_exam(exam)[1].view == View.UNKNOWN


@pytest.mark.parametrize(
    ("plane", "view"), [("axial", View.AXIAL), ("coronal", View.CORONAL), ("sagittal", View.SAGITTAL)]
)
def test_a_stack_in_a_plain_plane_is_no_short_axis(cine, plane, view):
    assert verdict(cine(plane, slices=10)) == (SeriesKind.CINE, view)


def test_a_series_in_several_planes_has_no_view(cine):
    headers = [*cine(orientation=upright(0)), *cine(orientation=upright(70))]
    assert verdict(headers) == (SeriesKind.CINE, View.UNKNOWN)


KINDS = {
    "velocity_encoding": ({"sequence_name": "fl2d1_v150in", "venc_cm_s": 150.0}, SeriesKind.FLOW_PC),
    "phase_component": ({"image_type": ("ORIGINAL", "PRIMARY", "P")}, SeriesKind.FLOW_PC),
    "tagging": ({"tagging": True}, SeriesKind.TAGGING),
    "ti_scout": ({"scanning_sequence": ("GR", "IR")}, SeriesKind.TI_SCOUT),
    "realtime": ({"cardiac_synchronization": "REALTIME", "scan_options": ()}, SeriesKind.REALTIME),
    "t1_image_type": ({"image_type": ("DERIVED", "PRIMARY", "T1 MAP")}, SeriesKind.T1_MAP),
    "t2_image_type": ({"image_type": ("DERIVED", "PRIMARY", "M", "T2", "MAP")}, SeriesKind.T2_MAP),
    "t2star_image_type": ({"image_type": ("DERIVED", "PRIMARY", "M", "T2_STAR MAP")}, SeriesKind.T2STAR),
    "ecv_image_type": ({"image_type": ("DERIVED", "PRIMARY", "ECV MAP")}, SeriesKind.ECV_MAP),
    "mpr": ({"image_type": ("DERIVED", "SECONDARY", "MPR")}, SeriesKind.DERIVED),
    "capture": ({"sop_class_uid": "1.2.840.10008.5.1.4.1.1.7"}, SeriesKind.DERIVED),
    "spoiled": ({"sequence_variant": ("SP",), "flip_angle_deg": 12.0}, SeriesKind.CINE),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_header_physics_tells_the_kind_of_a_movie_without_words(cine, name):
    changes, kind = KINDS[name]
    assert recognize(cine(**changes)).kind == kind


def test_a_three_dimensional_velocity_series_is_4d_flow(cine):
    headers = cine("axial", slices=12, mr_acquisition_type="3D", venc_cm_s=150.0)
    assert recognize(headers).kind == SeriesKind.FLOW4D


def test_a_still_with_an_inversion_time_is_late_enhancement(still):
    assert verdict(still(inversion_time_ms=280.0, scanning_sequence=("GR", "IR"))) == (
        SeriesKind.LGE,
        View.SAX,
    )


def test_a_still_spin_echo_is_black_blood(still):
    headers = still(scanning_sequence=("SE", "IR"), inversion_time_ms=170.0)
    assert recognize(headers).kind == SeriesKind.BLACK_BLOOD_EDEMA


def test_a_large_volume_is_angiography(still):
    headers = still("coronal", slices=60, mr_acquisition_type="3D", scan_options=(), nominal_interval_ms=None)
    assert verdict(headers) == (SeriesKind.MRA, View.CORONAL)


def test_three_planes_are_a_localizer(still):
    headers = [*still("axial", 3), *still("coronal", 3), *still("sagittal", 3)]
    assert verdict(headers) == (SeriesKind.LOCALIZER, View.UNKNOWN)


def test_a_ge_localizer_says_so(still):
    assert (
        recognize(still("axial", 3, image_type=("ORIGINAL", "PRIMARY", "LOCALIZER"))).kind
        == SeriesKind.LOCALIZER
    )


def test_many_echoes_are_t2star(still):
    headers = [h for k in range(8) for h in still(slices=1, echo_time_ms=2.0 + 2 * k)]
    assert recognize(headers).kind == SeriesKind.T2STAR


@pytest.mark.parametrize(("count", "kind"), [(8, SeriesKind.T1_MAP), (20, SeriesKind.TI_SCOUT)])
def test_rising_inversion_times_are_a_map_or_a_scout(still, count, kind):
    headers = [h for k in range(count) for h in still(slices=1, inversion_time_ms=100.0 + 80 * k)]
    assert recognize(headers).kind == kind


def test_many_heartbeats_of_three_slices_are_perfusion(image):
    headers = [
        image(height=10.0 * s, trigger_time_ms=100.0 * s, acquisition_time_s=1000.0 + p, instance_number=p)
        for p in range(40)
        for s in range(3)
    ]
    assert recognize(headers).kind == SeriesKind.PERFUSION


def test_an_ungated_balanced_movie_is_real_time(cine):
    headers = cine(phases=60, scan_options=(), nominal_interval_ms=None)
    assert recognize(headers).kind == SeriesKind.REALTIME


def test_a_stack_of_movies_without_gating_words_is_a_cine_by_geometry(cine):
    headers = cine(slices=8, phases=15, scan_options=(), nominal_interval_ms=None, sequence_variant=())
    recognition = recognize(headers)
    assert (recognition.kind, recognition.view) == (SeriesKind.CINE, View.SAX)


OVERRULED = [
    ("cine stress", {}, SeriesKind.CINE),
    ("cine through plane", {"venc_cm_s": 150.0}, SeriesKind.FLOW_PC),
    ("cine", {"image_type": ("ORIGINAL", "PRIMARY", "PHASE MAP")}, SeriesKind.FLOW_PC),
    ("rest", {}, SeriesKind.CINE),
    ("late", {}, SeriesKind.CINE),
    ("flow ao", {}, SeriesKind.FLOW_PC),
    ("spamm", {}, SeriesKind.TAGGING),
    ("4d flow", {"venc_cm_s": 150.0}, SeriesKind.FLOW4D),
    ("inline vf cine", {}, SeriesKind.DERIVED),
    ("cine scout", {}, SeriesKind.LOCALIZER),
]


@pytest.mark.parametrize(("words", "changes", "kind"), OVERRULED)
def test_words_and_physics_of_a_movie_are_weighed(cine, words, changes, kind):
    assert recognize(cine(series_description=words, **changes)).kind == kind


def test_a_still_named_cine_needs_proof(still):
    assert recognize(still(series_description="trufi transversal")).kind == SeriesKind.UNKNOWN
    late = still(series_description="tfi", inversion_time_ms=300.0, scanning_sequence=("GR", "IR"))
    assert recognize(late).kind == SeriesKind.LGE


def test_flow_and_localizers_take_no_heart_plane_from_geometry(cine, still):
    assert verdict(cine(venc_cm_s=150.0))[1] == View.UNKNOWN
    assert verdict(cine(venc_cm_s=150.0, series_description="AO flow"))[1] == View.AORTA
    assert verdict(still("axial", 3, series_description="loc"))[1] == View.AXIAL


def test_a_multi_frame_movie_without_frames_counts_its_frames():
    recognition = recognize([InstanceHeader(series_description="cine 4ch", number_of_frames=25)])
    assert (recognition.kind, recognition.view, recognition.n_phases) == (
        SeriesKind.CINE,
        View.FOUR_CHAMBER,
        25,
    )


def test_nothing_known_is_unknown():
    for headers in ([], [InstanceHeader()]):
        recognition = recognize(headers)
        assert (recognition.kind, recognition.view) == (SeriesKind.UNKNOWN, View.UNKNOWN)
        assert recognition.votes == ()


def test_every_vote_is_kept_even_when_it_lost(cine):
    recognition = recognize(cine(series_description="stress 2ch"))
    assert [(vote.layer, vote.kind) for vote in recognition.votes] == [
        (Layer.TEXT, SeriesKind.PERFUSION),
        (Layer.HEADER, SeriesKind.CINE),
        (Layer.GEOMETRY, SeriesKind.UNKNOWN),
    ]
    assert recognition.kind == SeriesKind.CINE


def test_the_protocol_of_a_ge_exam_says_nothing_about_one_series(cine):
    words = {"protocol_name": "Cardiac late enhancement"}
    assert recognize(cine(manufacturer="GE MEDICAL SYSTEMS", phases=5, **words)).kind == SeriesKind.UNKNOWN
    assert recognize(cine(manufacturer="SIEMENS", phases=5, **words)).kind == SeriesKind.LGE


def test_slices_at_the_same_place_count_once_for_the_short_axis(cine):
    again = [cine(start=10.0 * (k // 2), series_instance_uid=f"1.{k}") for k in range(8)]
    assert recognize_exam(again)[0].votes[-1].rule == "along_short_axis"


def test_parallel_slices_beside_another_stack_do_not_count_for_it(cine):
    tilted = (*SAX_ROW, *cross(TILTED_NORMAL, SAX_ROW))
    exam = [
        cine(slices=4, series_instance_uid="1"),
        cine(slices=4, orientation=tilted, series_instance_uid="2"),
    ]
    assert [r.votes[-1].confidence for r in recognize_exam(exam)] == [0.7, 0.7]


def test_magnitude_and_phase_images_of_one_plane_are_one_flow_series(cine):
    headers = [*cine("axial"), *cine("axial", image_type=("ORIGINAL", "PRIMARY", "P"))]
    recognition = recognize(headers)
    assert (recognition.kind, recognition.view) == (SeriesKind.FLOW_PC, View.AXIAL)
    assert (recognition.n_positions, recognition.n_phases) == (1, 20)
