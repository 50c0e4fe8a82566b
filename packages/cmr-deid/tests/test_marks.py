"""What an output says about its own de-identification, also where its source said something already."""

import io
from importlib.metadata import version

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cmr_deid.elements import Element
from cmr_deid.engine import Engine
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_deid.leaks import search
from cmr_deid.marks import CODES, EQUIPMENT_VERSION, METHOD, put_marks, read_seal
from cmr_deid.methods import lawful_methods
from cmr_deid.profile import PROFILE_ID, default_profile
from cmr_deid.reading import read_raw
from cmr_deid.rekey import Place, ReleaseIdentities, rekey
from cmr_deid.text import plain
from cmr_deid.verify import inspect

ENHANCED = "1.2.840.10008.5.1.4.1.1.4.1"
DONE = ["113100", "113105", "113107", "113108", "113111"]


def read(data):
    return pydicom.dcmread(io.BytesIO(data))


def codes(dataset):
    return [item.CodeValue for item in dataset.DeidentificationMethodCodeSequence]


def coded(value, meaning, scheme="DCM"):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


@pytest.fixture
def marked_elsewhere(mr):
    """An image that another tool has de-identified, as it says."""

    def edit(dataset):
        dataset.PatientIdentityRemoved = "YES"
        dataset.DeidentificationMethod = [
            "Per DICOM PS 3.15 AnnexE by Fnordvexil",
            "CTP Basic Profile",
            "Zebulonia",
        ]
        dataset.DeidentificationMethodCodeSequence = Sequence(
            [
                coded("113100", "Basic Application Confidentiality Profile"),
                coded("113102", "Clean Recognizable Visual Features Option"),
                coded("local", "Wexandra method", "99WEX"),
            ]
        )
        dataset.LongitudinalTemporalInformationModified = "UNMODIFIED"
        dataset.BurnedInAnnotation = "NO"
        dataset.RecognizableVisualFeatures = "NO"
        equipment = Dataset()
        equipment.Manufacturer, equipment.InstitutionName = "Wexandra Soft", "Wexandra Clinic"
        equipment.PurposeOfReferenceCodeSequence = Sequence([coded("109104", "De-identifying Equipment")])
        dataset.ContributingEquipmentSequence = Sequence([equipment])

    return mr(edit=edit)


def test_every_mark_of_the_standard_is_written(engine, mr):
    out = read(engine.deidentify(mr()).data)
    assert out.PatientIdentityRemoved == "YES"
    assert out.LongitudinalTemporalInformationModified == "MODIFIED"
    assert codes(out) == DONE
    assert out.DeidentificationMethod[0] == f"CMR Registry {PROFILE_ID} {default_profile().edition}"
    assert "BurnedInAnnotation" not in out


def test_the_pixel_option_is_claimed_only_where_pixels_were_looked_at(engine, mr):
    result = engine.deidentify(mr(), pixels_looked_at=True)
    out = read(result.data)
    assert codes(out) == sorted([*DONE, "113101"])
    assert out.BurnedInAnnotation == "NO"
    assert inspect(result.data).findings == ()
    assert {code for code, _ in CODES} == {*DONE, "113101"}


def test_the_equipment_that_de_identified_stands_once_without_place_or_time(engine, marked_elsewhere):
    out = read(engine.deidentify(marked_elsewhere).data)
    assert len(out.ContributingEquipmentSequence) == 1
    item = out.ContributingEquipmentSequence[0]
    assert (item.Manufacturer, item.ManufacturerModelName) == ("CMR Registry", "cmr-deid")
    purpose = item.PurposeOfReferenceCodeSequence[0]
    assert (purpose.CodeValue, purpose.CodingSchemeDesignator) == ("109104", "DCM")
    assert PROFILE_ID in item.ContributionDescription
    assert default_profile().edition in item.ContributionDescription
    assert {element.VR for element in item} == {"LO", "ST", "SQ"}


def test_the_equipment_names_the_version_of_the_package():
    assert version("cmr-deid").startswith(f"{EQUIPMENT_VERSION}.")


def test_what_another_tool_claims_is_not_claimed_again(engine, marked_elsewhere):
    result = engine.deidentify(marked_elsewhere)
    out = read(result.data)
    assert codes(out) == DONE
    assert out.LongitudinalTemporalInformationModified == "MODIFIED"
    assert "BurnedInAnnotation" not in out
    assert "RecognizableVisualFeatures" not in out
    assert inspect(result.data).findings == ()
    assert search(result.data, result.removed_values) == []


def test_of_another_tools_method_only_words_of_profiles_stay(engine, marked_elsewhere):
    out = read(engine.deidentify(marked_elsewhere).data)
    assert list(out.DeidentificationMethod[2:]) == ["Per DICOM PS 3.15 AnnexE by", "CTP Basic Profile"]


def test_an_iod_that_asks_for_burned_in_annotation_keeps_its_statement(engine, mr):
    out = read(engine.deidentify(mr(SOPClassUID=ENHANCED, BurnedInAnnotation="NO")).data)
    assert out.BurnedInAnnotation == "NO"
    assert codes(out) == DONE


