"""Cases 13 to 32 of the adversarial list: nesting, lengths, private blocks, blobs, file parts, streams and UIDs."""

import random
import struct

import pytest
from pydicom.dataset import Dataset

from cmr_deid.errors import InstanceHeld, InstanceRejected
from cmr_deid.identities import WELL_KNOWN_UID
from cmr_deid.reading import read_raw
from cmr_deid.verify import inspect
from cmr_testkit.plants import PLACES, found, planted_file
from cmr_testkit.plants.part import header, in_items
from cmr_testkit.plants.place import creator, item, put, put_items

BY_ID = {place.id: place for place in PLACES}
NAME = b"Fnordvexil^Zebulonia"


def element(tag, vr, value):
    value += b" " * (len(value) % 2)
    return header(tag, vr, len(value)) + value


def implicit(tag, value):
    value += b" " * (len(value) % 2)
    return struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(value)) + value


ITEM = struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
ITEM_END = struct.pack("<HHL", 0xFFFE, 0xE00D, 0)
SEQUENCE_END = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)


@pytest.fixture(scope="module")
def planted_out(mr, engine):
    """Plant in these places, de-identify, and require that nothing is found."""

    def run(*names, data=None):
        source, plants = planted_file(data or mr(), random.Random(names[0]), [BY_ID[name] for name in names])
        assert plants
        result = engine.deidentify(source)
        assert found(result.data, plants) == []
        assert inspect(result.data).findings == ()
        return result

    return run


@pytest.mark.parametrize("levels", range(3, 21))
def test_case_13_names_in_nested_sequences_of_any_depth_go(bent, gone, levels):
    def nest(dataset):
        inner = item((0x00100010, "PN", NAME), (0x00100020, "LO", b"MRN77120"))
        for level in range(levels):
            outer = item((0x00081155, "UI", b"1.2.3.4"), (0x00100010, "PN", NAME))
            put_items(outer, (0x00081140, 0x00082112, 0x00089124)[level % 3], inner)
            inner = outer
        put_items(dataset, 0x52009229, inner)

    gone(bent(nest, PatientName="Plyx^Q", SeriesDescription="cine"), "fnordvexil", "zebulonia", "MRN77120")


def test_case_13_a_private_sequence_with_public_tags_goes(planted_out):
    planted_out("private-public-tags", "private-deep")


@pytest.mark.parametrize("tag", [0x00081140, 0x52009229, 0x00400275, 0x00101111])
def test_case_14_a_sequence_that_hides_as_unknown_is_opened_or_goes(with_bytes, gone, tag):
    content = in_items(implicit(0x00100010, NAME) + implicit(0x00081155, b"1.2.3.77120"))
    gone(with_bytes(element(tag, "UN", content), PatientName="Plyx^Q", SeriesDescription="cine"),
         "fnordvexil", "1.2.3.77120")  # fmt: skip


@pytest.mark.parametrize("tag", [0x00081140, 0x00291010, 0x00101111])
def test_case_14_unknown_forms_of_undefined_length_are_read_as_cp_246_says(with_bytes, gone, tag):
    content = header(tag, "UN", 0xFFFFFFFF) + ITEM + implicit(0x00100010, NAME) + ITEM_END + SEQUENCE_END
    gone(with_bytes(content, PatientName="Plyx^Q", SeriesDescription="cine"), "fnordvexil", "zebulonia")


@pytest.mark.parametrize("length", [0, 2, 4, 10, 14, 64, 255, 0xFFFE, 0xFFFF])
@pytest.mark.parametrize("keyword", [b"\x10\x00\x10\x00PN", b"\x08\x00\x3e\x10LO", b"\x18\x00\x50\x00DS"])
def test_case_15_a_wrong_length_gives_a_clean_output_or_a_reason(mr, engine, keyword, length):
    data = bytearray(mr())
    at = data.index(keyword) + 6
    data[at : at + 2] = struct.pack("<H", length)
    try:
        result = engine.deidentify(bytes(data))
    except InstanceRejected as refusal:
        said = repr((refusal.reason.code, refusal, refusal.__cause__, refusal.__context__)).lower()
        assert ("truncated" in said or "unreadable" in said) and "nordvexil" not in said  # noqa: PT018
        return
    assert b"fnordvexil" not in result.data.lower()
    assert inspect(result.data).findings == ()


@pytest.mark.parametrize(
    ("tag", "vr"),
    [
        *((0x00180050, "DS"), (0x00180015, "CS"), (0x00181250, "SH"), (0x00189087, "FD"), (0x00189012, "CS")),
        *((0x00200012, "IS"), (0x00180023, "CS"), (0x00181020, "LO"), (0x00081111, "UN"), (0x00181310, "US")),
    ],
)
def test_case_15_a_value_that_swallowed_its_neighbor_goes(bent, gone, tag, vr):
    swallowed = b"8 " + element(0x00100010, "PN", b"Plyxquor^Whisk") + element(0x00100020, "LO", b"QX778120")
    gone(bent(lambda dataset: put(dataset, tag, vr, swallowed)), "plyxquor", "whisk", "QX778120")


