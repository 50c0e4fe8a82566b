"""The conformance statement says what the profile does, attribute by attribute, and claims no more."""

import re
from html.parser import HTMLParser

import pytest

from cmr_deid import mr_layer
from cmr_deid.cli import main
from cmr_deid.conformance import TITLE, conformance_html, conformance_markdown
from cmr_deid.marks import CODES
from cmr_deid.profile import Act, default_profile
from cmr_deid.safe_private import SAFE_PRIVATE
from cmr_deid.tables import E1_1


@pytest.fixture(scope="module")
def page():
    return conformance_markdown(default_profile())


def test_every_row_of_the_table_has_a_line(page):
    for tag, row in E1_1.items():
        line = f"| ({tag >> 16:04X},{tag & 0xFFFF:04X}) | {row.name} | {row.basic} |"
        assert page.count(line) == 1


def test_a_line_says_what_the_profile_does_at_each_place(page):
    cells = re.search(r"\| \(0008,0023\) \|.*", page)[0].split(" | ")
    assert cells[1:4] == ["Content Date", "Z/D", "C modified dates"]
    assert cells[4] == "date moved"
    acquisition_context = re.search(r"\| \(0040,0555\) \|.*", page)[0]
    assert "| removed | emptied | removed |" in acquisition_context
    assert re.search(r"\| \(0008,0106\) \|.*", page)[0].endswith("| removed | replaced by a dummy |")


def test_every_kept_attribute_outside_the_table_is_named(page):
    for keywords in mr_layer.KEPT.values():
        assert all(f" {keyword} |" in page for keyword in keywords.split())


def test_options_dummies_and_private_creators_are_told(page):
    assert all(f"| {code} | " in page for code in range(113100, 113113))
    assert ", ".join(code for code, _ in CODES) in page
    assert "| DA | 19000101 |" in page
    assert all(f"| {creator} | {group:04X} |" in page for creator, group, _ in SAFE_PRIVATE)
    assert default_profile().digest in page


def test_it_claims_neither_anonymity_nor_a_law(page):
    assert not re.search(r"anonym|HIPAA|Safe Harbor|GDPR|compliant", page, re.IGNORECASE)


def test_every_row_of_a_table_has_as_many_cells_as_its_header(page):
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        widths = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


def test_rules_of_a_center_are_told():
    strict = default_profile().strengthened(remove=["ProtocolName"])
    told = conformance_markdown(strict)
    assert "Rules that this center added" in told
    assert "| 00181030 ProtocolName | remove |" in told
    assert re.search(r"\| \(0018,1030\) \|.*", told)[0].count("removed") == 3
    assert strict.rules[0x00181030].act is Act.REMOVE


def test_the_page_is_whole_html_and_says_the_same(page):
    class Reader(HTMLParser):
        depth, rows, text = 0, 0, ""

        def handle_starttag(self, tag, attributes):
            self.depth += tag != "meta"
            self.rows += tag == "tr"

        def handle_endtag(self, tag):
            self.depth -= 1

        def handle_data(self, data):
            self.text += data

    told = conformance_html(default_profile())
    reader = Reader()
    reader.feed(told)
    assert reader.depth == 0
    assert reader.rows == len(re.findall(r"^\| (?!---)", page, re.MULTILINE))
    assert "<script" not in told
    assert "http" not in told.replace('lang="en"', "")
    assert reader.text.count(TITLE) == 2


def test_the_command_prints_it(capsys, page):
    assert main(["conformance"]) == 0
    assert capsys.readouterr().out == page
    assert main(["conformance", "--html"]) == 0
    assert capsys.readouterr().out == conformance_html(default_profile())
