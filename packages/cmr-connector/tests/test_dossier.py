"""The privacy dossier: what it says, what it never claims, as PDF and as a page, with and without a shadow run."""

import base64
import dataclasses
import re
import zlib
from collections import Counter

import pytest

from cmr_connector.cli import main
from cmr_connector.config import load
from cmr_connector.errors import SettingsError
from cmr_connector.privacy.dossier import make
from cmr_connector.privacy.dossier.blocks import Callout, Document, Figures, Grid, Heading, Points, Text
from cmr_connector.privacy.dossier.content import dossier
from cmr_connector.privacy.dossier.groups import changed_rules, groups_of, kept_rules, name_of, rule_rows
from cmr_connector.privacy.dossier.make import as_page, as_pdf, facts_of
from cmr_connector.privacy.dossier.page import page_of
from cmr_connector.privacy.dossier.pdf import pdf_of
from cmr_connector.privacy.result import Planted, Searched, ShadowResult
from cmr_deid.profile import Act, default_profile
from cmr_exchange.canonical import sha256_hex

CHAPTERS = (
    "The way of the data",
    "What is removed or changed, and why",
    "Keys",
    "Dates and ages",
    "Manufacturers' private data",
    "Free text",
    "Text in pictures",
    "Verified twice",
    "Measured on this hospital's own exams",
    "What risks remain",
    "Stricter than the standard",
    "Contacts and signatures",
)
RISKS = ("Coded, not anonymous", "Matching by content", "Rare disease", "face", "shifted, not removed", "key")


@pytest.fixture
def config(home):
    return load(home / "connector.toml")


@pytest.fixture
def result():
    return ShadowResult(
        made_at="2026-11-22T02:00:00Z",
        profile="p",
        exams_found=9,
        exams=Counter({"would leave whole": 3, "held": 1}),
        series=12,
        instances=80,
        deidentified=72,
        looked_at=72,
        stopped=Counter(two_patients=8),
        no_image=Counter(not_dicom=2),
        scanners=Counter({"SIEMENS Aera": 80}),
        tags={
            "(0010,0010) PatientName": Counter(replaced=72),
            "(0008,0080) InstitutionName": Counter(removed=72),
        },
        source={"names of persons": Searched(searched=40, passed_over=1), "UIDs": Searched(searched=60)},
        planted={"patient's name": Planted(planted=12, stopped=2)},
        bytes_searched=123_456,
    )


@pytest.fixture
def short_tables(monkeypatch):
    """Print three rows of each long table: the command's test prints them all."""

    def short(facts):
        document = dossier(facts)
        blocks = tuple(
            dataclasses.replace(block, rows=block.rows[:3]) if isinstance(block, Grid) else block
            for block in document.blocks
        )
        return dataclasses.replace(document, blocks=blocks)

    monkeypatch.setattr(make, "dossier", short)


def texts(document: Document) -> str:
    """Every word of a dossier."""
    found = [document.title, document.subtitle]
    for block in document.blocks:
        found += [str(getattr(block, name)) for name in getattr(block, "__slots__", ())]
    return "\n".join(found)


