"""A search certificate as PDF: the same content as its page, and how to verify the hash."""

import json
import unicodedata
from collections.abc import Iterator
from html import escape as html_escape

from cmr_registry.access.counts import LEGEND, answer_tables
from cmr_registry.access.models import SearchCertificate
from cmr_registry.lib.pdf import Block, Grid, Heading, Text, pdf_of

SYNTHETIC = "Synthetic data: no patient stands behind any count of this certificate."
PAGE_WIDTH, NUMBER_WIDTH = 480.0, 95.0
"""Points; columns of numbers stand under each other from table to table."""

SYMBOLS = "≥≤≈−"
"""Signs outside of the Latin letters that reportlab takes from the standard Symbol font."""

LETTERS = {"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ı": "i", "Ħ": "H", "ħ": "h"}
"""Letters that Unicode does not take apart."""


def certificate_pdf(certificate: SearchCertificate) -> bytes:
    """The certificate as PDF; the same certificate gives the same bytes."""
    document = certificate.document
    note = f" {SYNTHETIC}" if document["is_synthetic"] else ""
    return pdf_of(
        title=f"Search certificate {certificate.number}",
        blocks=list(_blocks(certificate)),
        footer=f"Search certificate {certificate.number}.{note}",
    )


def _blocks(certificate: SearchCertificate) -> Iterator[Block]:
    document = certificate.document
    cohort, snapshot, asked = document["cohort"], document["snapshot"], document["requester"]
    yield Heading(1, f"Search certificate {certificate.number}")
    if document["is_synthetic"]:
        yield Text(f"<b>{SYNTHETIC}</b>")
    yield Text(f"<b>{escape(document['title'])}</b>")
    yield Heading(2, "The cohort")
    yield Text(escape(cohort["sentence"]))
    facts = (
        ("Asked by", f"{asked['name']}, {asked['institution']}"),
        ("Issued", document["issued_on"]),
        ("May be quoted until", document["expires_on"]),
        ("Snapshot", snapshot["id"]),
        ("Snapshot taken", snapshot["quarter"]),
        ("Data dictionary", snapshot["dictionary_version"]),
    )
    yield Grid((("Fact", "Value"), *((name, escape(str(value))) for name, value in facts)), (130.0, 350.0))
    yield Heading(2, "Counts")
    yield Text(LEGEND)
    for table in answer_tables(document["answer"]):
        yield Heading(3, escape(table.title))
        numbers = len(table.heads) - 1
        widths = (PAGE_WIDTH - numbers * NUMBER_WIDTH, *(NUMBER_WIDTH,) * numbers)
        yield Grid((table.heads, *(tuple(escape(cell) for cell in row) for row in table.rows)), widths)
    yield Heading(2, "How to verify it")
    yield Text(f"SHA-256 of this certificate:<br/>{_broken(certificate.digest)}")
    yield Text(
        "Download the certificate as a JSON file from the registry and compute its SHA-256, for example with"
        f" sha256sum {certificate.number}.json. The result must equal the line above. The file is canonical JSON:"
        " keys sorted, no blanks, UTF-8. Where a printed letter is simplified, the file has the exact one."
    )
    yield Text(f"Digest of the snapshot:<br/>{_broken(snapshot['digest'])}")
    yield Text(f"Digest of the question:<br/>{_broken(cohort['digest'])}")
    yield Heading(3, "The question as JSON")
    yield Text(escape(json.dumps(cohort["query"], sort_keys=True, ensure_ascii=False)))


def escape(text: str) -> str:
    """Text as markup, in letters that the standard fonts of PDF have; others lose their accent or become `?`."""
    return html_escape("".join(sign if _is_printable(sign) else _plain(sign) for sign in text))


def _is_printable(sign: str) -> bool:
    try:
        sign.encode("cp1252")
    except UnicodeEncodeError:
        return sign in SYMBOLS
    return True


def _plain(sign: str) -> str:
    base = unicodedata.normalize("NFKD", LETTERS.get(sign, sign))[0]
    return base if _is_printable(base) else "?"


def _broken(digest: str) -> str:
    """A digest in groups of eight, so that people can compare it."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
