"""What is used again depends on nothing but engine, context and element."""

import random
import struct
import zlib

import pytest

from cmr_deid import contexts
from cmr_deid.contexts import Contexts
from cmr_deid.engine import Engine
from cmr_deid.profile import default_profile
from cmr_deid.reading import read_raw

IMPLICIT, DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99"


@pytest.fixture(scope="module")
def of_many_exams(mr, nested, cmr_exam):
    """Instances of several patients, exams, vendors, character sets and encodings."""
    made = [
        path.read_bytes()
        for vendor, seed, patient in (("siemens", 4, 1), ("siemens", 5, 1), ("siemens", 6, 2), ("ge", 4, 1))
        for path in cmr_exam(vendor=vendor, size="tiny", seed=seed, patient_seed=patient).files[:12]
    ]

    def ge_block(speed, creator="GEMS_ACQU_01"):
        def edit(dataset):
            block = dataset.private_block(0x0019, creator, create=True)
            block.add_new(0xCC, "SS", speed)
            block.add_new(0x9C, "LO", "Fnordvexil")

        return edit

    for number in range(4):
        references = nested({"ReferencedSOPInstanceUID": f"1.2.3.{number % 2}"})
        same = {"SOPInstanceUID": f"1.2.{number}", "ReferencedImageSequence": references}
        made += [
            mr(**same),
            mr(**same, syntax=IMPLICIT),
            mr(**same, PatientID=f"MRN{number % 2}0042"),
            mr(**same, StudyInstanceUID=f"1.2.3.4.{number % 3}"),
            mr(**same, SpecificCharacterSet="ISO_IR 144", PatientName="Люк^Ян"),
            mr(**same, PatientName="Aera^Coil", StationName="Aera", ReceiveCoilName="Coil Aera"),
            mr(**same, SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1", ContentDate="2012"),
            mr(**same, edit=ge_block(number), TriggerTime=str(number % 2)),
            mr(**same, edit=ge_block(number, "SOMEBODY")),
            mr(**same, IssuerOfPatientID=f"CLINIC{number % 2}"),
            mr(**same, preamble=b"x" * 128, tail=b"Zebulonia"),
        ]
    return made


def record(result):
    return result.data, result.changes, result.removed_values, result.facts, result.subject, result.exam


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_of_instances_gives_what_a_fresh_engine_gives(of_many_exams, identities, seed):
    shuffled = random.Random(seed).sample(of_many_exams * 2, len(of_many_exams) * 2)
    engine = Engine(identities)
    fresh = {}
    for data in shuffled:
        if data not in fresh:
            fresh[data] = record(Engine(identities).deidentify(data))
        assert record(engine.deidentify(data)) == fresh[data]


def test_a_byte_that_changes_in_a_remembered_element_is_seen(mr, identities):
    engine = Engine(identities)
    data = mr(SequenceName="*tfi2d1_12")
    for old, new in (
        (b"*tfi2d1_12", b"*tfi2d1_21"),
        (b"cine_sax", b"cine_2ch"),
        (b"76Y", b"77Y"),
        (b"MRN-0042177", b"MRN-0042178"),
    ):
        changed = data.replace(old, new)
        assert changed != data
        engine.deidentify(data)
        assert record(engine.deidentify(changed)) == record(Engine(identities).deidentify(changed))


def test_an_attribute_that_stands_twice_is_reported_each_time(mr, identities, raw_element):
    inner = raw_element(0x00081150, "UI", b"1.2.3\0") * 2
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner
    data = mr()
    place = data.index(b"\x10\x00\x10\x00PN")
    data = data[:place] + raw_element(0x00081140, "SQ", item, long=True) + data[place:]
    engine = Engine(identities)
    first, second = (engine.deidentify(data).changes for _ in range(2))
    assert first == second
    assert any(change.rule == "the attribute stands twice" for change in first)


def test_what_is_remembered_is_bounded(mr, identities, monkeypatch):
    monkeypatch.setattr("cmr_deid.elements.MOST_REMEMBERED", 500)
    monkeypatch.setattr(contexts, "MOST_CONTEXTS", 2)
    monkeypatch.setattr(contexts, "MOST_OUTCOMES", 3)
    engine = Engine(identities)
    for number in range(6):
        data = mr(PatientID=f"MRN{number}0042", syntax=IMPLICIT if number % 2 else "1.2.840.10008.1.2.1")
        assert record(engine.deidentify(data)) == record(Engine(identities).deidentify(data))
    known = engine._memory.after(True), engine._memory.after(False)
    assert sum(len(raw) for side in known for raw, _ in side.values()) <= 500
    assert len(engine._contexts._known) <= 2


def test_bytes_in_other_hands_are_read_without_memory(mr, identities):
    data = mr()
    engine = Engine(identities)
    engine.deidentify(data)
    assert read_raw(memoryview(data), engine._memory).data_set == read_raw(data).data_set
    framed = memoryview(b"xx" + data)[2:]
    assert read_raw(framed, engine._memory).data_set == read_raw(data).data_set


def test_one_context_serves_an_exam(mr, identities):
    known = Contexts(identities, default_profile(), None)
    first, second = (known.of(read_raw(mr(SOPInstanceUID=uid)).data_set) for uid in ("1.2.3", "1.2.4"))
    other = known.of(read_raw(mr(PatientID="MRN-1")).data_set)
    assert first is second
    assert other is not first
    assert other.patient != first.patient


def test_values_of_the_file_meta_are_searched_and_reported(mr, engine):
    def plant(dataset):
        dataset.file_meta.SourceApplicationEntityTitle = "FNORDVEXIL"

    result = engine.deidentify(mr(edit=plant))
    assert "FNORDVEXIL" in result.removed_values
    paths = {change.path: change.rule for change in result.changes}
    assert paths["(0002,0016) SourceApplicationEntityTitle"] == "file meta is written anew"
    assert b"FNORDVEXIL" not in result.data


def deflated(data, tail=b""):
    """The same file with a deflated data set."""
    end = 144 + struct.unpack_from("<L", data, 140)[0]
    syntax = b"\x02\x00\x10\x00UI\x16\x00" + DEFLATED.encode()
    place = data.index(b"\x02\x00\x10\x00UI")
    length = struct.unpack_from("<H", data, place + 6)[0]
    meta = data[132:place] + syntax + data[place + 8 + length : end]
    squeezer = zlib.compressobj(wbits=-15)
    return data[:132] + meta + squeezer.compress(data[end:]) + squeezer.flush() + tail


def test_a_deflated_file_leaves_as_any_other(mr, engine):
    plain = engine.deidentify(mr())
    squeezed = engine.deidentify(deflated(mr()))
    assert squeezed.data == plain.data
    assert squeezed.transfer_syntax_uid == "1.2.840.10008.1.2.1"
    assert engine.deidentify(deflated(mr(), b"\0")).changes == squeezed.changes
    after_end = engine.deidentify(deflated(mr(), b"Zebulonia"))
    assert b"Zebulonia" not in after_end.data
    assert any(c.path.startswith("bytes after") for c in after_end.changes)
