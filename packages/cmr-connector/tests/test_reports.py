"""Reports: tables and HL7 messages, matched to their exam by accession number; only coded values cross."""

import asyncio
import json

import pydicom
import pytest

from cmr_connector.config import MllpSettings
from cmr_connector.handover import take_all
from cmr_connector.hl7_report import MessageRejected, parse_message, reports_of
from cmr_connector.intake import Source
from cmr_connector.mllp import Listener, answer
from cmr_connector.report_intake import NamedReport
from cmr_connector.report_values import read_cells
from cmr_connector.reports_csv import ReportFolder, read_table
from cmr_connector.states import ExamState, ReportState
from cmr_exchange.manifest import Contents, ValueSource


@pytest.fixture
def cmr_exam(cmr_exam, few):
    return lambda **options: few(cmr_exam(**options), 5)


@pytest.fixture
def drop(workplace, tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder, ReportFolder(workplace.store, workplace.reports, folder, 0.0)


def manifests(registry):
    return registry.accepted()


def test_a_report_that_came_first_travels_with_the_images(workplace, registry, cmr_exam, deliver, drop):
    exam, (folder, source) = cmr_exam(), drop
    (folder / "report.csv").write_bytes(exam.report_csv.read_bytes())
    [report] = source.poll()
    assert report.state is ReportState.WAITING
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    [manifest] = manifests(registry)
    assert manifest.contents is Contents.IMAGES_AND_REPORT
    assert manifest.values["final_diagnosis"].value
    assert manifest.values["lv_edv_ml"].value == float(exam.report_values["lv_edv_ml"])
    assert manifest.values["lv_edv_ml"].source is ValueSource.REPORT_CSV
    assert workplace.store.reports.get(report.id).state is ReportState.MATCHED


def test_a_report_that_comes_later_makes_a_new_version_without_sending_images_again(
    workplace, registry, cmr_exam, deliver, drop
):
    exam, (folder, source) = cmr_exam(), drop
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    requests = registry.stow_requests
    (folder / "report.csv").write_bytes(exam.report_csv.read_bytes())
    source.poll()
    deliver(workplace)
    first, second = manifests(registry)
    assert (first.contents, second.contents) == (Contents.IMAGES_ONLY, Contents.IMAGES_AND_REPORT)
    assert second.version == 2
    assert second.series == first.series
    assert registry.stow_requests == requests


def test_the_same_table_again_changes_nothing(workplace, registry, cmr_exam, deliver, drop):
    exam, (folder, source) = cmr_exam(), drop
    take_all(workplace, exam.root, Source.COMMAND)
    (folder / "a.csv").write_bytes(exam.report_csv.read_bytes())
    source.poll()
    deliver(workplace)
    (folder / "b.csv").write_bytes(exam.report_csv.read_bytes())
    source.poll()
    deliver(workplace)
    assert [manifest.version for manifest in manifests(registry)] == [1]
    assert len(workplace.store.reports.listed()) == 1


def test_a_report_of_another_patient_is_rejected(workplace, registry, cmr_exam, deliver):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    report = NamedReport(exam.accession_number, "SOMEBODY-ELSE", (("lv_edv_ml", "150"),))
    row = workplace.reports.take(report, ValueSource.REPORT_CSV)
    deliver(workplace)
    found = workplace.store.reports.get(row.id)
    assert (found.state, found.reason) == (ReportState.REJECTED, "report_other_patient")
    assert "lv_edv_ml" not in manifests(registry)[0].values


def test_an_accession_number_of_two_exams_matches_neither(workplace, cmr_exam, deliver, tmp_path):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    other = pydicom.dcmread(exam.files[0])
    other.StudyInstanceUID += ".9"
    other.save_as(tmp_path / "other.dcm")
    take_all(workplace, tmp_path / "other.dcm", Source.COMMAND)
    row = workplace.reports.take(
        NamedReport(exam.accession_number, "", (("lv_edv_ml", "150"),)), ValueSource.REPORT_CSV
    )
    deliver(workplace)
    assert workplace.store.reports.get(row.id).reason == "report_ambiguous"


def test_a_report_without_accession_number_is_rejected(workplace):
    row = workplace.reports.take(NamedReport(" ", "1", (("lv_edv_ml", "150"),)), ValueSource.REPORT_CSV)
    assert (row.state, row.reason) == (ReportState.REJECTED, "report_no_accession")


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("lv_edv_ml", "abc", "Type"),
        ("lv_edv_ml", "99999", "Range"),
        ("sex", "X", "Selection"),
        ("patients_name_is", "Miller", "UnknownItem"),
        ("report_text", "Normal study of Mr. Miller.", "NotTransferable"),
    ],
)
def test_a_value_that_does_not_fit_is_listed_without_its_value(name, text, code):
    values, [problem] = read_cells([(name, text)], ValueSource.REPORT_CSV)
    assert values == {}
    assert problem["code"] in (code, "UnknownItem")
    assert text not in str(problem)


def test_missing_is_explicit_and_empty_says_nothing():
    values, problems = read_cells([("lv_edv_ml", "not_reported"), ("lv_esv_ml", " ")], ValueSource.REPORT_HL7)
    assert values == {"lv_edv_ml": {"source": "report_hl7", "missing": "not_reported"}}
    assert problems == []


