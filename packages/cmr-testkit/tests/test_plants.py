"""Planted identifiers: every one can be found in every encoding, and nothing that a de-identifier makes is one."""

import base64
import gzip
import io
import random
import uuid
import zlib

import pydicom
import pytest

from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_deid.values import shift_date
from cmr_testkit.exam import exam_instances, plan_exam
from cmr_testkit.plants import (
    ENCODINGS,
    LEAKS,
    PLACES,
    Plant,
    found,
    plant,
    plant_bytes,
    planted_file,
    put_leak,
)
from cmr_testkit.plants.leaks import put_together, taken_apart
from cmr_testkit.plants.part import part_10, raw_copy
from cmr_testkit.plants.planting import STREAMS, chosen
from cmr_testkit.plants.reserved import Needle, Reserved

DRAWS = (
    "family",
    "person",
    "spoken",
    "mark",
    "number",
    "phone",
    "email",
    "url",
    "date",
    "uid",
    "seconds",
    "address",
)


@pytest.fixture(scope="module")
def image():
    drawn = plan_exam(vendor="siemens", size="tiny", seed=2)
    _, dataset = next(exam_instances(drawn))
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def test_there_are_places_of_many_kinds():
    assert len(PLACES) >= 300
    assert len({place.id for place in PLACES}) == len(PLACES)
    assert {place.how for place in PLACES} == {
        *("attribute", "descriptor", "item", "frames", "private", "meta", "bytes", "stream"),
    }
    assert all(place.what and (place.put or place.put_bytes) for place in PLACES)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.id)
def test_what_is_planted_is_found_and_was_not_there_before(image, place):
    data, plants = planted_file(image, random.Random(place.id), [place])
    assert (place.how == "frames") == (not plants)
    assert found(data, plants) == plants
    assert found(image, plants) == []


def test_every_place_has_its_turn_and_no_two_stand_in_one_slot():
    seen = set()
    for turn in range(len(PLACES)):
        places = chosen(turn)
        seen |= {place.id for place in places}
        slots = [slot for place in places for slot in place.slots]
        assert len(slots) == len(set(slots))
        assert len(places) >= 130
    assert seen == {place.id for place in PLACES}


def test_a_data_set_and_a_file_are_planted_alike(image):
    dataset = raw_copy(image)
    plants = plant(dataset, random.Random(5))
    data, more = plant_bytes(image, random.Random(5))
    assert len(plants) >= 200
    assert found(part_10(dataset), plants) == plants
    assert found(data, more) == more
    assert {one.place for one in plants} < {one.place for one in more}


def test_the_same_seed_plants_the_same_bytes(image):
    once, again = (planted_file(image, random.Random(8), chosen(8)) for _ in range(2))
    assert once == again
    assert planted_file(image, random.Random(9), chosen(8))[0] != once[0]


def test_a_file_that_is_taken_apart_and_written_is_the_same_file(image):
    assert part_10(raw_copy(image)) == image
    assert put_together(taken_apart(image)) == image
    data, _ = planted_file(image, random.Random(1), [STREAMS[0]])
    assert put_together(taken_apart(data)) == data


def test_one_needle_is_found_in_every_encoding():
    secret = Reserved(random.Random(3)).family()
    plants = [Plant("here", secret.kind, secret.needles)]
    text = secret.bytes
    hidden = {
        "plain": text.upper(),
        "utf-16": secret.text.encode("utf-16-be"),
        "reversed": text[::-1],
        "base 64": base64.b64encode(b"x" + text),
        "hexadecimal": text.hex().encode(),
        "deflated": zlib.compress(text),
    }
    assert tuple(hidden) == ENCODINGS
    for name, value in hidden.items():
        assert found(b"before " + value + b" after", plants), name
    assert found(gzip.compress(text), plants)
    assert found(b" ".join(text[i : i + 1] for i in range(len(text))), plants)
    assert not found(b"nothing of it, not even eJzLSM3JyQcABiwCFQ==", plants)


@pytest.mark.parametrize(
    ("form", "value", "inside", "outside"),
    [
        ("number", b"123456789", b"No. 123456789.", b"1.2.25.1234567890"),
        ("date", b"19440817", b"DT19440817081500", b"2.25.194408170"),
        ("raw", b"Hand", b"Dr. Hand", b"HANDED"),
        ("text", b"17.03.1938", b"on 17.03.1938", b"17031938"),
        ("word", b"vroxzwick", b"Vrox^Zwick", b"vrox wick"),
    ],
)
def test_each_form_of_needle_knows_its_boundaries(form, value, inside, outside):
    plants = [Plant("here", "name", (Needle(form, value),))]
    assert found(inside, plants)
    assert not found(outside, plants)


def test_damaged_streams_and_odd_runs_do_not_stop_the_search():
    plants = [Plant("here", "name", (Needle("word", b"vroxzwick"),))]
    assert found(b"\x78\x9c broken \x1f\x8b\x08 broken vroxzwick", plants) == plants


def test_nothing_that_a_de_identifier_writes_is_in_the_reserved_space():
    identities, rng = Identities(new_key(bytes(range(32)))), random.Random(4)
    made = []
    for number in range(400):
        uid = identities.uid(f"1.2.{number}")
        made += [uid, identities.subject("", str(number)), identities.device(str(number))]
        made += [identities.exam(uid), identities.key_id, uuid.uuid5(uuid.NAMESPACE_OID, str(number)).hex]
        made += [shift_date("20240229", -number - 1), identities.seal(uid.encode())]
    output = "\\".join(made).encode()
    reserved = Reserved(rng)
    secrets = [getattr(reserved, draw)() for draw in DRAWS for _ in range(100)]
    assert found(output, [Plant("here", secret.kind, secret.needles) for secret in secrets]) == []


def test_a_moved_date_is_never_the_planted_one():
    reserved = Reserved(random.Random(6))
    planted = {reserved.moved_date().text, reserved.moved_stamp().text[:8]}
    assert len(planted) == 1
    moved = {shift_date(planted.copy().pop(), -days) for days in range(1, 3653)}
    assert planted.isdisjoint(moved)
    assert moved.isdisjoint({f"{reserved.day():%Y%m%d}" for _ in range(2000)})


def test_there_are_fifty_kinds_of_leaks_and_each_puts_one_back(image):
    assert len(LEAKS) >= 50
    assert sum(leak.by_form for leak in LEAKS.values()) >= 30
    for kind in LEAKS:
        leaky = put_leak(image, kind, random.Random(kind))
        assert leaky != image, kind
        assert leaky == put_leak(image, kind, random.Random(kind))
