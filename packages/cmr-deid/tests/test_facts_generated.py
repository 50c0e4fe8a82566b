"""2,000 generated headers of three vendors in eight ways: every fact is right or unknown, none is wrong (D4)."""

import random
import struct
from collections import Counter

import pytest

from cmr_deid.elements import Element, vr_of_tag
from cmr_deid.facts import read_facts
from cmr_deid.reading import read_raw
from cmr_testkit.csa import csa_header, phoenix_protocol
from cmr_testkit.samples import samples
from cmr_testkit.vendors import VENDORS

pytestmark = pytest.mark.uncovered

N_HEADERS = 2000
ROUNDING = 0.51
STANDARD = {
    "inversion_time_ms": 0x00180082,
    "trigger_time_ms": 0x00181060,
    "n_phases": 0x00181090,
    "b_value_s_mm2": 0x00189087,
}
KINDS = ("cine", "lge", "flow", "dwi", "localizer")


def put(data_set, tag, value, vr=None):
    vr = vr or vr_of_tag(tag)
    form = {"FD": "d", "FL": "f", "SS": "h", "SL": "l", "US": "H"}.get(vr)
    values = value if isinstance(value, list | tuple) else [value]
    if isinstance(value, bytes):
        raw = value
    elif form:
        raw = struct.pack(f"<{len(values)}{form}", *values)
    else:
        raw = "\\".join(str(one) for one in values).encode()
    data_set[tag] = Element(tag, vr, raw)


def private(data_set, creator, group, number, vr, value, block=0x10):
    while (held := data_set.get(group << 16 | block)) is not None and held.value != creator.encode():
        block += 1
    put(data_set, group << 16 | block, creator, "LO")
    put(data_set, group << 16 | block << 8 | number, value, vr)


def truth_of(rng):
    """What was set at the scanner: facts of one image, None where the image has no such thing."""
    kind = rng.choice(KINDS)
    return {
        "kind": kind,
        "venc_cm_s": float(rng.randrange(20, 600)) if kind == "flow" else None,
        "venc_direction": "through_plane" if kind == "flow" else None,
        "inversion_time_ms": float(rng.randrange(150, 450)) if kind == "lge" else None,
        "b_value_s_mm2": float(rng.choice([0, 50, 350, 1000])) if kind == "dwi" else None,
        "trigger_time_ms": round(rng.uniform(0, 900), 2) if kind in ("cine", "flow", "lge") else None,
        "n_phases": rng.randrange(10, 40) if kind in ("cine", "flow") else 1,
        "gating": {"cine": "retrospective", "flow": "retrospective", "lge": "prospective"}.get(kind, "none"),
    }


def in_standard_attributes(data_set, truth, rng, chance):
    for name, tag in STANDARD.items():
        value = truth[name]
        if value is not None and rng.random() < chance and not (name == "n_phases" and value == 1):
            put(data_set, tag, int(value) if name == "n_phases" else value)


def protocol_of(truth, rng, xa=False):
    """An ASCCONV block: it lists an inversion time and a velocity encoding whether they are used or not."""
    inverts, flows = truth["inversion_time_ms"], truth["venc_cm_s"]
    retro = truth["gating"] == "retrospective"
    method = {"none": 1, "prospective": 2, "retrospective": 8}[truth["gating"]]
    values = [
        ("tPatientName", '""Fnordvexil^Zebulonia""'),
        ("alTI[0]", str(int(1000 * (inverts or rng.randrange(200, 900))))),
        ("sPrepPulses.ucInversion", rng.choice(["2", "0x2"]) if inverts else rng.choice(["4", "0x4"])),
        ("sAngio.ucPCFlowMode", "1" if flows else "2"),
        ("sAngio.sFlowArray.lSize", "1"),
        ("sAngio.sFlowArray.asElm[0].nVelocity", str(int(flows or rng.randrange(50, 200)))),
        ("sAngio.sFlowArray.asElm[0].nDir", "4"),
        ("sPhysioImaging.lMethod1", str(method)),
        ("sPhysioImaging.lPhases", str(rng.randrange(50, 150) if retro else truth["n_phases"])),
        ("sPhysioImaging.lRetroGatedImages", str(truth["n_phases"] if retro else 16)),
    ]
    return phoenix_protocol(values, xa=xa)


