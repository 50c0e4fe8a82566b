"""Fingerprints of sets of persons: equal sets are equal, close sets are never missed."""

import random
import uuid

import numpy as np
import pytest

from cmr_registry.cohorts.differencing import BUCKETS, bits_of, fingerprint_of, mark_of, near, sketch_of


@pytest.fixture(scope="module")
def people():
    chance = random.Random(3)
    ids = sorted(str(uuid.UUID(int=chance.getrandbits(128))).encode() for _ in range(5_000))
    return bits_of(ids)


def lines(*sets):
    sketches = b"".join(sketch_of(fingerprint_of(one)) for one in sets)
    return np.frombuffer(sketches, dtype="<u4").reshape(-1, BUCKETS)


def chosen(people, chance, n):
    return people[np.sort(chance.choice(len(people), n, replace=False))]


def test_nobody_has_the_fingerprint_zero(people):
    assert fingerprint_of(people[:0]) == 0


def test_the_order_of_persons_does_not_matter(people):
    assert fingerprint_of(people[::-1]) == fingerprint_of(people)


def test_parts_join_and_come_out_again(people):
    whole, part = fingerprint_of(people), fingerprint_of(people[100:900])
    rest = fingerprint_of(np.concatenate([people[:100], people[900:]]))
    assert part ^ rest == whole
    assert whole ^ part == rest


def test_a_person_is_the_same_in_every_snapshot():
    ids = [str(uuid.UUID(int=n * 2**100)).encode() for n in range(1, 50)]
    assert set(bits_of(ids[10:]).tolist()) < set(bits_of(ids).tolist())


@pytest.mark.parametrize("n", range(1, 11))
def test_sets_that_differ_by_few_persons_are_never_missed(people, n):
    for seed in range(40):
        chance = np.random.default_rng([seed, n])
        whole = chosen(people, chance, 600)
        out = chance.integers(0, n + 1)
        other = np.concatenate([whole[out:], np.setdiff1d(people, whole)[: n - out]])
        assert near(sketch_of(fingerprint_of(whole)), lines(other), 11).all()


def test_sets_that_differ_by_nobody_or_many_are_not_close(people):
    chance = np.random.default_rng(1)
    whole = chosen(people, chance, 600)
    sketch = sketch_of(fingerprint_of(whole))
    others = [whole, *(np.delete(whole, chance.choice(600, 20, replace=False)) for _ in range(200))]
    found = near(sketch, lines(*others), 11)
    assert not found[0]
    assert found[1:].mean() < 0.01


def test_equal_sets_have_one_name(people):
    one, same = fingerprint_of(people[5:50]), fingerprint_of(people[5:50][::-1])
    assert mark_of(45, one) == mark_of(45, same)
    assert mark_of(45, one) != mark_of(44, fingerprint_of(people[6:50]))


@pytest.mark.parametrize("name", [b"S000123", b"g0", b"", b"\xff\xfe"])
def test_ids_that_are_no_uuids_have_bits_too(name):
    assert len(bits_of([name, b"another"])) == 2
