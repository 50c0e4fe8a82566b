"""The document of a search certificate, and the hash over it (F2). Pure.

Whoever holds the document can check it: SHA-256 over its canonical JSON (keys sorted, no blanks, UTF-8) is the digest
that is printed on the certificate and quoted as A6 in an application.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmr_exchange.canonical import canonical_json, sha256_hex

KIND = "cmr_search_certificate"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """The question of a certificate.

    Attributes:
        title: of the request.
        name, institution: who asked.
        sentence: the cohort in words.
        query: its document.
        query_digest: SHA-256 of its canonical JSON.
    """

    title: str
    name: str
    institution: str
    sentence: str
    query: Mapping[str, Any]
    query_digest: str


def certificate_document(
    *,
    number: str,
    issued_on: datetime.date,
    expires_on: datetime.date,
    asked: Asked,
    snapshot: Mapping[str, Any],
    answer: Mapping[str, Any],
    is_synthetic: bool,
) -> dict[str, Any]:
    """The document of a certificate.

    Args:
        number: running number.
        issued_on: day.
        expires_on: last day on which it may be quoted.
        asked: the question.
        snapshot: `id`, `digest`, `quarter`, `dictionary_version`.
        answer: counts as disclosure control let them pass, each with its type.
        is_synthetic: a demonstration; no patient stands behind any count.
    """
    return {
        "kind": KIND,
        "version": VERSION,
        "number": number,
        "issued_on": issued_on.isoformat(),
        "expires_on": expires_on.isoformat(),
        "title": asked.title,
        "requester": {"name": asked.name, "institution": asked.institution},
        "cohort": {
            "sentence": asked.sentence,
            "query": dict(asked.query),
            "digest": asked.query_digest,
        },
        "snapshot": dict(snapshot),
        "answer": dict(answer),
        "is_synthetic": is_synthetic,
    }


def document_digest(document: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON, 64 hexadecimal digits."""
    return sha256_hex(canonical_json(document))


def quarter_of(day: datetime.date) -> str:
    """The quarter of a day, such as `2026 Q4`; a snapshot's exact day says too much about its newest exams."""
    return f"{day.year} Q{(day.month + 2) // 3}"
