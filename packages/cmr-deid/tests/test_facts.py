import struct

import pytest

from cmr_deid.facts import read_facts
from cmr_deid.reading import read_raw


@pytest.fixture
def facts(mr):
    return lambda **values: read_facts(read_raw(mr(**values)).data_set)


def test_plain_facts_are_read(facts):
    found = facts(
        MagneticFieldStrength="1.5",
        SequenceName="*tfi2d1_12",
        InversionTime="320",
        FlipAngle="45",
        CardiacNumberOfImages="25",
        NominalInterval="950",
    )
    assert found.to_document() == {
        "manufacturer": "siemens",
        "field_strength_t": 1.5,
        "sequence_name": "*tfi2d1_12",
        "inversion_time_ms": 320.0,
        "repetition_time_ms": 40.5,
        "echo_time_ms": 1.12,
        "flip_angle_deg": 45.0,
        "n_phases": 25,
        "nominal_interval_ms": 950.0,
        "trigger_time_ms": 120.5,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SIEMENS", "siemens"),
        ("Siemens Healthineers", "siemens"),
        ("GE MEDICAL SYSTEMS", "ge"),
        ("Philips Medical Systems", "philips"),
        ("Canon Medical", "canon"),
        ("TOSHIBA_MEC", "canon"),
        ("UIH", "united"),
        ("Some Maker", "other"),
        ("", None),
        (None, None),
    ],
)
def test_the_vendors_word_is_normalized(facts, text, expected):
    assert facts(Manufacturer=text).manufacturer == expected


def test_what_is_absent_or_impossible_is_unknown(facts):
    found = facts(
        RepetitionTime="0",
        EchoTime=None,
        InversionTime="0",
        CardiacNumberOfImages="0",
        MagneticFieldStrength="99",
        TriggerTime="-5",
    )
    assert found.to_document() == {"manufacturer": "siemens"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fl2d1_v150in", 150.0),
        ("*fl2d1_v80fh", 80.0),
        ("fl2d1", None),
        ("fl2d1_v0in", None),
        ("fl3d1r4_v90_x", 90.0),
    ],
)
def test_siemens_writes_venc_into_the_sequence_name(facts, name, expected):
    assert facts(SequenceName=name).venc_cm_s == expected


def test_no_other_vendor_is_read_by_siemens_names(facts):
    assert facts(SequenceName="fl2d1_v150in", Manufacturer="Canon").venc_cm_s is None


def private(creator, group, number, vr, value):
    return lambda dataset: dataset.private_block(group, creator, create=True).add_new(number, vr, value)


@pytest.mark.parametrize(
    ("vr", "value", "expected"),
    [("SS", 1500, 150.0), ("SS", 0, None), ("DS", "1500", 150.0), ("DS", "", None), ("SL", 1500, None)],
)
def test_ge_writes_venc_in_millimeters_per_second(facts, vr, value, expected):
    edit = private("GEMS_ACQU_01", 0x0019, 0xCC, vr, value)
    assert facts(Manufacturer="GE MEDICAL SYSTEMS", edit=edit).venc_cm_s == expected


def test_without_the_vendors_element_venc_is_unknown(facts):
    assert facts(Manufacturer="GE MEDICAL SYSTEMS").venc_cm_s is None
    assert facts(Manufacturer="Philips").venc_cm_s is None


@pytest.mark.parametrize(
    ("speeds", "expected"),
    [
        ((0, 0, 150), 150.0),
        ((0, 0, -80), 80.0),
        ((0, 0, 0), None),
        ((100, 0, 150), None),
        ((100, 100, 100), 100.0),
    ],
)
def test_philips_writes_venc_by_direction(facts, speeds, expected):
    edit = private("Philips Imaging DD 001", 0x2001, 0x1A, "FL", list(speeds))
    assert facts(Manufacturer="Philips", edit=edit).venc_cm_s == expected


def test_a_philips_venc_of_another_length_is_unknown(facts):
    edit = private("Philips Imaging DD 001", 0x2001, 0x1A, "FL", [150.0])
    assert facts(Manufacturer="Philips", edit=edit).venc_cm_s is None


def test_enhanced_images_carry_their_facts_in_functional_groups(facts, nested):
    groups = nested(
        {
            "MRTimingAndRelatedParametersSequence": nested({"RepetitionTime": "38", "FlipAngle": "20"}),
            "MREchoSequence": nested({"EffectiveEchoTime": 2.5}),
            "MRVelocityEncodingSequence": nested({"VelocityEncodingMaximumValue": 120.0}),
        }
    )
    frames = nested({"CardiacSynchronizationSequence": nested({"RRIntervalTimeNominal": 900.0})})
    found = facts(
        RepetitionTime=None,
        EchoTime=None,
        SharedFunctionalGroupsSequence=groups,
        PerFrameFunctionalGroupsSequence=frames,
    )
    assert (found.repetition_time_ms, found.flip_angle_deg) == (38.0, 20.0)
    assert (found.echo_time_ms, found.venc_cm_s, found.nominal_interval_ms) == (2.5, 120.0, 900.0)


def test_a_double_of_the_wrong_length_is_unknown(facts, nested):
    def plant(dataset):
        echo = nested({})
        echo[0].add_new(0x00189082, "OB", struct.pack("<f", 2.5))
        dataset.SharedFunctionalGroupsSequence = nested({"MREchoSequence": echo})

    assert facts(EchoTime=None, edit=plant).echo_time_ms is None
