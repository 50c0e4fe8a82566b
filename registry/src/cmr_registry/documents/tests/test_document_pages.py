import pytest

from cmr_registry.documents.rendering import blocks_of, html_of
from cmr_registry.documents.selectors import document_current, documents_current
from cmr_registry.documents.services import placeholders_publish
from cmr_registry.lib.pdf import Grid, Heading, Points, Text, pdf_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(steward, principal_of):
    return placeholders_publish(by=principal_of(steward))


def test_everybody_reads_every_document_and_its_pdf(client, library):
    assert client.get("/documents/").content.count(b"placeholder, SCMR text not public") == len(library)
    for version in library:
        page = client.get(f"/documents/{version.slug}/").content.decode()
        assert "<strong>Placeholder.</strong>" in page
        pdf = client.get(f"/documents/{version.slug}/document.pdf")
        assert pdf.content.startswith(b"%PDF-")
        assert f'filename="{version.slug}-1.pdf"' in pdf["Content-Disposition"]


def test_an_empty_library_says_who_fills_it(client, db):
    assert b"steward publishes" in client.get("/documents/").content


def test_what_was_never_published_is_absent(client, library):
    assert client.get("/documents/nothing/").status_code == 404
    assert client.get("/documents/score-sheet/9/").status_code == 404


def test_a_steward_previews_then_publishes_the_next_version(client, signed_in, steward, library):
    signed_in(client, steward)
    assert client.get("/steward/documents/").status_code == 200
    given = {"title": "Score Sheet", "body": "Now **bold**.", "layout": "text"}
    preview = client.post("/steward/documents/score-sheet/edit", given | {"preview": "1"}).content.decode()
    assert "<strong>bold</strong>" in preview
    assert document_current("score-sheet").number == 1
    assert client.post("/steward/documents/score-sheet/edit", given).status_code == 302
    current = document_current("score-sheet")
    assert (current.number, current.is_placeholder) == (2, False)
    earlier = client.get("/documents/score-sheet/1/").content.decode()
    assert "earlier version" in earlier
    assert "Read version 2" in earlier
    assert "All versions" in earlier


def test_a_steward_adds_a_document_and_is_told_what_is_wrong(client, signed_in, steward):
    signed_in(client, steward)
    assert client.get("/steward/documents/new").status_code == 200
    nothing = client.post("/steward/documents/new", {"title": "?", "body": "Text", "layout": "text"})
    assert b"errorlist" in nothing.content
    client.post("/steward/documents/new", {"title": "Fees", "body": "None.", "layout": "slides"})
    assert [one.slug for one in documents_current()] == ["fees"]


def test_html_in_a_document_is_text_and_links_cannot_run():
    html = html_of("<script>alert(1)</script> [x](javascript:alert(1)) [y](https://example.org)")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert 'href="javascript' not in html
    assert 'href="https://example.org"' in html


@pytest.mark.parametrize("href", ["#terms", "other-page", "", "/research/"])
def test_a_link_within_the_page_is_plain_text_in_the_pdf(href):
    blocks = blocks_of(f"See [the **terms**]({href}) and [us](https://example.org).")
    assert pdf_of(title="t", blocks=blocks, footer="f").startswith(b"%PDF")
    assert "See the <b>terms</b> and <link" in blocks[0].text


def test_headings_stand_below_the_title_of_the_page():
    assert "<h2>A</h2>" in html_of("# A\n\n## B")
    assert "<h3>B</h3>" in html_of("# A\n\n## B")
    assert "<h2>B</h2>" in html_of("## B")


def test_every_block_reaches_the_pdf():
    blocks = blocks_of(
        "# A *b*\n\nText **bold** & [link](https://example.org)\nmore\n\n- one\n  - two\n\n1. three\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode <x>\n```\n\n---\n"
    )
    assert [type(block) for block in blocks] == [Heading, Text, Points, Points, Grid, Text]
    assert blocks[0].text == "A <i>b</i>"
    assert "<b>bold</b> &amp; <link href=" in blocks[1].text
    assert blocks[2].items == ("one", "two")
    assert blocks[3].is_numbered
    assert blocks[4].rows == (("a", "b"), ("1", "2"))
    assert "code &lt;x&gt;" in blocks[5].text