def siemens(truth, rng, version):
    data_set = {}
    put(data_set, 0x00080070, rng.choice(["SIEMENS", "Siemens Healthineers"]))
    in_standard_attributes(data_set, truth, rng, 0.5)
    venc = truth["venc_cm_s"]
    put(data_set, 0x00180024, f"*fl2d1_v{venc:.0f}in" if venc and rng.random() < 0.5 else "*tfi2d1_12")
    image = [("EchoLinePosition", "IS", ["64"]), ("PatientName", "LO", ["Fnordvexil^Zebulonia"])]
    for name, vr, fact in (
        ("FlowVenc", "FD", "venc_cm_s"),
        ("B_value", "IS", "b_value_s_mm2"),
        ("TriggerTime", "DS", "trigger_time_ms"),
        ("InversionTime", "DS", "inversion_time_ms"),
    ):
        known = truth[fact] is not None and rng.random() < 0.7
        image.append(
            (name, vr, [f"{truth[fact]:.4f}" if vr != "IS" else f"{truth[fact]:.0f}"] if known else [])
        )
    private(data_set, "SIEMENS CSA HEADER", 0x0029, 0x10, "OB", csa_header(image, version))
    series = [("UsedPatientWeight", "IS", ["70"]), ("MrPhoenixProtocol", "UN", [protocol_of(truth, rng)])]
    private(data_set, "SIEMENS CSA HEADER", 0x0029, 0x20, "OB", csa_header(series, version))
    if truth["b_value_s_mm2"] is not None:
        private(data_set, "SIEMENS MR HEADER", 0x0019, 0x0C, "IS", int(truth["b_value_s_mm2"]))
    if venc:
        private(data_set, "SIEMENS MR HEADER", 0x0051, 0x14, "SH", f"v{venc:.0f}_through", block=0x11)
    return data_set


def siemens_xa(truth, rng, enhanced):
    data_set, inner, frame = {}, {}, {}
    put(data_set, 0x00080070, "Siemens Healthineers")
    in_standard_attributes(data_set, truth, rng, 0.3)
    venc = truth["venc_cm_s"]
    sds, sdi = (inner, frame) if enhanced else (data_set, data_set)
    private(sds, "SIEMENS MR SDS 01", 0x0021, 0x19, "OB", protocol_of(truth, rng, xa=True).encode("latin-1"))
    if venc:
        private(sdi, "SIEMENS MR SDI 02", 0x0021, 0x29, "SH", f"v{venc:.0f}_through")
    if truth["b_value_s_mm2"] is not None:
        private(sdi, "SIEMENS MR SDI 02", 0x0021, 0x05, "IS", int(truth["b_value_s_mm2"]))
    if enhanced:
        shared, per_frame = {}, {}
        put(shared, 0x00210010, "SIEMENS MR SDS 01", "LO")
        shared[0x002110FE] = Element(0x002110FE, "SQ", b"", [inner])
        put(per_frame, 0x00210011, "SIEMENS MR SDI 02", "LO")
        per_frame[0x002111FE] = Element(0x002111FE, "SQ", b"", [frame])
        data_set[0x52009229] = Element(0x52009229, "SQ", b"", [shared])
        data_set[0x52009230] = Element(0x52009230, "SQ", b"", [per_frame])
    return data_set


def ge(truth, rng):
    data_set = {}
    put(data_set, 0x00080070, "GE MEDICAL SYSTEMS")
    put(data_set, 0x00180082, "0")
    in_standard_attributes(data_set, truth, rng, 0.5)
    venc, b_value = truth["venc_cm_s"], truth["b_value_s_mm2"]
    private(
        data_set,
        "GEMS_ACQU_01",
        0x0019,
        0xCC,
        rng.choice(["SS", "UN"]),
        struct.pack("<h", int(10 * (venc or 0))),
    )
    private(data_set, "GEMS_ACQU_01", 0x0019, 0xD7, "SS", truth["n_phases"] if truth["n_phases"] > 1 else 0)
    offset = rng.choice([0, 1_000_000_000]) if b_value is not None else 0
    private(data_set, "GEMS_PARM_01", 0x0043, 0x39, "IS", [int((b_value or 0) + offset), 0, 0, 0])
    return data_set


