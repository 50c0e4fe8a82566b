"""What each vendor writes in its own places, and the traps that stand there."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_deid.elements import Element
from cmr_deid.facts import csa, read_facts
from cmr_deid.facts.protocol import protocol
from cmr_deid.reading import read_raw
from cmr_testkit.csa import csa_header, phoenix_protocol


@pytest.fixture
def facts(mr):
    return lambda **values: read_facts(read_raw(mr(**values)).data_set)


def privates(*rows):
    """An edit that adds private elements (creator, group, number, VR, value) to a dataset."""

    def edit(dataset):
        for creator, group, number, vr, value in rows:
            dataset.private_block(group, creator, create=True).add_new(number, vr, value)

    return edit


def image_csa(*elements, version=2):
    return privates(("SIEMENS CSA HEADER", 0x0029, 0x10, "OB", csa_header(elements, version)))


def series_csa(*values):
    header = csa_header([("MrPhoenixProtocol", "UN", [phoenix_protocol(values)])])
    return privates(("SIEMENS CSA HEADER", 0x0029, 0x20, "OB", header))


@pytest.mark.parametrize("version", [1, 2])
def test_csa_headers_of_both_versions_are_read(facts, version):
    edit = image_csa(
        ("EchoLinePosition", "IS", ["64"]),
        ("FlowVenc", "FD", ["149.99999"]),
        ("FlowEncodingDirectionString", "SH", ["v150_ap"]),
        ("B_value", "IS", []),
        ("TriggerTime", "DS", ["88.25"]),
        ("TimeAfterStart", "DS", ["12.5"]),
        version=version,
    )
    found = facts(TriggerTime=None, edit=edit)
    assert found.venc_cm_s == pytest.approx(150, abs=0.01)
    assert (found.venc_direction, found.trigger_time_ms, found.time_after_start_s) == ("ap", 88.25, 12.5)
    assert found.b_value_s_mm2 is None


@pytest.mark.parametrize("version", [1, 2])
def test_slice_times_of_a_mosaic_have_one_time_per_slice(facts, version):
    times = ["0", "52.5", "105"]
    for count, expected in (("3", (0.0, 52.5, 105.0)), ("4", None)):
        edit = image_csa(
            ("NumberOfImagesInMosaic", "US", [count]), ("MosaicRefAcqTimes", "FD", times), version=version
        )
        assert facts(edit=edit).slice_timing_ms == expected


def test_slice_times_in_two_places_must_be_the_same(facts):
    def both(second):
        def edit(dataset):
            image_csa(("NumberOfImagesInMosaic", "US", ["2"]), ("MosaicRefAcqTimes", "FD", ["0", "60"]))(
                dataset
            )
            privates(
                ("SIEMENS MR HEADER", 0x0019, 0x0A, "US", 2),
                ("SIEMENS MR HEADER", 0x0019, 0x29, "FD", second),
            )(dataset)

        return edit

    assert facts(edit=both([0.0, 60.2])).slice_timing_ms == (0.0, 60.2)
    assert facts(edit=both([0.0, 80.0])).slice_timing_ms is None


def test_a_csa_header_of_absurd_size_is_not_read(facts):
    edit = privates(("SIEMENS CSA HEADER", 0x0029, 0x10, "OB", b"SV10" + bytes(1 << 22)))
    assert facts(edit=edit).venc_cm_s is None


@given(st.binary(max_size=300), st.integers(0, 200))
def test_no_bytes_break_the_reading_of_csa_headers(noise, cut):
    whole = csa_header([("FlowVenc", "FD", ["150"]), ("B_value", "IS", ["1", "2"])])
    for data in (noise, noise + whole[cut:], whole[:cut] + noise, whole[:-cut] + noise):
        for texts in csa.values(data, ("FlowVenc", "B_value")).values():
            assert all(isinstance(text, str) for text in texts)


@pytest.mark.parametrize(
    ("place", "value"),
    [(12, 9999), (8, -5), (4, 3), (16, 0)],
    ids=["check", "items", "type", "no items"],
)
def test_a_csa_element_whose_numbers_are_wrong_holds_nothing_or_its_value(place, value):
    data = bytearray(csa_header([("EchoLinePosition", "IS", ["64"]), ("FlowVenc", "FD", ["150"])]))
    start = data.find(b"FlowVenc\0") + 64
    struct.pack_into("<i", data, start + place, value)
    assert csa.values(bytes(data), ("FlowVenc",)) in ({}, {"FlowVenc": ["150"]})


def test_a_csa_item_of_absurd_length_holds_nothing():
    data = bytearray(csa_header([("EchoLinePosition", "IS", ["64"]), ("FlowVenc", "FD", ["150"])]))
    item = data.find(b"FlowVenc\0") + 84
    struct.pack_into("<4i", data, item, 99999, 99999, 77, 99999)
    assert csa.values(bytes(data), ("FlowVenc",)) == {}
    assert csa.values(bytes(data[: item + 3]), ("FlowVenc",)) == {}
    assert csa.values(bytes(data[: item - 20]), ("FlowVenc",)) == {}


def test_a_csa_element_without_multiplicity_holds_all_its_items():
    data = bytearray(
        csa_header([("EchoLinePosition", "IS", ["64"]), ("MosaicRefAcqTimes", "FD", ["0", "5"])])
    )
    struct.pack_into("<i", data, data.find(b"MosaicRefAcqTimes\0") + 64, 0)
    assert csa.values(bytes(data), ("MosaicRefAcqTimes",)) == {"MosaicRefAcqTimes": ["0", "5"]}


INVERTING = (("sPrepPulses.ucInversion", "1"), ("alTI[0]", "320000"))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (INVERTING, 320.0),
        ((("sPrepPulses.ucInversion", "0x2"), ("alTI[0]", "320000")), 320.0),
        ((("sPrepPulses.ucInversion", "4"), ("alTI[0]", "320000")), None),
        ((("alTI[0]", "320000"),), None),
        ((("sPrepPulses.ucInversion", "1"),), None),
        ((*INVERTING, ("alTI[1]", "400000")), None),
        ((*INVERTING, ("alTI[0]", "400000")), None),
    ],
)
def test_an_inversion_time_of_the_protocol_counts_only_if_the_sequence_inverts_once(facts, values, expected):
    assert facts(edit=series_csa(*values)).inversion_time_ms == expected


def test_the_inversion_time_of_the_image_outranks_the_protocol(facts):
    assert facts(InversionTime="240", edit=series_csa(*INVERTING)).inversion_time_ms == 240


FLOWING = (
    ("sAngio.ucPCFlowMode", "0x1"),
    ("sAngio.sFlowArray.lSize", "1"),
    ("sAngio.sFlowArray.asElm[0].nVelocity", "120"),
)


@pytest.mark.parametrize(
    ("direction", "expected"),
    [("1", "in_plane_phase"), ("2", "in_plane_readout"), ("4", "through_plane"), ("8", None)],
)
def test_a_velocity_encoding_of_the_protocol_has_its_direction(facts, direction, expected):
    found = facts(edit=series_csa(*FLOWING, ("sAngio.sFlowArray.asElm[0].nDir", direction)))
    assert (found.venc_cm_s, found.venc_direction) == (120.0, expected)


def test_a_velocity_encoding_of_the_protocol_that_is_off_or_one_of_several_is_unknown(facts):
    assert facts(edit=series_csa(("sAngio.ucPCFlowMode", "0x2"), *FLOWING[1:])).venc_cm_s is None
    assert facts(edit=series_csa(FLOWING[0], ("sAngio.sFlowArray.lSize", "3"), FLOWING[2])).venc_cm_s is None


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("1", ("none", None, None, None)),
        ("2", ("prospective", 104, 10, 250.0)),
        ("8", ("retrospective", 25, 10, 250.0)),
        ("4", (None, None, None, None)),
    ],
)
def test_phases_are_counted_as_the_gating_counts_them(facts, method, expected):
    edit = series_csa(
        ("sPhysioImaging.lMethod1", method),
        ("sPhysioImaging.lPhases", "104"),
        ("sPhysioImaging.lRetroGatedImages", "25"),
        ("sFastImaging.lSegments", "10"),
        ("sPhysioImaging.sPhysioECG.lTriggerDelay", "250000"),
        ("sPat.lAccelFactPE", "3"),
    )
    found = facts(edit=edit)
    assert (found.gating, found.n_phases, found.views_per_segment, found.trigger_delay_ms) == expected
    assert found.acceleration_factor == 3


@pytest.mark.parametrize(("dimension", "expected"), [("0x2", 12), ("0x4", None)])
def test_slabs_are_no_slices(facts, dimension, expected):
    edit = series_csa(("sSliceArray.lSize", "12"), ("sKSpace.ucDimension", dimension))
    assert facts(edit=edit).n_slices == expected


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"### ASCCONV BEGIN ###\nalTI[0] = 5\n",
        b"### ASCCONV BEGIN ###\n### ASCCONV END ###\n### ASCCONV BEGIN ###\n### ASCCONV END ###",
        b"### ASCCONV BEGIN ###\nalTI[0]\n### ASCCONV END ###",
        b"### ASCCONV BEGIN ###\nalTI[0] x = 5\n### ASCCONV END ###",
        b"### ASCCONV BEGIN ###\nalTI[0] = 0x\n### ASCCONV END ###",
        b"### ASCCONV BEGIN ###\nalTI[0] = 0xZZ\n### ASCCONV END ###",
        b"### ASCCONV BEGIN ###\nalTI[0] = 0x123456789\n### ASCCONV END ###",
        b"### ASCCONV BEGIN ###\nalTI[0] = Smith\n### ASCCONV END ###",
        b"### ASCCONV BEGIN ###\nalTI[0] = inf\n### ASCCONV END ###",
        b"### ASCCONV BEGIN ###\nalTI[0] = 1_000\n### ASCCONV END ###",
    ],
)
def test_a_protocol_that_is_none_says_nothing(blob):
    assert protocol(blob) == {}


XA = "SIEMENS MR SDI 02"


def test_xa_writes_its_facts_into_private_groups(facts):
    blob = phoenix_protocol(FLOWING, xa=True).encode("latin-1")
    edit = privates(
        ("SIEMENS MR SDS 01", 0x0021, 0x19, "OB", blob + b" " * (len(blob) % 2)),
        (XA, 0x0021, 0x04, "DS", "7.25"),
        (XA, 0x0021, 0x29, "SH", "v120_fh"),
        (XA, 0x0021, 0x77, "LO", "*fl2d1_v120fh"),
    )
    found = facts(edit=edit)
    assert (found.venc_cm_s, found.venc_direction, found.time_after_start_s) == (120.0, "fh", 7.25)


def test_xa_that_disagrees_with_itself_is_unknown(facts):
    edit = privates((XA, 0x0021, 0x29, "SH", "v120_fh"), (XA, 0x0021, 0x77, "LO", "*fl2d1_v80in"))
    found = facts(edit=edit)
    assert (found.venc_cm_s, found.venc_direction) == (None, None)


PARAMETERS = "GEMS_PARM_01"


@pytest.mark.parametrize(
    ("slope", "expected"),
    [
        ([1000, 0, 0, 0], 1000.0),
        ([1_000_000_700, 0, 0, 0], 700.0),
        ([1_000_000_000, 0, 0, 0], 0.0),
        ([0, 0, 0, 0], None),
        ([-5, 0, 0, 0], None),
        ([999_999, 0, 0, 0], None),
    ],
)
def test_ge_adds_a_billion_to_its_b_values(facts, slope, expected):
    edit = privates((PARAMETERS, 0x0043, 0x39, "IS", slope))
    assert facts(Manufacturer="GE MEDICAL SYSTEMS", edit=edit).b_value_s_mm2 == expected


def test_ge_writes_phases_views_and_acceleration(facts):
    edit = privates(
        ("GEMS_ACQU_01", 0x0019, 0xD7, "SS", 30),
        (PARAMETERS, 0x0043, 0x07, "SS", 16),
        (PARAMETERS, 0x0043, 0x83, "DS", ["0.5", "1"]),
    )
    found = facts(Manufacturer="GE MEDICAL SYSTEMS", edit=edit)
    assert (found.n_phases, found.views_per_segment, found.acceleration_factor) == (30, 16, 2.0)


def test_one_phase_of_ge_and_philips_is_no_cine(facts):
    ge = privates(("GEMS_ACQU_01", 0x0019, 0xD7, "SS", 1))
    philips = privates(("Philips Imaging DD 001", 0x2001, 0x17, "SL", 1))
    assert facts(Manufacturer="GE MEDICAL SYSTEMS", edit=ge).n_phases is None
    assert facts(Manufacturer="Philips", edit=philips).n_phases is None


DD1 = "Philips Imaging DD 001"


@pytest.mark.parametrize(("kind", "expected"), [("INV", 240.0), ("SAT", None), ("NO", None)])
def test_a_prepulse_delay_of_philips_is_an_inversion_time_only_after_an_inversion(facts, kind, expected):
    edit = privates((DD1, 0x2001, 0x1B, "FL", 240.0), (DD1, 0x2001, 0x1C, "CS", kind))
    assert facts(Manufacturer="Philips", edit=edit).inversion_time_ms == expected


@pytest.mark.parametrize(
    ("diffusion", "b_value", "expected"), [("N", 0.0, None), ("Y", 0.0, 0.0), ("N", 50.0, 50.0)]
)
def test_a_b_value_of_zero_needs_a_diffusion_image(facts, diffusion, b_value, expected):
    edit = privates(
        (DD1, 0x2001, 0x03, "FL", b_value), ("Philips MR Imaging DD 001", 0x2005, 0x14, "CS", diffusion)
    )
    assert facts(Manufacturer="Philips", edit=edit).b_value_s_mm2 == expected


def test_a_number_of_half_a_phase_is_none(facts):
    assert (
        facts(CardiacNumberOfImages=None, edit=privates(("OTHER", 0x0019, 0x01, "DS", "1"))).n_phases is None
    )
    edit = series_csa(("sPhysioImaging.lMethod1", "2"), ("sPhysioImaging.lPhases", "2.5"))
    assert facts(edit=edit).n_phases is None


ORIENTATION = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ([0.0, 0.0, 1.0], "through_plane"),
        ([0.0, 0.0, -1.0], "through_plane"),
        ([1.0, 0.0, 0.0], "rl"),
        ([0.0, -1.0, 0.0], "ap"),
        ([0.7, 0.7, 0.0], None),
        ([0.0, 0.0, 3.0], None),
    ],
)
def test_the_standard_names_the_axis_of_a_velocity(facts, nested, direction, expected):
    groups = nested(
        {
            "MRVelocityEncodingSequence": nested(
                {"VelocityEncodingMaximumValue": 100.0, "VelocityEncodingDirection": direction}
            ),
            "PlaneOrientationSequence": nested({"ImageOrientationPatient": ORIENTATION}),
        }
    )
    found = facts(SharedFunctionalGroupsSequence=groups, CardiacSynchronizationTechnique="RETROSPECTIVE")
    assert (found.venc_cm_s, found.venc_direction, found.gating) == (100.0, expected, "retrospective")


def test_frames_that_differ_have_no_common_fact(facts, nested):
    frames = [{"MRDiffusionSequence": nested({"DiffusionBValue": value})} for value in (0.0, 500.0)]
    assert facts(PerFrameFunctionalGroupsSequence=nested(*frames)).b_value_s_mm2 is None
    assert facts(PerFrameFunctionalGroupsSequence=nested(*frames[1:] * 2)).b_value_s_mm2 == 500.0


def test_a_value_longer_than_any_text_is_not_read(facts):
    long = "v150_through" + " " * 5000
    assert facts(edit=privates(("SIEMENS MR HEADER", 0x0051, 0x14, "LT", long))).venc_cm_s is None
    assert facts(edit=privates(("SIEMENS MR HEADER", 0x0051, 0x14, "SH", "v150_through"))).venc_cm_s == 150


def test_more_frames_than_any_image_has_are_not_read():
    inner = {0x00189087: Element(0x00189087, "FD", struct.pack("<d", 500.0))}
    frame = {0x00189117: Element(0x00189117, "SQ", b"", [inner])}
    for count, expected in ((20_000, 500.0), (20_001, None)):
        assert (
            read_facts({0x52009230: Element(0x52009230, "SQ", b"", [frame] * count)}).b_value_s_mm2
            == expected
        )
