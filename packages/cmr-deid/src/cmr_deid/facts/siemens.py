"""What Siemens writes outside the standard's attributes: CSA headers, private groups 0019, 0051 and 0021, protocol.

Traps: the protocol lists an inversion time and a velocity encoding whether or not the sequence uses them
(sPrepPulses.ucInversion and sAngio.ucPCFlowMode tell);
lRetroGatedImages counts phases only in retrospective gating, lPhases only in prospective; sSliceArray counts slabs
in 3D; of several velocity encodings the protocol does not say which one an image holds. What an image says outranks
the protocol where both may rightly differ (a TI scout has one inversion time in its protocol and many in its images).
"""

import re
from collections.abc import Mapping

from cmr_deid.elements import DataSet, Element
from cmr_deid.facts import csa
from cmr_deid.facts.evidence import Evidence
from cmr_deid.facts.places import Privates, first_item, frames_of, listed
from cmr_deid.facts.protocol import protocol

HEADER, CSA_HEADER = "SIEMENS MR HEADER", "SIEMENS CSA HEADER"
SDS, SDI = "SIEMENS MR SDS 01", "SIEMENS MR SDI 02"
_IMAGE_NAMES = (
    "FlowVenc",
    "FlowEncodingDirectionString",
    "B_value",
    "TriggerTime",
    "InversionTime",
    "NumberOfImagesInMosaic",
    "MosaicRefAcqTimes",
    "TimeAfterStart",
    "SequenceName",
)
_NAMED_VENC = re.compile(r"_v(\d{1,3})(in|fh|ap|rl)?(?:_|$)")
_FLOW = re.compile(r"v(\d{1,3}(?:\.\d{1,2})?)_?(in|through|rl|ap|fh)?")
_DIRECTIONS = {"in": "through_plane", "through": "through_plane", "rl": "rl", "ap": "ap", "fh": "fh"}
_PROTOCOL_DIRECTIONS = {1: "in_plane_phase", 2: "in_plane_readout", 4: "through_plane"}
_INVERSIONS, _FLOW_ON = (1, 2), 1
_GATINGS = {1: "none", 2: "prospective", 8: "retrospective"}
_MICROSECONDS, _TWO_DIMENSIONAL = 1000, 2
_LONGEST_CSA = 1 << 22


def read(data_set: DataSet, sequence: str, evidence: Evidence) -> None:
    """Enter what Siemens says of one instance.

    Args:
        data_set: the source's elements.
        sequence: the sequence name of the standard's attribute.
        evidence: what standard attributes have said.
    """
    privates = Privates(data_set)
    _header(privates, evidence)
    _csa(_bytes(privates.get(CSA_HEADER, 0x0029, 0x10)), evidence)
    blobs = [privates.get(CSA_HEADER, 0x0029, 0x20)]
    for place in _xa(data_set, privates):
        _sdi(place, evidence)
        blobs.append(place.get(SDS, 0x0021, 0x19))
    for blob in blobs:
        if blob is not None:
            _protocol(protocol(_bytes(blob)), evidence)
    _named(_NAMED_VENC.search(sequence), evidence)


def _bytes(element: Element | None) -> bytes:
    return bytes(element.value) if element is not None and len(element.value) <= _LONGEST_CSA else b""


def _header(privates: Privates, evidence: Evidence) -> None:
    """Groups 0019 and 0051 (TCIA knowledge base): repetitions of some CSA elements."""
    if not privates.has(HEADER):
        return
    evidence.number("b_value_s_mm2", privates.number(HEADER, 0x0019, 0x0C, "IS"))
    evidence.number("time_after_start_s", privates.number(HEADER, 0x0019, 0x16, "DS"))
    count = privates.number(HEADER, 0x0019, 0x0A, "US")
    evidence.times("slice_timing_ms", privates.numbers(HEADER, 0x0019, 0x29, "FD"), _whole(count))
    _named(_FLOW.fullmatch(privates.text(HEADER, 0x0051, 0x14)), evidence)


