"""What an earlier tool's statement (0012,0063) may keep: words of a closed list, never free text.

Tools write names of profiles and options there, and some write whatever was configured, a person's name included.
"""

import re

_PROFILE_WORDS = """
    dicom ps ps3 ps3.15 3.15 e e.1 annex annexe appendix basic application confidentiality profile level option
    options retain retained longitudinal temporal information modified full dates patient characteristics device
    identity safe private clean cleaned descriptors pixel data recognizable visual features structured content
    graphics uids institution details de-identification deidentification deidentified de-identified attribute
    attributes code codes sequence method table 0012,0063 0012,0064 113100 113101 113102 113103 113104 113105
    113106 113107 113108 113109 113110 113111 113112"""
_TOOLS = "ctp mirc rsna dicognito mri_reface gdcmanon dcm4che dicom-anonymizer orthanc pydicom xnat kitware"
_PARTICLES = frozenset(("and", "with", "of", "the", "in", "per", "see", "for", "by", "using"))
_WORDS = frozenset(f"{_PROFILE_WORDS} {_TOOLS}".split())
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._,-]*[A-Za-z0-9]|[A-Za-z0-9]")
_LONGEST, _MOST = 64, 8


def lawful_methods(text: str) -> str:
    """The values of a (0012,0063) of another tool with their known words only; idempotent.

    Args:
        text: all values, separated by backslashes.

    Returns:
        At most eight values of at most 64 characters that each hold a word of a profile or a tool.
    """
    values = dict.fromkeys(_known_words(value) for value in text.split("\\"))
    return "\\".join([value for value in values if value][:_MOST])


def _known_words(value: str) -> str:
    kept = [word for word in _TOKEN.findall(value) if word.lower() in _WORDS or word.lower() in _PARTICLES]
    while len(" ".join(kept)) > _LONGEST:
        kept.pop()
    return " ".join(kept) if any(word.lower() in _WORDS for word in kept) else ""
