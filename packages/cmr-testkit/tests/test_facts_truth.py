"""The facts that are said to be planted stand in the headers, each at its vendor's place."""

import json
import re

import pytest
from test_csa import read_csa

from cmr_testkit.samples import samples
from cmr_testkit.vendors import VENDORS


@pytest.fixture(scope="module")
def by_vendor():
    return {vendor: {one.kind: one for one in samples(vendor, draw=False)} for vendor in VENDORS}


def protocol_of(text):
    block = text.split("### ASCCONV BEGIN")[1].split("###\n", 1)[1].split("\n### ASCCONV END")[0]
    return dict(re.split(r"\s+=\s+", line, maxsplit=1) for line in block.splitlines())


def protocol_in(sample, vendor):
    if vendor == "siemens-xa":
        shared = sample.dataset.SharedFunctionalGroupsSequence[0]
        inner = shared.private_block(0x0021, "SIEMENS MR SDS 01")[0xFE].value[0]
        data = inner.private_block(0x0021, "SIEMENS MR SDS 01")[0x19].value
        return protocol_of(data.rstrip(b"\0").decode("latin-1"))
    if vendor == "siemens-xa-classic":
        data = sample.dataset.private_block(0x0021, "SIEMENS MR SDS 01")[0x19].value
        return protocol_of(data.rstrip(b"\0").decode("latin-1"))
    elements = read_csa(sample.dataset.private_block(0x0029, "SIEMENS CSA HEADER")[0x20].value)
    return protocol_of((elements.get("MrPhoenixProtocol") or elements["MrProtocol"])[0])


SIEMENS = ["siemens", "siemens-csa1", "siemens-xa", "siemens-xa-classic"]


@pytest.mark.parametrize("vendor", SIEMENS)
def test_the_siemens_protocol_holds_velocity_encoding_and_inversion_time(by_vendor, vendor):
    found = by_vendor[vendor]
    for view in ("ao", "pa"):
        sample = found[f"flow_{view}_phase"]
        protocol = protocol_in(sample, vendor)
        assert float(protocol["sAngio.sFlowArray.asElm[0].nVelocity"]) == sample.facts.venc_cm_s
        assert protocol["sAngio.ucPCFlowMode"] == "4"
    protocol = protocol_in(found["lge_sax"], vendor)
    assert (float(protocol["alTI[0]"]) / 1000,) == found["lge_sax"].facts.inversion_times_ms[:1]
    assert protocol["sPrepPulses.ucInversion"] == "1"


@pytest.mark.parametrize("vendor", SIEMENS)
def test_the_siemens_protocol_of_a_cine_names_numbers_that_were_not_used(by_vendor, vendor):
    sample = by_vendor[vendor]["cine_sax"]
    protocol = protocol_in(sample, vendor)

    assert (sample.facts.venc_cm_s, sample.facts.inversion_times_ms) == (None, ())
    assert protocol["alTI[0]"] == "300000"
    assert protocol["sAngio.sFlowArray.asElm[0].nVelocity"] == "150"
    assert (protocol["sPrepPulses.ucInversion"], protocol["sAngio.ucPCFlowMode"]) == ("4", "2")


@pytest.mark.parametrize("vendor", ["siemens", "siemens-csa1"])
def test_a_siemens_image_tells_its_facts_in_the_csa_header(by_vendor, vendor):
    found = by_vendor[vendor]

    def image(kind):
        return read_csa(found[kind].dataset.private_block(0x0029, "SIEMENS CSA HEADER")[0x10].value)

    assert float(image("flow_ao_phase")["FlowVenc"][0]) == found["flow_ao_phase"].facts.venc_cm_s
    assert image("flow_ao_magnitude")["FlowVenc"] == []
    assert float(image("dwi_sax")["B_value"][0]) == found["dwi_sax"].facts.b_values[0]
    assert found["dwi_sax"].dataset.SequenceName == found["dwi_sax"].facts.sequence_name == "*ep_b350"
    facts = found["t1_raw_sax_native"].facts
    assert float(image("t1_raw_sax_native")["InversionTime"][0]) == pytest.approx(facts.inversion_times_ms[0])


@pytest.mark.parametrize("vendor", ["siemens", "siemens-csa1"])
def test_a_siemens_mosaic_tells_when_each_tile_was_measured(by_vendor, vendor):
    sample = by_vendor[vendor]["dwi_sax"]
    elements = read_csa(sample.dataset.private_block(0x0029, "SIEMENS CSA HEADER")[0x10].value)
    block = sample.dataset.private_block(0x0019, "SIEMENS MR HEADER")

    times = [float(value) for value in elements["MosaicRefAcqTimes"]]
    assert times == list(block[0x29].value) == list(sample.facts.slice_timing_ms)
    assert int(elements["NumberOfImagesInMosaic"][0]) == block[0x0A].value == len(times) == 4
    assert "MOSAIC" in sample.dataset.ImageType