def _csa(data: bytes, evidence: Evidence) -> None:
    if not data:
        return
    said = csa.values(data, _IMAGE_NAMES)
    for name, element in (
        ("venc_cm_s", "FlowVenc"),
        ("b_value_s_mm2", "B_value"),
        ("trigger_time_ms", "TriggerTime"),
        ("inversion_time_ms", "InversionTime"),
        ("time_after_start_s", "TimeAfterStart"),
    ):
        evidence.number(name, _single(said.get(element, [])))
    count = _whole(_single(said.get("NumberOfImagesInMosaic", [])))
    evidence.times("slice_timing_ms", listed(said.get("MosaicRefAcqTimes", [])), count)
    _named(_FLOW.fullmatch("".join(said.get("FlowEncodingDirectionString", []))), evidence)
    _named(_NAMED_VENC.search("".join(said.get("SequenceName", []))), evidence)


def _xa(data_set: DataSet, privates: Privates) -> list[Privates]:
    """Where XA keeps its elements: at the top level of classic images, in private items of functional groups."""
    places = [privates] if privates.has(SDS) or privates.has(SDI) else []
    for item in frames_of(data_set):
        inner = Privates(item)
        for creator in (SDS, SDI):
            held = first_item(inner.get(creator, 0x0021, 0xFE))
            if held is not None:
                places.append(Privates(held))
    return places


def _sdi(privates: Privates, evidence: Evidence) -> None:
    evidence.number("time_after_start_s", privates.number(SDI, 0x0021, 0x04, "DS"))
    evidence.number("b_value_s_mm2", privates.number(SDI, 0x0021, 0x05, "IS"))
    _named(_FLOW.fullmatch(privates.text(SDI, 0x0021, 0x29)), evidence)
    _named(_NAMED_VENC.search(privates.text(SDI, 0x0021, 0x77)), evidence)


def _protocol(said: Mapping[str, float], evidence: Evidence) -> None:
    if not said:
        return
    if said.get("sPrepPulses.ucInversion") in _INVERSIONS and "alTI[1]" not in said:
        _protocol_inversion(said.get("alTI[0]"), evidence)
    if said.get("sAngio.ucPCFlowMode") == _FLOW_ON and said.get("sAngio.sFlowArray.lSize") == 1:
        evidence.number("venc_cm_s", said.get("sAngio.sFlowArray.asElm[0].nVelocity"))
        direction = said.get("sAngio.sFlowArray.asElm[0].nDir", 0)
        evidence.word("venc_direction", _PROTOCOL_DIRECTIONS.get(int(direction)))
    gating = _GATINGS.get(int(said.get("sPhysioImaging.lMethod1", 0)))
    evidence.word("gating", gating)
    if gating in ("prospective", "retrospective"):
        counted = (
            "sPhysioImaging.lRetroGatedImages" if gating == "retrospective" else "sPhysioImaging.lPhases"
        )
        evidence.number("n_phases", said.get(counted))
        evidence.number("views_per_segment", said.get("sFastImaging.lSegments"))
        delay = said.get("sPhysioImaging.sPhysioECG.lTriggerDelay")
        evidence.number("trigger_delay_ms", None if delay is None else delay / _MICROSECONDS)
    if said.get("sKSpace.ucDimension") == _TWO_DIMENSIONAL:
        evidence.number("n_slices", said.get("sSliceArray.lSize"))
    evidence.number("acceleration_factor", said.get("sPat.lAccelFactPE"))


def _protocol_inversion(microseconds: float | None, evidence: Evidence) -> None:
    if microseconds is not None and not evidence.has("inversion_time_ms"):
        evidence.number("inversion_time_ms", microseconds / _MICROSECONDS)


def _named(match: re.Match[str] | None, evidence: Evidence) -> None:
    """A velocity encoding written as a name: `v150_through`, `fl2d1_v150in`."""
    if match is not None:
        evidence.number("venc_cm_s", float(match[1]))
        evidence.word("venc_direction", _DIRECTIONS.get(match[2] or ""))


def _single(texts: list[str]) -> float | None:
    numbers = listed(texts)
    return numbers[0] if len(numbers) == 1 else None


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
