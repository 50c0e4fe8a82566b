import pytest

from cmr_imaging.headers import InstanceHeader, header_from_dicom_json, headers_from_dicom_json, with_facts


def element(*values, vr="DS"):
    return {"vr": vr, "Value": list(values)}


CLASSIC = {
    "00080016": element("1.2.840.10008.5.1.4.1.1.4", vr="UI"),
    "00080018": element("1.2.3", vr="UI"),
    "00080060": element("MR", vr="CS"),
    "00080008": element("ORIGINAL", "PRIMARY", "M", vr="CS"),
    "00080032": element("082621.5", vr="TM"),
    "0008103E": element(" cine sax ", vr="LO"),
    "00180020": element("GR", vr="CS"),
    "00181060": element(31.04),
    "00180050": element(8.0),
    "00200013": element(7, vr="IS"),
    "00200032": element(1.0, 2.0, 3.0),
    "00200037": element(1, 0, 0, 0, 1, 0),
    "00280030": element(1.25, 1.5),
}


def test_it_reads_a_classic_header():
    header = header_from_dicom_json(CLASSIC)
    assert header.sop_instance_uid == "1.2.3"
    assert header.series_description == "cine sax"
    assert header.image_type == ("ORIGINAL", "PRIMARY", "M")
    assert header.position == (1.0, 2.0, 3.0)
    assert header.normal == (0.0, 0.0, 1.0)
    assert header.pixel_spacing == (1.25, 1.5)
    assert header.trigger_time_ms == 31.04
    assert header.instance_number == 7
    assert header.acquisition_time_s == 8 * 3600 + 26 * 60 + 21.5
    assert header.frame_number is None


@pytest.mark.parametrize("tag", sorted(CLASSIC))
@pytest.mark.parametrize(
    "broken",
    [
        None,
        {},
        {"vr": "DS"},
        {"vr": "DS", "Value": []},
        {"vr": "DS", "Value": [None]},
        {"vr": "DS", "Value": ["no number", {"a": 1}]},
        {"vr": "DS", "Value": [True, float("nan"), float("inf")]},
        {"vr": "DS", "Value": "text"},
        {"vr": "SQ", "Value": [{"00100010": {"vr": "PN"}}]},
        "no element",
    ],
)
def test_a_broken_element_hides_only_itself(tag, broken):
    header = header_from_dicom_json({**CLASSIC, tag: broken})
    whole = header_from_dicom_json(CLASSIC)
    changed = [name for name in InstanceHeader.__slots__ if getattr(header, name) != getattr(whole, name)]
    assert len(changed) <= 1


def test_a_number_written_as_text_is_read_and_a_fraction_is_no_integer():
    header = header_from_dicom_json(
        {"00181060": element("31.04"), "00200013": element(1.5), "00180081": element("x")}
    )
    assert header.trigger_time_ms == 31.04
    assert header.instance_number is None
    assert header.echo_time_ms is None


def test_a_huge_number_is_no_number():
    assert header_from_dicom_json({"00181060": element(10**400)}).trigger_time_ms is None


def test_an_orientation_without_length_has_no_normal():
    assert header_from_dicom_json({"00200037": element(0, 0, 0, 0, 0, 0)}).normal is None
    assert InstanceHeader().normal is None


@pytest.mark.parametrize(
    ("name", "venc"), [("fl2d1_v150in", 150.0), ("*fl2d1_v80in", 80.0), ("tfi2d1_10", None), ("", None)]
)
def test_the_velocity_encoding_is_read_from_siemens_sequence_names(name, venc):
    assert header_from_dicom_json({"00180024": element(name, vr="SH")}).venc_cm_s == venc


def enhanced(frames):
    return {
        "00080016": element("1.2.840.10008.5.1.4.1.1.4.1", vr="UI"),
        "00080060": element("MR", vr="CS"),
        "00189005": element("bffe", vr="SH"),
        "00189008": element("GRADIENT", vr="CS"),
        "00189009": element("YES", vr="CS"),
        "00189017": element("FREE_PRECESSION", vr="CS"),
        "00189037": element("RETROSPECTIVE", vr="CS"),
        "00189028": element("GRID", vr="CS"),
        "00280008": element(len(frames), vr="IS"),
        "52009229": {
            "vr": "SQ",
            "Value": [
                {
                    "00209116": {"vr": "SQ", "Value": [{"00200037": element(1, 0, 0, 0, 1, 0)}]},
                    "00280010": element(5),
                    "00189112": {"vr": "SQ", "Value": [{"00180080": element(3.4), "00181314": element(60)}]},
                    "00189197": {"vr": "SQ", "Value": [{"00189217": element(120)}]},
                }
            ],
        },
        "52009230": {"vr": "SQ", "Value": frames},
    }


def frame(height, delay):
    return {
        "00209113": {"vr": "SQ", "Value": [{"00200032": element(0, 0, height)}]},
        "00189118": {"vr": "SQ", "Value": [{"00209153": element(delay), "00209251": element(900)}]},
        "00189114": {"vr": "SQ", "Value": [{"00189082": element(1.5)}]},
        "00189115": {"vr": "SQ", "Value": [{"00189079": element(250)}]},
        "00189226": {
            "vr": "SQ",
            "Value": [{"00089007": element("ORIGINAL", "PRIMARY", "VELOCITY", vr="CS")}],
        },
        "00209111": {
            "vr": "SQ",
            "Value": [{"00209128": element(2), "00189074": element("20200101101530", vr="DT")}],
        },
    }


def test_an_enhanced_instance_gives_one_header_per_frame():
    headers = headers_from_dicom_json(enhanced([frame(0, 10), frame(8, 50)]))
    assert [h.frame_number for h in headers] == [1, 2]
    assert [h.position for h in headers] == [(0, 0, 0), (0, 0, 8)]
    assert [h.trigger_time_ms for h in headers] == [10, 50]
    first = headers[0]
    assert first.orientation == (1, 0, 0, 0, 1, 0)
    assert first.scanning_sequence == ("GR", "IR")
    assert first.sequence_variant == ("SS",)
    assert first.image_type[2] == "VELOCITY"
    assert (first.nominal_interval_ms, first.echo_time_ms, first.inversion_time_ms) == (900, 1.5, 250)
    assert (first.repetition_time_ms, first.flip_angle_deg, first.venc_cm_s) == (3.4, 60, 120)
    assert (first.temporal_position, first.acquisition_time_s) == (2, 36930)
    assert first.cardiac_synchronization == "RETROSPECTIVE"
    assert first.tagging
    assert first.rows is None
    assert header_from_dicom_json(enhanced([frame(0, 10), frame(8, 50)])) == first


def test_a_multi_frame_instance_without_groups_is_one_header():
    headers = headers_from_dicom_json({**CLASSIC, "00280008": element(25, vr="IS"), "52009230": {"vr": "SQ"}})
    assert len(headers) == 1
    assert headers[0].number_of_frames == 25


def test_stray_functional_groups_of_a_classic_instance_stay_one_header():
    groups = {"vr": "SQ", "Value": [frame(0, 10)]}
    headers = headers_from_dicom_json({**CLASSIC, "52009230": groups})
    assert len(headers) == 1
    assert headers[0].frame_number is None


def test_facts_fill_only_what_the_header_does_not_say():
    filled, kept = with_facts(
        (InstanceHeader(), InstanceHeader(venc_cm_s=80.0, inversion_time_ms=200.0)), 150.0, 300.0
    )
    assert (filled.venc_cm_s, filled.inversion_time_ms) == (150.0, 300.0)
    assert (kept.venc_cm_s, kept.inversion_time_ms) == (80.0, 200.0)
