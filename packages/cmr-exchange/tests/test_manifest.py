"""The manifest is read strictly, says the same bytes for the same content, and fits its shipped JSON Schema."""

import copy
import dataclasses
import json
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_exchange import manifest as module
from cmr_exchange.errors import MalformedDocumentError, UnknownVersionError
from cmr_exchange.facts import GATINGS, VENC_DIRECTIONS, AcquisitionFacts
from cmr_exchange.manifest import (
    Contents,
    DeliveryManifest,
    InstanceEntry,
    MissingCode,
    ReportValue,
    SeriesEntry,
    ValueSource,
)

SCHEMA = json.loads((files("cmr_exchange") / "schemas" / "manifest-1.json").read_text())
DIGEST = "ab" * 32
SUBJECT = "ABCDEFGHIJKLMNOP2"

uids = st.integers(0, 2**128 - 1).map(lambda n: f"2.25.{n}")
instances = st.builds(
    InstanceEntry,
    sop_instance_uid=uids,
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    size=st.integers(132, 2**34),
)
numbers = st.none() | st.floats(-1e6, 1e6)
facts = st.builds(
    AcquisitionFacts,
    venc_cm_s=numbers,
    n_phases=st.none() | st.integers(1, 100),
    venc_direction=st.none() | st.sampled_from(VENC_DIRECTIONS),
    gating=st.none() | st.sampled_from(GATINGS),
    b_value_s_mm2=st.none() | st.floats(0, 1e5),
    trigger_time_ms=st.none() | st.floats(0, 1e7),
    slice_timing_ms=st.none() | st.lists(st.floats(0, 1e7), max_size=4).map(tuple),
)
values = st.builds(
    ReportValue,
    source=st.sampled_from(ValueSource),
    value=st.integers(0, 900)
    | st.floats(0, 900)
    | st.text(max_size=20)
    | st.lists(st.text(max_size=4), max_size=3),
) | st.builds(ReportValue, source=st.sampled_from(ValueSource), missing=st.sampled_from(MissingCode))


@st.composite
def manifests(draw):
    series = tuple(
        SeriesEntry(uid, tuple(draw(st.lists(instances, min_size=1, max_size=3))), draw(facts))
        for uid in draw(st.lists(uids, max_size=3, unique=True))
    )
    listed = [i.sop_instance_uid for s in series for i in s.instances]
    if len(set(listed)) < len(listed):
        series = ()
    return DeliveryManifest(
        exchange_version=1,
        center="riverside",
        subject=SUBJECT,
        exam=SUBJECT,
        version=draw(st.integers(1, 99)),
        contents=draw(st.sampled_from(Contents)),
        day=draw(st.none() | st.integers(-9000, 9000)),
        exam_year=draw(st.none() | st.integers(1980, 2200)),
        profile="cmr-mr-1",
        profile_digest=DIGEST,
        dictionary_version="1.0",
        key_id="k-12345678",
        software="cmr-connector 0.1.0",
        study_instance_uid=draw(uids) if series else None,
        values=draw(st.dictionaries(st.sampled_from(["lv_edv_ml", "sex", "lge_present"]), values)),
        series=series,
    )


@pytest.fixture
def document():
    manifest = DeliveryManifest(
        exchange_version=1,
        center="riverside",
        subject=SUBJECT,
        exam=SUBJECT,
        version=1,
        contents=Contents.IMAGES_AND_REPORT,
        day=0,
        exam_year=2024,
        profile="cmr-mr-1",
        profile_digest=DIGEST,
        dictionary_version="1.0",
        key_id="k-12345678",
        software="cmr-connector 0.1.0",
        study_instance_uid="2.25.1",
        values={"lv_edv_ml": ReportValue(ValueSource.REPORT_CSV, 150.5)},
        series=(
            SeriesEntry("2.25.2", (InstanceEntry("2.25.3", DIGEST, 5000),), AcquisitionFacts("siemens", 1.5)),
        ),
    )
    return copy.deepcopy(manifest.to_document())


@given(manifests())
def test_what_is_written_is_read_back_and_fits_the_schema(manifest):
    document = json.loads(manifest.canonical_bytes())
    assert DeliveryManifest.from_document(document) == manifest
    jsonschema.validate(document, SCHEMA)
    assert len(list(manifest.instances())) == sum(len(s.instances) for s in manifest.series)


@given(manifests())
def test_the_digest_does_not_depend_on_the_order_of_fields(manifest):
    shuffled = dict(reversed(json.loads(manifest.canonical_bytes()).items()))
    assert DeliveryManifest.from_document(shuffled).digest() == manifest.digest()


def change(document, path, value):
    *parents, last = path
    for step in parents:
        document = document[step]
    if value is ...:
        del document[last]
    else:
        document[last] = value