def philips(truth, rng):
    data_set = {}
    put(data_set, 0x00080070, "Philips Medical Systems")
    in_standard_attributes(data_set, truth, rng, 0.5)
    venc = truth["venc_cm_s"] or 0.0
    speeds = [0.0, 0.0, 0.0]
    speeds[rng.randrange(3)] = rng.choice([1, -1]) * venc
    dd1, mr1 = "Philips Imaging DD 001", "Philips MR Imaging DD 001"
    private(data_set, dd1, 0x2001, 0x1A, "FL", speeds)
    private(data_set, dd1, 0x2001, 0x03, "FL", truth["b_value_s_mm2"] or 0.0)
    private(data_set, mr1, 0x2005, 0x14, "CS", "N" if truth["b_value_s_mm2"] is None else "Y")
    private(data_set, dd1, 0x2001, 0x17, "SL", truth["n_phases"])
    private(
        data_set, dd1, 0x2001, 0x1C, "CS", "INV" if truth["inversion_time_ms"] else rng.choice(["NO", "SAT"])
    )
    delay = truth["inversion_time_ms"] or float(rng.randrange(80, 160))
    private(data_set, dd1, 0x2001, 0x1B, "FL", delay)
    words = {"none": "NO", "prospective": "TRIGGERED", "retrospective": "RETROSPECTIVE"}
    private(data_set, dd1, 0x2001, 0x10, "CS", words[truth["gating"]])
    return data_set


WRITERS = {
    "siemens csa 1": lambda truth, rng: siemens(truth, rng, 1),
    "siemens csa 2": lambda truth, rng: siemens(truth, rng, 2),
    "siemens xa classic": lambda truth, rng: siemens_xa(truth, rng, False),
    "siemens xa enhanced": lambda truth, rng: siemens_xa(truth, rng, True),
    "ge": ge,
    "philips": philips,
}


def spoiled(data_set, rng):
    """Bytes of one private value damaged."""
    tag = rng.choice([tag for tag in data_set if tag >> 16 & 1])
    raw = bytearray(data_set[tag].value)
    for _ in range(min(3, len(raw))):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    data_set[tag] = Element(tag, data_set[tag].vr, bytes(raw[: rng.randrange(len(raw) + 1)]))


def test_no_fact_of_2000_generated_headers_is_wrong():
    rng, told = random.Random(20260301), Counter()
    for number in range(N_HEADERS):
        way = list(WRITERS)[number % len(WRITERS)]
        truth = truth_of(rng)
        facts = read_facts(WRITERS[way](truth, rng))
        for name, expected in truth.items():
            if name == "kind":
                continue
            stated = getattr(facts, name)
            if stated is None:
                told[name, "unknown"] += expected is not None
                continue
            wrong = (
                stated != expected if isinstance(stated, str) else abs(stated - (expected or -9)) > ROUNDING
            )
            assert not (wrong and expected != stated), (way, name, expected, stated)
            told[name, "right"] += 1
    for name in ("venc_cm_s", "inversion_time_ms", "b_value_s_mm2"):
        assert told[name, "right"] > 8 * told[name, "unknown"], told


def test_two_sources_that_disagree_make_a_fact_unknown():
    rng = random.Random(20260302)
    n = 0
    for number in range(300):
        truth = truth_of(rng) | {"kind": "flow", "venc_cm_s": 150.0}
        data_set = siemens(truth, rng, 1 + number % 2)
        put(data_set, 0x00180024, "*fl2d1_v80in")
        assert read_facts(data_set).venc_cm_s is None
        n += 1
    assert n == 300


def test_damaged_private_bytes_never_raise():
    rng = random.Random(20260303)
    for number in range(1200):
        way = list(WRITERS)[number % len(WRITERS)]
        data_set = WRITERS[way](truth_of(rng), rng)
        for _ in range(3):
            if any(tag >> 16 & 1 for tag in data_set):
                spoiled(data_set, rng)
        assert read_facts(data_set).manufacturer in ("siemens", "ge", "philips")


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_fact_of_a_whole_exam_of_a_vendor_is_wrong(vendor, part_10):
    right = Counter()
    for sample in samples(vendor, 3):
        if sample.facts is None:
            continue
        stated, truth = read_facts(read_raw(part_10(sample.dataset)).data_set), sample.facts
        for name, expected in (
            ("venc_cm_s", (truth.venc_cm_s,)),
            ("inversion_time_ms", truth.inversion_times_ms),
            ("b_value_s_mm2", truth.b_values),
            ("trigger_time_ms", truth.trigger_times_ms),
            ("nominal_interval_ms", truth.nominal_intervals_ms),
            ("n_phases", (truth.n_phases,)),
            ("field_strength_t", (truth.field_strength_t,)),
        ):
            value = getattr(stated, name)
            if value is not None:
                assert all(one is not None and abs(value - one) <= ROUNDING for one in expected or (None,)), (
                    name
                )
                right[name] += 1
        assert stated.manufacturer == truth.manufacturer
    assert {"venc_cm_s", "inversion_time_ms", "n_phases", "field_strength_t"} <= set(right)
