"""Identifiers planted in every kind of place of a DICOM image, and the search that finds what was left of them.

`planted.AnswerKey` is the answer key of a whole synthetic exam; here single images are made as bad as they can be,
with values of a reserved space (`reserved`) that nothing but a leak can show.
"""

from cmr_testkit.plants.leaks import LEAKS, Leak, put_leak
from cmr_testkit.plants.planting import PLACES, plant, plant_bytes, planted_file
from cmr_testkit.plants.search import ENCODINGS, Plant, found

__all__ = [
    "ENCODINGS",
    "LEAKS",
    "PLACES",
    "Leak",
    "Plant",
    "found",
    "plant",
    "plant_bytes",
    "planted_file",
    "put_leak",
]
