"""Mutation of the engine (D16): whichever of its acts or judgments does nothing, the corpus notices."""

import random

import pytest

from cmr_deid.errors import DeidRefusal
from cmr_testkit.plants import found, planted_file
from cmr_testkit.plants.planting import chosen
from drills import deid_corpus

TURNS = (0, 3, 8, 11)


def same(_, element, *__, **___):
    return element


def unchanged(value, *_):
    return value


def equipment(_tag, text, *_):
    return text


def always(*_):
    return True


def stream(_syntax, frame, *_):
    return frame


MUTANTS = {
    "nothing is removed": ("cmr_deid.replacing.Replacing.gone", same),
    "nothing is cleaned": ("cmr_deid.transform.Transform._clean", same),
    "dates are not moved": ("cmr_deid.transform.Transform._shift", same),
    "UIDs are not re-mapped": ("cmr_deid.transform.Transform._remap", same),
    "nothing is emptied": ("cmr_deid.replacing.Replacing.empty", same),
    "serials stay": ("cmr_deid.replacing.Replacing.device", same),
    "sequences are not entered": ("cmr_deid.transform.Transform._recurse", same),
    "meanings of codes stay": ("cmr_deid.transform.clean_meaning", unchanged),
    "every code is public": ("cmr_deid.transform.is_public_code", always),
    "every word of a code string stays": ("cmr_deid.transform.clean_codes", unchanged),
    "descriptions stay": ("cmr_deid.transform.clean_words", unchanged),
    "equipment texts stay": ("cmr_deid.transform.clean_equipment", equipment),
    "numbers may have any form and size": ("cmr_deid.transform._has_plausible_form", always),
    "ages stay": ("cmr_deid.values.clean_age", unchanged),
    "every private value fits": ("cmr_deid.private.fits", always),
    "compressed pixels are not cleaned": ("cmr_deid.codestreams.cleaned", stream),
}


@pytest.fixture(scope="module")
def sources():
    images = deid_corpus.images(seed=12, kinds=1)
    classic = [image for image in images if not image.enhanced]
    chosen_images = [*classic[:3], next(image for image in images if image.enhanced)]
    return [
        planted_file(image.data, random.Random(turn), chosen(turn))
        for turn, image in zip(TURNS, chosen_images, strict=True)
    ]


def left(sources):
    worker, places = deid_corpus.engine(), set()
    for data, plants in sources:
        try:
            result = worker.deidentify(data)
        except DeidRefusal:
            continue
        places |= {plant.place for plant in found(result.data, plants)}
    return places


def test_the_engine_as_it_is_leaves_nothing(sources):
    assert left(sources) == set()


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_corpus_notices_the_mutant(sources, monkeypatch, mutant):
    monkeypatch.setattr(*MUTANTS[mutant])
    assert left(sources)