def test_running_the_engine_on_its_own_output_changes_nothing(engine, mr, marked_elsewhere):
    for data in (mr(), marked_elsewhere):
        for looked_at in (False, True):
            once = engine.deidentify(data, pixels_looked_at=looked_at).data
            assert engine.deidentify(once).data == once
            assert engine.deidentify(once, pixels_looked_at=looked_at).data == once


def test_marks_do_not_pile_up_from_center_to_center(engine, marked_elsewhere):
    other = Engine(Identities(new_key(bytes(range(5, 37)))))
    result = other.deidentify(engine.deidentify(marked_elsewhere).data)
    out = read(result.data)
    assert len(out.ContributingEquipmentSequence) == 1
    assert list(out.DeidentificationMethod[2:]) == ["Per DICOM PS 3.15 AnnexE by", "CTP Basic Profile"]
    assert engine.identities.key_id not in str(out.DeidentificationMethod)
    assert inspect(result.data).findings == ()


def test_the_seal_stands_over_the_words_of_the_other_tool_too(engine, marked_elsewhere):
    once = engine.deidentify(marked_elsewhere).data
    assert read_seal(read_raw(once).data_set, engine.identities) is not None
    changed = once.replace(b"CTP Basic Profile", b"CTP Basic profile")
    assert read_seal(read_raw(changed).data_set, engine.identities) is None
    assert read_seal({}, engine.identities) is None


def test_a_release_keeps_all_marks_and_takes_its_own_seal(engine, marked_elsewhere):
    coded_file = engine.deidentify(marked_elsewhere, pixels_looked_at=True).data
    release = ReleaseIdentities(bytes(range(1, 33)))
    released = rekey(coded_file, release, Place("1", release.subject("1"), release.exam("1"), 0))
    before, after = read(coded_file), read(released.data)
    assert codes(after) == codes(before)
    assert after.ContributingEquipmentSequence == before.ContributingEquipmentSequence
    assert after.DeidentificationMethod[2:] == before.DeidentificationMethod[2:]
    assert after.DeidentificationMethod[1].startswith(f"{release.key_id} ")
    assert inspect(released.data).findings == ()


def test_marks_replace_what_a_data_set_carries(identities):
    data_set = {
        METHOD: Element(METHOD, "LO", b"name of a person"),
        0x00120062: Element(0x00120062, "CS", b"NO"),
    }
    put_marks(data_set, default_profile(), identities, "A" * 17)
    assert plain(data_set[0x00120062]) == "YES"
    assert b"person" not in data_set[METHOD].value


@pytest.mark.parametrize(
    ("text", "lawful"),
    [
        ("", ""),
        ("Smith", ""),
        ("by Dr. Smith", ""),
        ("and of the", ""),
        ("Basic Application Confidentiality Profile", "Basic Application Confidentiality Profile"),
        ("CTP\\CTP\\mri_reface 0.3.4", "CTP\\mri_reface"),
        ("Basic Profile, Müller 17.08.1944", "Basic Profile"),
        ("Retain Safe Private for MRN-0042177", "Retain Safe Private for"),
        ("Details in (0012,0064)", "Details in 0012,0064"),
        ("\\".join(["Basic Profile E"] * 3 + [f"Option {n}" for n in range(113100, 113112)]), None),
        ("Profile " * 30, " ".join(["Profile"] * 8)),
    ],
)
def test_only_words_of_a_closed_list_stay(text, lawful):
    found = lawful_methods(text)
    assert found == lawful or (lawful is None and found.count("\\") == 7)
    assert lawful_methods(found) == found
    assert all(len(value) <= 64 for value in found.split("\\"))


def test_the_second_look_takes_no_other_word_there(engine, marked_elsewhere):
    once = engine.deidentify(marked_elsewhere).data
    for forged in (b"CTP Basic Profila", b"CTP Basic  Smith ", b"CTP_Basic_Profile"):
        changed = once.replace(b"CTP Basic Profile", forged)
        assert changed != once
        assert {f.reason_code for f in inspect(changed).findings} == {"identifying_value"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"cmr-deid", b"smithson"),
        (b"De-identified by profile", b"De-identified by Smithson"),
        (b"CMR Registry", b"Wexandra Cli"),
    ],
)
def test_the_second_look_takes_no_other_equipment(engine, mr, old, new):
    once = engine.deidentify(mr()).data
    at = once.rindex(old)
    changed = once[:at] + new[: len(old)] + once[at + len(old) :]
    assert "identifying_value" in {f.reason_code for f in inspect(changed).findings}


def test_real_images_that_were_marked_elsewhere_are_marked_anew(engine, shared_data):
    taken = 0
    for path in sorted(shared_data("mr_other/dcm_qa_deident").rglob("*.dcm"))[:6]:
        data = path.read_bytes()
        if b"113102" not in data[:16384]:
            continue
        changed = data
        result = engine.deidentify(changed, frozenset({"not_a_heart"}))
        out = read(result.data)
        taken += 1
        assert codes(out) == DONE
        assert list(out.DeidentificationMethod[2:]) == [
            "mri_reface",
            "Per DICOM PS 3.15 AnnexE Details in 0012,0064",
        ]
        assert len(out.ContributingEquipmentSequence) == 1
        assert inspect(result.data).findings == ()
        assert engine.deidentify(result.data).data == result.data
    assert taken > 0