REFUSED = {
    "a field that the contract does not know": (["patient_name"], "x"),
    "an unknown field in an instance": (["series", 0, "instances", 0, "path"], "x"),
    "a missing field": (["subject"], ...),
    "a subject that is no pseudonym": (["subject"], "DOE^JANE"),
    "a day as text": (["day"], "2024-07-04"),
    "a boolean as version": (["version"], True),
    "a version of zero": (["version"], 0),
    "a year far away": (["exam_year"], 1066),
    "an unknown kind of contents": (["contents"], "everything"),
    "a digest that is none": (["profile_digest"], "abc"),
    "a UID with letters": (["series", 0, "series_instance_uid"], "1.2.x"),
    "a UID of 65 characters": (["series", 0, "series_instance_uid"], "1." + "2" * 63),
    "series without a study": (["study_instance_uid"], ...),
    "a study without series": (["series"], []),
    "series that are no list": (["series"], {}),
    "a series that is no object": (["series", 0], "2.25.2"),
    "a size below a DICOM preamble": (["series", 0, "instances", 0, "size"], 12),
    "values that are no object": (["values"], []),
    "an item with capital letters": (["values", "LV EDV"], {"source": "dicom", "value": 1}),
    "a value with a missing code": (["values", "lv_edv_ml", "missing"], "unknown"),
    "neither value nor missing code": (["values", "lv_edv_ml", "value"], ...),
    "an unknown source": (["values", "lv_edv_ml", "source"], "hearsay"),
    "a value that is an object": (["values", "lv_edv_ml", "value"], {"a": 1}),
    "a value that is infinite": (["values", "lv_edv_ml", "value"], float("inf")),
    "a text of 300 characters": (["values", "lv_edv_ml", "value"], "x" * 300),
    "facts with an unknown field": (["series", 0, "facts", "station_name"], "MR1"),
    "a fact of another type": (["series", 0, "facts", "field_strength_t"], "1.5"),
    "a manufacturer that is a number": (["series", 0, "facts", "manufacturer"], 5),
    "a heart interval that is no number": (["series", 0, "facts", "nominal_interval_ms"], True),
    "a fact that is null": (["series", 0, "facts", "venc_cm_s"], None),
    "zero phases": (["series", 0, "facts", "n_phases"], 0),
    "zero slices": (["series", 0, "facts", "n_slices"], 0),
    "a direction of its own": (["series", 0, "facts", "venc_direction"], "upward"),
    "a direction that is a list": (["series", 0, "facts", "venc_direction"], ["rl"]),
    "a gating of its own": (["series", 0, "facts", "gating"], "by hand"),
    "a negative b-value": (["series", 0, "facts", "b_value_s_mm2"], -1),
    "a trigger time of three hours": (["series", 0, "facts", "trigger_time_ms"], 1.1e7),
    "an acceleration below one": (["series", 0, "facts", "acceleration_factor"], 0.5),
    "slice times that are one number": (["series", 0, "facts", "slice_timing_ms"], 20.5),
    "a slice time that is a text": (["series", 0, "facts", "slice_timing_ms"], [0, "20.5"]),
    "a slice time before the start": (["series", 0, "facts", "slice_timing_ms"], [0, -20.5]),
    "too many slice times": (["series", 0, "facts", "slice_timing_ms"], [0] * 1025),
}


@pytest.mark.parametrize(("path", "value"), REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses(document, path, value):
    change(document, path, value)
    with pytest.raises(MalformedDocumentError) as refusal:
        DeliveryManifest.from_document(document)
    assert "DOE" not in str(refusal.value)
    assert "hearsay" not in str(refusal.value)
    if value != float("inf") and path != ["study_instance_uid"] and value != []:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, SCHEMA)


def test_it_refuses_an_instance_that_is_listed_twice(document):
    document["series"][0]["instances"] *= 2
    with pytest.raises(MalformedDocumentError, match="listed twice"):
        DeliveryManifest.from_document(document)


def test_it_refuses_another_exchange_version_and_says_who_can_mend_it(document):
    document["exchange_version"] = 2
    with pytest.raises(UnknownVersionError, match="Hospital IT"):
        DeliveryManifest.from_document(document)


def test_it_refuses_more_values_than_the_limit(document, monkeypatch):
    monkeypatch.setattr(module, "MAX_VALUES", 0)
    with pytest.raises(MalformedDocumentError):
        DeliveryManifest.from_document(document)


def test_a_number_of_the_reader_keeps_its_type(document):
    document["values"]["lv_edv_ml"]["value"] = 150
    assert isinstance(DeliveryManifest.from_document(document).values["lv_edv_ml"].value, int)


def test_facts_of_an_older_version_stay_readable():
    known = {"manufacturer": "siemens", "venc_cm_s": 150.0, "n_phases": 25}
    assert AcquisitionFacts.from_document(known).to_document() == known


def test_the_schema_lists_every_fact():
    schema = SCHEMA["properties"]["series"]["items"]["properties"]["facts"]["properties"]
    assert set(schema) == {field.name for field in dataclasses.fields(AcquisitionFacts)}


def test_facts_can_be_hashed_and_come_back_the_same():
    facts = AcquisitionFacts(slice_timing_ms=(0.0, 52.5), venc_direction="ap", acceleration_factor=3.0)
    again = AcquisitionFacts.from_document(json.loads(json.dumps(facts.to_document())))
    assert again == facts
    assert len({again, facts}) == 1
