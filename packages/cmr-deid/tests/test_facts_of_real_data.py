"""Facts and private science of real scanners' files."""

import io

import pydicom
import pytest

from cmr_deid.science import compare


def privates_of(dataset):
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield from privates_of(item)
        elif element.tag.is_private and not element.tag.is_private_creator:
            yield element


@pytest.fixture
def taken(engine, shared_data):
    """The first file of a folder of real data, de-identified, and the private elements of its output."""

    def take(folder):
        path = sorted(shared_data(folder).rglob("*.dcm"))[0]
        result = engine.deidentify(path.read_bytes(), frozenset({"not_a_heart", "head_coverage"}))
        return result, list(privates_of(pydicom.dcmread(io.BytesIO(result.data))))

    return take


def test_a_cine_of_siemens_xa_tells_its_gating_and_keeps_its_private_science(taken):
    result, kept = taken("cmr/bivme_siemens_cine")
    facts = result.facts
    assert (facts.gating, facts.n_phases, facts.n_slices, facts.inversion_time_ms) == (
        "retrospective",
        25,
        1,
        None,
    )
    assert (facts.sequence_name, facts.acceleration_factor) == ("*tfi2d1_10", 3)
    assert len(kept) >= 60
    assert compare(result.science, facts, result.data).differences == ()
    texts = " ".join(str(element.value) for element in kept)
    assert not {"20240704", "HFS"} & set(texts.replace(";", " ").split())
    assert not [
        e for e in kept if e.private_creator == "SIEMENS MR SDS 01" and e.tag.elem & 0xFF in (0x01, 0x2B)
    ]


def test_an_image_of_ge_keeps_its_private_science(taken):
    result, kept = taken("mr_other/dcm_qa_deident")
    assert len(kept) >= 60
    assert (result.facts.b_value_s_mm2, result.facts.venc_cm_s) == (None, None)
    assert compare(result.science, result.facts, result.data).differences == ()