def words_of_pdf(data: bytes) -> str:
    """Texts that a PDF of standard fonts draws."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL)
    drawn = b""
    for stream in streams:
        try:
            drawn += zlib.decompress(
                base64.a85decode(stream.strip(), adobe=False)
                if stream.strip()[-2:] != b"~>"
                else base64.a85decode(b"<~" + stream.strip(), adobe=True)
            )
        except (ValueError, zlib.error):
            continue
    return b" ".join(re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", drawn)).decode("latin-1")


def test_every_chapter_that_a_board_asks_for_is_there(config, result):
    document = dossier(facts_of(config, default_profile(), result))
    chapters = [block.text for block in document.blocks if isinstance(block, Heading) and block.level == 1]
    assert chapters[: len(CHAPTERS)] == list(CHAPTERS)
    assert [text[:10] for text in chapters[len(CHAPTERS) :]] == [f"Appendix {letter}" for letter in "ABCDE"]


def test_it_claims_neither_anonymity_nor_that_a_law_is_met(config, result):
    said = texts(dossier(facts_of(config, default_profile(), result)))
    assert "HIPAA compliant" not in said
    assert "anonymized" not in said
    for match in re.finditer("anonymous|Safe Harbor|HIPAA", said):
        sentence = said[: match.end()].rpartition(".")[2]
        assert re.search(r"\bnot\b|\bno\b", sentence), sentence
    for risk in RISKS:
        assert risk in said


def test_the_summary_stands_before_the_first_chapter(config, result):
    blocks = dossier(facts_of(config, default_profile(), result)).blocks
    first = next(i for i, block in enumerate(blocks) if isinstance(block, Heading))
    summary = blocks[:first]
    [figures] = [block for block in summary if isinstance(block, Figures)]
    assert [figure for figure, _, _ in figures.items] == ["4", "72", "0", "0"]
    [points] = [block for block in summary if isinstance(block, Points)]
    assert "Who can re-identify." in [lead for lead, _ in points.items]


def test_an_identifier_that_was_found_is_said_in_red(config, result):
    result.source["UIDs"].found = 1
    blocks = dossier(facts_of(config, default_profile(), result)).blocks
    [figures] = [block for block in blocks if isinstance(block, Figures)]
    assert figures.items[2][0] == "1"
    assert figures.items[2][2] == "bad"
    assert any(b.tone == "bad" and "do not send" in b.text for b in blocks if isinstance(b, Callout))


def test_without_a_shadow_run_it_says_that_nothing_was_measured(config):
    document = dossier(facts_of(config, default_profile(), None))
    assert not [block for block in document.blocks if isinstance(block, Figures)]
    assert texts(document).count("Not measured yet.") == 2
    assert not document.is_synthetic
    assert "Appendix C" not in texts(document).replace("Appendix C lists", "")


@pytest.mark.parametrize(
    ("installed", "looked_at", "words"),
    [
        (False, 0, "Text search is not installed."),
        (True, 72, "Text search is installed."),
        (True, 10, "Text search is installed, and not every picture was searched."),
    ],
)
def test_the_search_for_text_in_pictures_is_told_as_it_is(
    config, result, monkeypatch, installed, looked_at, words
):
    monkeypatch.setattr(make, "looks_at_pixels", lambda _config: installed)
    result.looked_at = looked_at
    document = dossier(facts_of(config, default_profile(), result))
    assert words in [block.title for block in document.blocks if isinstance(block, Callout)]


def test_rules_of_the_center_are_told(config):
    profile = default_profile().strengthened(remove=["PatientSize"])
    assert "1 rule(s) of its own" in texts(dossier(facts_of(config, profile, None)))
    assert "no rule of its own" in texts(dossier(facts_of(config, default_profile(), None)))


def test_every_changed_rule_stands_in_one_group_with_its_reason():
    profile = default_profile()
    groups = groups_of(profile)
    assert sum(group.actions.total() for group in groups) == len(changed_rules(profile))
    assert len(changed_rules(profile)) + len(kept_rules(profile)) == len(profile.rules)
    assert len({group.title for group in groups}) == len(groups) >= 10
    assert all(group.why and group.happens and group.examples for group in groups)
    names = next(group for group in groups if group.title == "Names of persons")
    assert "Patient's Name" in names.examples
    assert names.actions["replaced"] == 1


def test_every_rule_stands_in_the_appendix(config):
    profile = default_profile()
    rows = {number: (name, happens) for number, name, happens in rule_rows(changed_rules(profile))}
    assert rows["(0008,0080)"] == ("Institution Name", "removed (X/Z/D)")
    assert rows["(0010,0010)"][1].startswith("replaced (Z)")
    assert rows["(0008,0020)"][1] == "dates shifted (Z, C)"
    assert name_of(0x00091001) == "(newer than the dictionary)"
    shown = str(
        [block.rows for block in dossier(facts_of(config, profile, None)).blocks if isinstance(block, Grid)]
    )
    assert all(f"({tag >> 16:04X},{tag & 0xFFFF:04X})" in shown for tag in profile.rules)
    assert all(rule.act is not Act.KEEP for rule in changed_rules(profile).values())


def test_the_pdf_prints_what_the_dossier_says(config, result, short_tables):
    result.is_synthetic = True
    facts = facts_of(config, default_profile(), result)
    data = as_pdf(facts)
    assert data.startswith(b"%PDF-")
    drawn = words_of_pdf(data)
    for word in ("Privacy dossier", "Keys", "SYNTHETIC DATA", "Page 1 of", "Signature", "Held for a person"):
        assert word in drawn, word
    assert as_pdf(facts) == data
    result.is_synthetic = False
    assert "SYNTHETIC" not in words_of_pdf(as_pdf(facts))


def test_a_pdf_without_a_shadow_run_can_be_printed(config, short_tables):
    assert "Not measured yet" in words_of_pdf(as_pdf(facts_of(config, default_profile(), None)))


def test_the_page_stands_alone_and_says_the_same(config, result):
    result.is_synthetic = True
    page = as_page(facts_of(config, default_profile(), result)).decode()
    assert not re.search(r"<script|<link|@import|src=", page)
    assert "Synthetic data: no patient is behind these counts." in page
    for chapter in CHAPTERS:
        assert chapter.replace("'", "&#x27;") in page
    assert page.count("<svg") == 1
    assert "<span>Signature</span>" in page


def test_hostile_texts_are_escaped_on_paper_and_on_the_page():
    hostile = "<b>&<script>"
    document = Document(
        hostile,
        hostile,
        hostile,
        False,
        (
            Heading(1, hostile),
            Text(hostile, is_quiet=True),
            Points(((hostile, hostile), ("", hostile))),
            Grid((hostile,), ((hostile,),), (1.0,), is_small=True),
            Figures(((hostile, hostile, ""),)),
            Callout("ok", hostile, hostile),
        ),
    )
    assert "<script" not in page_of(document)
    assert "<script>" in words_of_pdf(pdf_of(document))


def test_without_reportlab_a_pdf_is_refused_with_the_way_out(config, monkeypatch):
    monkeypatch.setattr(make, "find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match=r"dossier\.html"):
        as_pdf(facts_of(config, default_profile(), None))
    assert b"Privacy dossier" in as_page(facts_of(config, default_profile(), None))


@pytest.fixture
def command(home, capsys):
    path = home / "connector.toml"
    head, _, tail = path.read_text().partition("[pixels]")
    path.write_text(f"{head}[pixels]{tail.replace('enabled = true', 'enabled = false', 1)}")

    def call(*words):
        code = main(["--config", str(path), *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_the_command_makes_a_shadow_run_and_a_dossier_that_names_nobody(command, cmr_exam, few, tmp_path):
    exam = few(cmr_exam(), 3)
    code, out, err = command("dossier", "--sample", exam.root, "--out", tmp_path / "d.pdf")
    assert (code, err) == (0, "")
    assert "name no patient" in out
    statement = (tmp_path / "d-conformance.html").read_bytes()
    assert sha256_hex(statement) in words_of_pdf((tmp_path / "d.pdf").read_bytes()).replace(" ", "")
    assert (tmp_path / "d.pdf").stat().st_mode & 0o777 == 0o600
    assert "SYNTHETIC" in words_of_pdf((tmp_path / "d.pdf").read_bytes())
    code, _, _ = command("dossier", "--out", tmp_path / "d.html")
    page = (tmp_path / "d.html").read_text()
    assert code == 0
    for value in (
        *exam.patient.name.split("^"),
        exam.patient_id,
        exam.accession_number,
        exam.study_instance_uid,
    ):
        assert value not in page


def test_the_command_says_that_nothing_was_measured(command, tmp_path):
    code, _, err = command("dossier", "--out", tmp_path / "d.html")
    assert code == 1
    assert "--sample" in err


def test_the_command_says_what_is_missing_before_it_works(command, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "find_spec", lambda _name: None)
    code, _, err = command("dossier", "--sample", "/nowhere", "--out", tmp_path / "d.pdf")
    assert code == 2
    assert "extra [pdf]" in err
    assert not (tmp_path / "d.pdf").exists()


def test_the_command_warns_of_what_was_found(command, cmr_exam, few, tmp_path, monkeypatch):
    monkeypatch.setattr("cmr_connector.privacy.canaries._is_in", lambda *_: True)
    sample = ("--sample", few(cmr_exam(), 2).root)
    code, _, err = command("dossier", *sample, "--out", tmp_path / "d.html")
    assert code == 1
    assert "do not send" in err
