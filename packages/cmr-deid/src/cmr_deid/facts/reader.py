"""From the elements of an instance to its acquisition facts."""

from cmr_deid.descriptors import clean_words
from cmr_deid.elements import DataSet
from cmr_deid.facts import ge, philips, siemens, standard
from cmr_deid.facts.evidence import Evidence
from cmr_deid.facts.places import text
from cmr_exchange.facts import AcquisitionFacts

_VENDORS = (
    ("siemens", "siemens"),
    ("ge medical", "ge"),
    ("ge healthcare", "ge"),
    ("philips", "philips"),
    ("canon", "canon"),
    ("toshiba", "canon"),
    ("uih", "united"),
    ("united imaging", "united"),
)
_MANUFACTURER, _SEQUENCE_NAME, _PULSE_SEQUENCE_NAME = 0x00080070, 0x00180024, 0x00189005


def read_facts(data_set: DataSet) -> AcquisitionFacts:
    """Facts of one instance; a series' facts are those on which its instances agree (the caller's choice)."""
    evidence = Evidence()
    manufacturer = _manufacturer(text(data_set.get(_MANUFACTURER)))
    sequence = text(data_set.get(_SEQUENCE_NAME)) or text(data_set.get(_PULSE_SEQUENCE_NAME))
    evidence.word("manufacturer", manufacturer)
    evidence.word("sequence_name", clean_words(sequence))
    standard.read(data_set, evidence)
    if manufacturer == "siemens":
        siemens.read(data_set, sequence, evidence)
    elif manufacturer == "ge":
        ge.read(data_set, evidence)
    elif manufacturer == "philips":
        philips.read(data_set, evidence)
    return evidence.facts()


def _manufacturer(name: str) -> str | None:
    lower = name.lower()
    if not lower:
        return None
    return next((word for start, word in _VENDORS if start in lower), "other")
