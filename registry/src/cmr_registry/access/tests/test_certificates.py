import hashlib
import json
from datetime import date

import pytest

from cmr_registry.access.certificates import document_digest, quarter_of


@pytest.mark.parametrize(
    ("day", "quarter"),
    [(date(2026, 1, 1), "2026 Q1"), (date(2026, 3, 31), "2026 Q1"), (date(2026, 12, 31), "2026 Q4")],
)
def test_a_snapshot_is_dated_by_quarter(day, quarter):
    assert quarter_of(day) == quarter


def test_the_digest_is_plain_sha256_of_sorted_json():
    document = {"b": [1, "ü"], "a": {"y": None, "x": True}}
    bytes_ = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert document_digest(document) == hashlib.sha256(bytes_).hexdigest()
    assert document_digest(document) == document_digest(dict(reversed(document.items())))
    assert document_digest({**document, "b": [2, "ü"]}) != document_digest(document)