def test_ages_are_top_coded_and_sizes_rounded():
    values, problems = read_cells(
        [("age_at_exam_years", "97"), ("height_cm", "171.37"), ("weight_kg", "80.1")], ValueSource.REPORT_CSV
    )
    assert problems == []
    assert {name: value["value"] for name, value in values.items()} == {
        "age_at_exam_years": 90.0,
        "height_cm": 171.5,
        "weight_kg": 80.0,
    }


def test_report_values_are_encrypted_on_disk(workplace, cmr_exam, home):
    workplace.reports.take(
        NamedReport("ACC-4711-X", "", (("scanner_vendor", "1"), ("lv_edv_ml", "151.25"))),
        ValueSource.REPORT_CSV,
    )
    workplace.close()
    stored = b"".join(path.read_bytes() for path in workplace.config.data_dir.glob("connector.sqlite*"))
    assert b"151.25" not in stored
    assert b"ACC-4711-X" not in stored


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\x00", b"name,value\r\nx,y\r\n", b"accession_number,a,a\r\n1,2,3\r\n"],
)
def test_a_file_that_is_no_report_table_is_refused(workplace, drop, data):
    folder, source = drop
    (folder / "table.csv").write_bytes(data)
    assert source.poll() == []
    assert [refusal.reason for refusal in workplace.store.ledger.refusals()] == ["report_unreadable"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_of_any_usual_delimiter_are_read(delimiter):
    text = delimiter.join(["Accession_Number", "patient_id", "lv_edv_ml"])
    text += "\r\n" + delimiter.join(["A1", "P1", "150"]) + "\r\n"
    assert list(read_table(text.encode("utf-8-sig"))) == [NamedReport("A1", "P1", (("lv_edv_ml", "150"),))]


def test_an_hl7_report_travels_like_a_table(workplace, registry, cmr_exam, deliver):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    data = exam.report_hl7.read_bytes()
    reply = answer(workplace.reports, data)
    assert "\rMSA|AA|" in reply
    deliver(workplace)
    [manifest] = manifests(registry)
    assert manifest.values["lv_esv_ml"].value == float(exam.report_values["lv_esv_ml"])
    assert manifest.values["final_diagnosis"].source is ValueSource.REPORT_HL7
    assert exam.patient_name.split("^")[0] not in json.dumps(manifest.to_document())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\rPID|1\r",
        "MSH|^~\\&|A|B|C|D|20240101||ORU^R01|1|P|2.5\rPID|1\r",
        pytest.param(
            "MSH|^~\\&|A|B|C|D|20240101||ORU^R01|1|P|2.5\r" + "|" * 100_000, id="fields without end"
        ),
    ],
)
def test_another_message_is_answered_ar_with_a_sentence(workplace, text):
    reply = answer(workplace.reports, text.encode())
    assert "\rMSA|AR|" in reply
    assert [refusal.reason for refusal in workplace.store.ledger.refusals()] == ["report_unreadable"]


def test_a_report_without_exam_number_is_answered_ae(workplace):
    text = "MSH|^~\\&|A|B|C|D|20240101||ORU^R01|77|P|2.5\rPID|1\rOBR|1\rOBX|1|NM|lv_edv_ml^x||150|mL|||||F\r"
    assert "\rMSA|AE|77|" in answer(workplace.reports, text.encode())


def test_preliminary_results_are_left_out():
    text = "MSH|^~\\&|A|B|C|D|1||ORU^R01|7|P|2.5\rOBR|1||ACC\rOBX|1|NM|a||1||||||P\rOBX|2|NM|b||2||||||F\r"
    [report] = reports_of(parse_message(text))
    assert report.cells == (("b", "2"),)


def test_damaged_headers_are_refused():
    with pytest.raises(MessageRejected):
        parse_message("MSH|\r")


def test_messages_over_mllp_are_answered_one_by_one(workplace, cmr_exam):
    exam = cmr_exam()
    listener = Listener(MllpSettings(enabled=True, port=0), workplace.reports)
    listener.start()

    async def talk():
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        replies = []
        for data in (exam.report_hl7.read_bytes(), b"nonsense"):
            writer.write(b"\x0b" + data + b"\x1c\r")
            await writer.drain()
            replies.append(await reader.readuntil(b"\x1c\r"))
        writer.close()
        return replies

    try:
        first, second = asyncio.run(talk())
    finally:
        listener.stop()
    assert b"\rMSA|AA|" in first
    assert b"\rMSA|AR|" in second


def test_mllp_hangs_up_on_an_address_that_is_not_allowed(workplace):
    settings = MllpSettings(enabled=True, port=0, allowed_hosts=["192.0.2.1"])
    listener = Listener(settings, workplace.reports)
    listener.start()

    async def talk():
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        data = await reader.read()
        writer.close()
        return data

    try:
        assert asyncio.run(talk()) == b""
    finally:
        listener.stop()


def test_a_held_exam_keeps_its_waiting_report(workplace, cmr_exam, deliver, tmp_path):
    row = workplace.reports.take(NamedReport("A1", "", (("lv_edv_ml", "150"),)), ValueSource.REPORT_CSV)
    deliver(workplace)
    assert workplace.store.reports.get(row.id).state is ReportState.WAITING
    assert workplace.store.exams.listed(ExamState.QUEUED) == []