def test_xa_writes_the_velocity_encoding_in_every_frame_and_not_always_the_standard_group(by_vendor):
    for view, standard in (("ao", False), ("pa", True)):
        sample = by_vendor["siemens-xa"][f"flow_{view}_phase"]
        for frame in sample.dataset.PerFrameFunctionalGroupsSequence:
            inner = frame.private_block(0x0021, "SIEMENS MR SDI 02")[0xFE].value[0]
            own = inner.private_block(0x0021, "SIEMENS MR SDI 02")[0x29].value
            assert float(own) == sample.facts.venc_cm_s
            assert ("MRVelocityEncodingSequence" in frame) == standard


def test_xa_exports_classic_images_that_name_their_frame_and_keep_the_private_groups(by_vendor):
    sample = by_vendor["siemens-xa-classic"]["flow_ao_phase"]
    image = sample.dataset
    source = image.ConversionSourceAttributesSequence[0]

    assert image.SOPClassUID == "1.2.840.10008.5.1.4.1.1.4"
    assert source.ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.4.1"
    block = image.private_block(0x0021, "SIEMENS MR SDI 02")
    assert float(block[0x29].value) == sample.facts.venc_cm_s
    assert block[0x77].value == sample.facts.sequence_name


def test_ge_writes_flow_and_diffusion_in_its_own_groups(by_vendor):
    found = by_vendor["ge"]
    flow, dwi = found["flow_pa_phase"], found["dwi_sax"]
    block = flow.dataset.private_block(0x0019, "GEMS_ACQU_01")

    assert block[0xCC].value == round(10 * flow.facts.venc_cm_s)
    assert block[0xD7].value == flow.facts.n_phases
    assert block[0x9C].value == flow.facts.sequence_name
    b_value = dwi.dataset.private_block(0x0043, "GEMS_PARM_01")[0x39].value[0]
    assert b_value - 1_000_000_000 == dwi.facts.b_values[0]


def test_philips_writes_flow_phases_and_scaling_in_its_own_groups(by_vendor):
    found = by_vendor["philips"]
    flow, dwi = found["flow_ao_phase"], found["dwi_sax"]
    block = flow.dataset.private_block(0x2001, "Philips Imaging DD 001")
    scale = flow.dataset.private_block(0x2005, "Philips MR Imaging DD 001")

    assert list(block[0x1A].value) == [0, 0, flow.facts.venc_cm_s]
    assert block[0x17].value == flow.facts.n_phases
    assert block[0x20].value == flow.facts.sequence_name
    assert dwi.dataset.private_block(0x2001, "Philips Imaging DD 001")[0x03].value == dwi.facts.b_values[0]
    # a stored value of 4095 is the encoding itself, by the standard's scale and by Philips' own
    top = 4095 * float(flow.dataset.RescaleSlope) + float(flow.dataset.RescaleIntercept)
    assert top == pytest.approx(flow.facts.venc_cm_s, rel=1e-4)
    assert (4095 - scale[0x0D].value) / scale[0x0E].value == pytest.approx(flow.facts.venc_cm_s, rel=1e-4)


@pytest.mark.parametrize("vendor", ["siemens", "siemens-xa-classic", "ge", "philips"])
def test_standard_attributes_of_classic_images_are_the_facts(by_vendor, vendor):
    for sample in by_vendor[vendor].values():
        if sample.facts is None:
            continue
        image, facts = sample.dataset, sample.facts
        times = [float(image.TriggerTime)] if "TriggerTime" in image else []
        assert times == pytest.approx(list(facts.trigger_times_ms), abs=0.6)
        inversion = float(image.get("InversionTime") or 0)
        assert inversion == pytest.approx(facts.inversion_times_ms[0] if facts.inversion_times_ms else 0)
        assert len({*facts.b_values, *facts.echo_times_ms}) <= 1


@pytest.mark.parametrize("vendor", ["siemens-xa", "philips-enhanced"])
def test_frames_of_enhanced_images_are_the_facts(by_vendor, vendor):
    for sample in by_vendor[vendor].values():
        if sample.facts is None:
            continue
        frames, facts = sample.dataset.PerFrameFunctionalGroupsSequence, sample.facts
        delays = [
            frame.CardiacSynchronizationSequence[0].NominalCardiacTriggerDelayTime
            for frame in frames
            if "CardiacSynchronizationSequence" in frame
        ]
        assert delays == pytest.approx(list(facts.trigger_times_ms), abs=0.01)
        modifiers = [frame.MRModifierSequence[0] for frame in frames]
        inversions = [one[0x00189079].value for one in modifiers if one.InversionRecovery == "YES"]
        assert inversions == pytest.approx(list(facts.inversion_times_ms))


def test_slices_that_share_a_heartbeat_have_their_delay(by_vendor):
    facts = by_vendor["siemens"]["perfusion_sax_stress"].facts

    assert facts.slice_delays_ms[0] > 100
    assert by_vendor["siemens"]["cine_sax"].facts.slice_delays_ms == ()


def test_facts_are_written_beside_the_exam_by_path(cmr_exam):
    exam = cmr_exam(vendor="philips")
    written = json.loads(exam.facts_path.read_text())

    assert set(written) == {file.relative_to(exam.root).as_posix() for file in exam.files}
    assert {one["n_phases"] for one in written.values() if one["kind"] == "cine_sax"} == {3}
