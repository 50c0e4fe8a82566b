import pytest
from pydicom.dataset import Dataset

from cmr_deid.errors import DeidRefusal, InstanceHeld, InstanceRejected
from cmr_deid.gates import gate_instance
from cmr_deid.reading import read_source

ROOT = "1.2.840.10008.5.1.4.1.1."
REFUSED = [
    ({"SOPClassUID": ROOT + "7"}, "secondary_capture"),
    ({"SOPClassUID": ROOT + "7.4", "Modality": "OT"}, "secondary_capture"),
    ({"SOPClassUID": ROOT + "2", "Modality": "CT"}, "not_mr"),
    ({"SOPClassUID": ROOT + "6.1", "Modality": "US"}, "not_mr"),
    ({"SOPClassUID": ROOT + "88.33", "Modality": "SR"}, "sop_class"),
    ({"SOPClassUID": ROOT + "104.1", "Modality": "DOC"}, "sop_class"),
    ({"SOPClassUID": ROOT + "66", "Modality": "MR"}, "sop_class"),
    ({"SOPClassUID": ROOT + "9.1.1", "Modality": "ECG"}, "sop_class"),
    ({"SOPClassUID": ROOT + "11.1", "Modality": "PR"}, "sop_class"),
    ({"SOPClassUID": "1.3.12.2.1107.5.9.1", "Modality": "MR"}, "sop_class"),
    ({"SOPClassUID": None}, "sop_class"),
    ({"Modality": "CT"}, "not_mr"),
    ({"Modality": None}, "not_mr"),
    ({"ConversionType": "WSD"}, "secondary_capture"),
    ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "screen_save"),
    ({"ImageType": ["DERIVED", "SECONDARY", "CSA REPORT"]}, "screen_save"),
    ({"ImageType": ["DERIVED", "SECONDARY", "RESULT_TABLE"]}, "screen_save"),
    ({"SamplesPerPixel": 3}, "screen_save"),
    ({"BurnedInAnnotation": "YES"}, "burned_in"),
    ({"SOPInstanceUID": None}, "missing_uid"),
    ({"SeriesInstanceUID": "abc"}, "missing_uid"),
    ({"StudyInstanceUID": ""}, "missing_uid"),
    ({"Rows": None}, "pixel_length"),
    ({"Rows": 5}, "pixel_length"),
    ({"Rows": ""}, "pixel_length"),
    ({"Columns": 0}, "pixel_length"),
    ({"BitsAllocated": 12}, "pixel_length"),
    ({"NumberOfFrames": 2}, "pixel_length"),
    ({"BodyPartExamined": "HEAD"}, "head_coverage"),
    ({"BodyPartExamined": "BRAIN"}, "head_coverage"),
]
HELD = [
    ({"PatientID": ""}, "no_patient_id"),
    ({"PatientID": None}, "no_patient_id"),
    ({"PatientID": "0000"}, "no_patient_id"),
    ({"PatientID": "Anonymous"}, "no_patient_id"),
    ({"BodyPartExamined": "KNEE"}, "not_a_heart"),
]


@pytest.mark.parametrize(("values", "code"), REFUSED)
def test_it_rejects_what_is_never_taken(mr, engine, values, code):
    for look in (lambda data: gate_instance(read_source(data)), engine.deidentify):
        with pytest.raises(InstanceRejected) as caught:
            look(mr(**values))
        assert caught.value.reason.code == code


@pytest.mark.parametrize(("values", "code"), HELD)
def test_it_holds_what_a_person_can_mend(mr, engine, values, code):
    for look in (lambda data: gate_instance(read_source(data)), engine.deidentify):
        with pytest.raises(InstanceHeld) as caught:
            look(mr(**values))
        assert caught.value.reason.code == code


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"BodyPartExamined": "HEART"},
        {"BodyPartExamined": "CHEST"},
        {"ImageType": ["ORIGINAL", "PRIMARY", "OTHER"]},
        {"ImageType": ["DERIVED", "SECONDARY", "T1 MAP"]},
        {"BurnedInAnnotation": "NO"},
        {"SOPClassUID": ROOT + "4.1"},
        {"SOPClassUID": ROOT + "4.4"},
    ],
)
def test_it_takes_mr_images(mr, engine, values):
    gate_instance(read_source(mr(**values)))
    assert engine.deidentify(mr(**values)).data


def test_a_person_may_release_what_was_held_but_not_what_was_rejected(mr, engine):
    released = frozenset({"not_a_heart", "no_patient_id", "head_coverage"})
    assert engine.deidentify(mr(BodyPartExamined="KNEE"), released).data
    for values in ({"BodyPartExamined": "HEAD"}, {"PatientID": ""}):
        with pytest.raises(DeidRefusal):
            engine.deidentify(mr(**values), released)


def test_a_dataset_without_meta_or_pixels_is_refused(mr):
    dataset = read_source(mr())
    del dataset.PixelData
    with pytest.raises(InstanceRejected) as caught:
        gate_instance(dataset)
    assert caught.value.reason.code == "pixel_length"
    del dataset.file_meta
    with pytest.raises(InstanceRejected) as caught:
        gate_instance(dataset)
    assert caught.value.reason.code == "transfer_syntax"
    with pytest.raises(InstanceRejected):
        gate_instance(Dataset())


def test_a_refusal_carries_a_sentence_and_no_value(mr, engine):
    with pytest.raises(DeidRefusal) as caught:
        engine.deidentify(mr(PatientID=""))
    assert "Fnordvexil" not in str(caught.value)
    assert caught.value.reason.sentence in str(caught.value)