@pytest.mark.parametrize("vr", [b"??", b"\0\0", b"ZZ", b"pn", b"PX"])
def test_case_16_an_undefined_vr_is_refused_with_a_reason(with_bytes, engine, vr):
    extra = struct.pack("<HH2sH", 0x0010, 0x4000, vr, 20) + NAME
    with pytest.raises(InstanceRejected, match=r"unreadable|truncated"):
        engine.deidentify(with_bytes(extra))


@pytest.mark.parametrize("tag", [0x00100010, 0x00100020, 0x0008103E, 0x00081155, 0x00180050])
def test_case_17_a_second_attribute_or_one_out_of_order_goes(with_bytes, gone, tag):
    gone(with_bytes(element(tag, "PN" if tag == 0x00100010 else "LO", b"Plyxquor")), "plyxquor")


@pytest.mark.parametrize("group", [1, 3, 5, 7, 0xFF, 0xFFFF])
def test_case_17_odd_and_illegal_groups_go(with_bytes, gone, group):
    extra = element(group << 16 | 0x10, "LO", b"Plyxquor") + element(group << 16 | 0x1001, "LO", b"Plyxquor")
    gone(with_bytes(extra), "plyxquor")


def test_case_18_unknown_and_future_attributes_go(planted_out):
    planted_out(*(place.id for place in PLACES if place.id[:8].isalnum() and place.id[8:9] == "-"),
                "names-to-use", "pronouns", "gender-identity", "future-sequence")  # fmt: skip


def test_case_19_names_in_private_creators_and_blocks_of_nobody_go(planted_out):
    planted_out("name-as-creator", "idle-creator", "no-creator", "creator-elsewhere", "creator-twice",
                "creator-of-other-vr", "below-creators")  # fmt: skip


def test_case_19_two_creators_of_one_name_keep_the_science_of_both(bent, gone):
    def two(dataset):
        for number in (0x10, 0x11):
            put(dataset, 0x00190000 | number, "LO", b"GEMS_ACQU_01")
            put(dataset, 0x00190000 | number << 8 | 0xCC, "SS", struct.pack("<h", 1500))
            put(dataset, 0x00190000 | number << 8 | 0x9C, "LO", b"Plyxquor")

    after = gone(bent(two), "plyxquor")
    assert after[0x0019, 0x10CC].value == after[0x0019, 0x11CC].value == 1500


def test_case_20_a_safe_place_with_a_value_out_of_its_grammar_goes(planted_out):
    planted_out(*(place.id for place in PLACES if place.id.startswith(("safe-", "siemens-"))))


def test_case_21_vendor_headers_with_a_name_go(planted_out):
    planted_out("csa-v1", "csa-v2", "phoenix", "xa-protocol", "xa-protocol-lo", "xa-wide", "medcom-deflated")


def test_case_22_values_from_before_a_correction_go(planted_out, mr, nested):
    assert 0x04000561 not in read_raw(planted_out("original-attributes").data).data_set


def test_case_23_orders_equipment_and_operators_go(planted_out):
    result = planted_out(
        "request-attributes", "contributing-equipment", "operator", "referring-physician-item"
    )
    assert not {0x00400275, 0x00081072, 0x00080096} & set(read_raw(result.data).data_set)


def test_case_24_preamble_and_file_meta_information_are_ours(planted_out):
    result = planted_out("preamble", "meta-source-ae", "meta-sending-ae", "meta-receiving-ae", "meta-private",
                         "meta-address", "meta-writer", "meta-writer-uid", "meta-unknown", "meta-twice")  # fmt: skip
    assert result.data[:128] == bytes(128)
    assert set(read_raw(result.data).file_meta) == {0x00020000, *range(0x00020001, 0x00020004), 0x00020010,
                                                    0x00020012, 0x00020013}  # fmt: skip


@pytest.mark.parametrize("tail", [NAME, b"\0" * 10 + NAME, NAME * 100, element(0x00100010, "PN", NAME)])
def test_case_25_bytes_after_the_end_go(mr, gone, tail):
    gone(mr(tail=tail), "zebulonia")


def test_case_25_trailing_padding_goes(planted_out):
    planted_out("trailing-padding")
    planted_out("element-after-end")


