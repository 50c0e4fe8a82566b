"""Which numbers may stand on a public page."""

import pytest

from cmr_registry.public.numbers import public_number


@pytest.mark.parametrize("count", [0, 1, 10])
def test_fewer_than_eleven_are_never_told_apart(count):
    assert public_number(count) == "fewer than 11"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (11, "about 10"),
        (13, "about 15"),
        (998, "about 1,000"),
        (1_004, "about 1,000"),
        (1_006, "about 1,010"),
        (45_678, "about 45,700"),
        (154_458, "about 154,000"),
        (299_622_066, "about 299,622,000"),
    ],
)
def test_larger_numbers_are_rounded_the_coarser_the_larger(count, words):
    assert public_number(count) == words
