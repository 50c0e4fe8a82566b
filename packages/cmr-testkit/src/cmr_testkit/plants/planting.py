"""Planting: as many places as one image holds, in an order that turns from image to image."""

import random
from collections.abc import Iterable, Sequence

from pydicom.dataset import Dataset

from cmr_testkit.plants.attributes import ATTRIBUTES
from cmr_testkit.plants.descriptors import DESCRIPTORS
from cmr_testkit.plants.files import FILES, STREAMS
from cmr_testkit.plants.items import ITEMS
from cmr_testkit.plants.part import part_10, raw_copy
from cmr_testkit.plants.place import Place
from cmr_testkit.plants.reserved import Reserved, Secret
from cmr_testkit.plants.search import Plant
from cmr_testkit.plants.vendors import PRIVATE

PLACES: tuple[Place, ...] = (*ATTRIBUTES, *DESCRIPTORS, *ITEMS, *PRIVATE, *FILES, *STREAMS)
"""Every kind of place; all of them leave an image that is still taken by the gates."""

_UNCOMPRESSED = [place for place in PLACES if place.how != "stream"]
_STEP = 7
_STREAM_EVERY = 8


def chosen(turn: int) -> list[Place]:
    """The places of the image with this number: each slot once, another choice at every turn.

    Each place is sure of one turn in as many as there are places. Compressed pixel data replace an image's own, so
    only every eighth image has them.
    """
    first = PLACES[turn * _STEP % len(PLACES)]
    taken: set[str] = set()
    places: list[Place] = []
    rng = random.Random(turn)  # noqa: S311
    for place in (first, *rng.sample(_UNCOMPRESSED, len(_UNCOMPRESSED))):
        if place.how != "stream" and taken.isdisjoint(place.slots):
            taken |= place.slots
            places.append(place)
    if turn % _STREAM_EVERY == 0:
        places.append(STREAMS[turn // _STREAM_EVERY % len(STREAMS)])
    return places


def plant(dataset: Dataset, rng: random.Random, places: Sequence[Place] | None = None) -> list[Plant]:
    """Plant in a data set with file meta information; the default is one place of every slot.

    Places that only exist in bytes are passed over (`plant_bytes`), those of frames in an image without frames too.
    Elements are put as raw bytes: write the data set with `cmr_testkit.plants.part.part_10`.
    """
    reserved = Reserved(rng)
    return _planted(dataset, reserved, chosen(1) if places is None else places)


def plant_bytes(
    data: bytes, rng: random.Random, places: Sequence[Place] | None = None
) -> tuple[bytes, list[Plant]]:
    """Plant in the bytes of a Part-10 file, in its data set and around it."""
    return planted_file(data, rng, chosen(1) if places is None else places)


def planted_file(data: bytes, rng: random.Random, places: Sequence[Place]) -> tuple[bytes, list[Plant]]:
    """The file (Explicit VR Little Endian) with identifiers in all these places."""
    reserved, dataset = Reserved(rng), raw_copy(data)
    plants = _planted(dataset, reserved, places)
    out = part_10(dataset)
    for place in places:
        if place.put_bytes is not None:
            out, secrets = place.put_bytes(out, reserved)
            plants += _as_plants(place, secrets)
    return out, plants


def _planted(dataset: Dataset, reserved: Reserved, places: Sequence[Place]) -> list[Plant]:
    plants: list[Plant] = []
    for place in places:
        if place.put is not None:
            plants += _as_plants(place, place.put(dataset, reserved))
    return plants


def _as_plants(place: Place, secrets: Iterable[Secret]) -> list[Plant]:
    return [Plant(place.id, secret.kind, secret.needles) for secret in secrets]
