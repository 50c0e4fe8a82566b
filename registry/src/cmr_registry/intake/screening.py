"""What a manifest says beside its images: text that may name a person is refused before anything is stored.

A manifest is kept as it came, for its digest stands in the receipt. A text that no field foresees can therefore
not be cut out of it, and the delivery is refused as a whole (contract.md: free text stays at the center).
"""

import re

from cmr_deid.verify.values import value_finding
from cmr_dictionary.checks import Severity
from cmr_exchange.facts import AcquisitionFacts
from cmr_exchange.manifest import DeliveryManifest
from cmr_exchange.reading import CODE
from cmr_exchange.reasons import Reason, reason
from cmr_registry.exams.services import values_problems

VENDORS = frozenset({"siemens", "ge", "philips", "canon", "united", "other"})
"""What `AcquisitionFacts.manufacturer` may say."""

_SEQUENCE_NAME = 0x00180024
_SOFTWARE = re.compile(r"[a-z][a-z0-9-]*(?: [0-9][a-z0-9.+-]*)?")
_NUMBER_OR_DATE = re.compile(r"[0-9]{6}|[0-9]{4}[-.][0-9]|[0-9][-.][0-9]{4}")


def manifest_refusal(manifest: DeliveryManifest) -> Reason | None:
    """The reason why a manifest cannot be kept, None where it can.

    A code that the dictionary does not know may be newer than this server: it becomes a problem of the delivery.
    A text that has not even the form of a code is refused.
    """
    if not _SOFTWARE.fullmatch(manifest.software) or any(_tells(one.facts) for one in manifest.series):
        return reason("identifying_value")
    for problem in values_problems(manifest.values, manifest.dictionary_version):
        if problem.severity is Severity.REJECT and not _is_code(manifest.values[problem.item].value):
            return reason("value_rejected")
    return None


def _tells(facts: AcquisitionFacts) -> bool:
    """True where the two texts among the facts are no words of technique, as the second look knows them."""
    if facts.manufacturer is not None and facts.manufacturer not in VENDORS:
        return True
    name = (facts.sequence_name or "").encode("latin-1", "replace")
    return value_finding(_SEQUENCE_NAME, "SH", name) is not None


def _is_code(value: str | float | list[str] | None) -> bool:
    texts = value if isinstance(value, list) else [value]
    codes = [text for text in texts if isinstance(text, str)]
    return all(CODE.fullmatch(text) and not _NUMBER_OR_DATE.search(text) for text in codes)
