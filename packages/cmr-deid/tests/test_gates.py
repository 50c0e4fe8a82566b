import io

import pydicom
import pytest
from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence

from cmr_deid.errors import DeidRefusal, InstanceHeld, InstanceRejected
from cmr_deid.gates import ACCEPTED_CLASSES, gate_instance
from cmr_deid.reading import read_source
from cmr_deid.verify import inspect

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
    ({"PatientID": "---"}, "no_patient_id"),
    *(
        ({"PatientID": nobody}, "no_patient_id")
        for nobody in ("test", "xxx", "N.N.", "NN", "Phantom", "dummy")
    ),
    ({"PatientID": ["MRN-0042177", "MRN-0042178"]}, "two_patients"),
    ({"BodyPartExamined": "KNEE"}, "not_a_heart"),
]


STORAGE_CLASSES = sorted(
    uid
    for uid, row in UID_dictionary.items()
    if row[1] == "SOP Class"
    and "Storage" in row[0]
    and "Commitment" not in row[0]
    and uid not in ACCEPTED_CLASSES
)
PRIVATE_CLASSES = ["1.3.12.2.1107.5.9.1", "1.2.840.113619.4.27", "1.3.46.670589.11.0.0.12.1", "1.2.3.4"]


def item(**values):
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return Sequence([dataset])


DISGUISES = {
    "capture device": {"SecondaryCaptureDeviceManufacturer": "Fnord"},
    "capture software": {"SecondaryCaptureDeviceSoftwareVersions": "1"},
    "conversion": {"ConversionType": "SYN"},
    "report": {"ContentSequence": item(TextValue="x")},
    "waveform": {"WaveformSequence": item(ChannelLabel="II")},
    "spectrum": {"SpectroscopyData": b"\0\0\0\0"},
    "structure set": {"StructureSetROISequence": item(ROIName="x")},
    "graphics": {"GraphicAnnotationSequence": item(GraphicLayer="x")},
    "segments": {"SegmentSequence": item(SegmentLabel="x")},
    "parametric map": {"FloatPixelData": b"\0\0\0\0"},
    "color": {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"},
    "palette": {"PhotometricInterpretation": "PALETTE COLOR"},
    "luminance": {"PhotometricInterpretation": "YBR_FULL_422"},
    "screen save": {"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]},
    "result sheet": {"ImageType": ["DERIVED", "SECONDARY", "OTHER", "RESULT"]},
    "screen save in words": {"SeriesDescription": "Screen_Save"},
    "burned in": {"BurnedInAnnotation": "yes"},
    "another modality": {"Modality": "OT"},
}


@pytest.mark.parametrize("sop_class", STORAGE_CLASSES + PRIVATE_CLASSES)
def test_no_other_class_passes_either_gate(mr, engine, clean, sop_class):
    with pytest.raises(InstanceRejected) as caught:
        engine.deidentify(mr(SOPClassUID=sop_class))
    assert caught.value.reason.code in ("sop_class", "secondary_capture")
    changed = clean(lambda dataset: setattr(dataset, "SOPClassUID", sop_class))
    assert {f.reason_code for f in inspect(changed).findings} & {
        "sop_class",
        "secondary_capture",
        "identifying_value",
    }


@pytest.mark.parametrize("name", DISGUISES)
def test_no_disguise_passes_either_gate(mr, engine, clean, name):
    def edit(dataset):
        for keyword, value in DISGUISES[name].items():
            setattr(dataset, keyword, value)

    for look in (lambda data: gate_instance(read_source(data)), engine.deidentify):
        with pytest.raises(InstanceRejected):
            look(mr(edit=edit))
    assert inspect(clean(edit)).findings != ()


def test_forty_classes_and_twelve_disguises_are_more_than_enough():
    assert len(STORAGE_CLASSES) + len(PRIVATE_CLASSES) > 150
    assert len(DISGUISES) >= 12


@pytest.fixture(scope="module")
def clean(mr, engine):
    """An output that passes the second gate, with something changed in it."""
    output = engine.deidentify(mr()).data
    assert inspect(output).findings == ()

    def change(edit):
        dataset = pydicom.dcmread(io.BytesIO(output))
        edit(dataset)
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        buffer = io.BytesIO()
        dcmwrite(buffer, dataset, enforce_file_format=True)
        return buffer.getvalue()

    return change


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


@pytest.mark.parametrize("patient_id", ["TEST001", "phantom-7", "NN12", "xxx1"])
def test_a_patient_id_with_a_number_of_its_own_is_taken(mr, patient_id):
    gate_instance(read_source(mr(PatientID=patient_id)))