@pytest.mark.parametrize("group", range(0x6000, 0x6020, 2))
def test_case_26_overlays_go(bent, gone, group):
    def overlay(dataset):
        base = group << 16
        put(dataset, base | 0x3000, "OW", b"PLYXQUOR BITMAP ")
        put(dataset, base | 0x0022, "LO", b"Plyxquor")
        put(dataset, base | 0x1500, "LO", b"Plyxquor")
        put(dataset, base - 0x10000000 | 0x3000, "OW", b"PLYXQUOR CURVE  ")

    gone(bent(overlay), "plyxquor")


def test_case_27_an_icon_goes(planted_out):
    assert 0x00880200 not in read_raw(planted_out("icon").data).data_set


@pytest.mark.parametrize("name", [place.id for place in PLACES if place.how == "stream"])
def test_case_28_what_stands_beside_a_compressed_image_goes(planted_out, name):
    planted_out(name)


def test_case_28_text_in_an_icc_profile_goes(planted_out):
    assert 0x00282000 not in read_raw(planted_out("text-in-ob").data).data_set


def test_case_28_an_image_in_a_jp2_wrapper_with_xml_is_held(mr, engine):
    box = struct.pack(">L4s", 28, b"xml ") + NAME
    wrapped = b"\0\0\0\x0cjP  \r\n\x87\n" + box
    fragments = in_items(b"", wrapped) + SEQUENCE_END

    def compress(dataset):
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90"
        dataset.PixelData = fragments
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True

    with pytest.raises((InstanceRejected, InstanceHeld), match=r"pixel_length|hidden_bytes"):
        engine.deidentify(mr(edit=compress))


def test_case_29_a_signature_with_its_certificate_goes(planted_out):
    result = planted_out("signature", "encrypted-attributes")
    assert {tag >> 16 for tag in read_raw(result.data).data_set}.isdisjoint({0x0400, 0xFFFA})


@pytest.mark.parametrize(
    "uid",
    [
        b"1.3.12.2.1107.5.2.99.20210304081500.0042177",
        b"1.2.840.113619.2.5.0042177.1615939200",
        b"2.25.194408170042177",
        b"1.2.840.10008.0042177.1944",
        b"1.2.3.0042177 ",
        b"1.2.3.0042177\0\0\0",
        b"1.2.3.00042177.4",
        b"1." * 40 + b"0042177",
        b"MRN-0042177",
        b"1.2.3\\1.2.0042177",
    ],
)
@pytest.mark.parametrize("tag", [0x00200052, 0x00083010, 0x0020000E, 0x0020000D])
def test_case_30_a_uid_with_number_or_time_is_re_mapped_whatever_its_form(bent, engine, tag, uid):
    def change(dataset):
        put(dataset, tag, "UI", uid)

    try:
        result = engine.deidentify(bent(change, PatientID="QX778120"))
    except InstanceRejected as refusal:
        assert refusal.reason.code == "missing_uid"  # noqa: PT017
        return
    assert b"0042177" not in result.data
    assert inspect(result.data).findings == ()


def test_case_30_padding_makes_no_other_uid(bent, engine):
    made = set()
    for uid in (b"1.2.3.77", b"1.2.3.77\0", b"1.2.3.77 ", b"1.2.3.77\0\0"):
        made.add(engine.deidentify(bent(lambda d, uid=uid: put(d, 0x0020000D, "UI", uid))).study_instance_uid)
    assert len(made) == 1


@pytest.mark.parametrize(
    "uid",
    [
        *("1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.4.1.1"),
        *("1.2.840.10008.6.1.1323", "1.2.840.10008.2.16.4"),
    ],
)
def test_case_31_uids_of_the_standard_and_of_coding_schemes_stay(identities, uid):
    assert WELL_KNOWN_UID.fullmatch(uid)
    assert identities.uid(uid) == uid


def test_case_31_a_well_known_frame_of_reference_stays(out_of):
    assert out_of(FrameOfReferenceUID="1.2.840.10008.1.4.1.1").FrameOfReferenceUID == "1.2.840.10008.1.4.1.1"


def test_case_32_references_in_private_elements_go_and_public_ones_stay_true(bent, gone, identities):
    uid = b"1.3.12.2.1107.5.2.99.20210304.77"

    def refer(dataset):
        put(dataset, creator(dataset, 0x0043, "GEMS_PARM_01") | 0x61, "UI", uid)
        put(dataset, creator(dataset, 0x0029, "SIEMENS CSA HEADER") | 0x10, "OB", b"SV10" + uid)
        put_items(
            dataset,
            0x00081140,
            item((0x00081150, "UI", b"1.2.840.10008.5.1.4.1.1.4"), (0x00081155, "UI", uid)),
        )

    after = gone(bent(refer), uid.decode())
    assert after.ReferencedImageSequence[0].ReferencedSOPInstanceUID == identities.uid(uid.decode())
    assert isinstance(after, Dataset)
