"""Damaged files: every one ends in an output that the second look passes, or in a reason."""

import random

import pytest

from cmr_deid.errors import DeidRefusal
from cmr_deid.gates import gate_instance
from cmr_deid.leaks import search
from cmr_deid.reading import read_source
from cmr_deid.verify import inspect

MUTANTS = 250


@pytest.fixture(scope="module")
def originals(mr, nested, cmr_exam):
    small = mr(
        ReferencedImageSequence=nested({"ReferencedSOPInstanceUID": "1.2.3", "PatientName": "Fnordvexil^Z"}),
        RequestAttributesSequence=nested(
            {"RequestedProcedureID": "X", "RequestAttributesSequence": nested({})}
        ),
    )
    synthetic = [
        cmr_exam(vendor=vendor, size="tiny", seed=4).files[5].read_bytes() for vendor in ("siemens", "ge")
    ]
    return [small, mr(syntax="1.2.840.10008.1.2"), *synthetic]


def mutated(data, rng):
    out = bytearray(data)
    last = min(len(out), 6000)
    for _ in range(rng.choice([1, 1, 2, 6])):
        place = rng.randrange(330, last)
        kind = rng.random()
        if kind < 0.8:
            out[place] = rng.randrange(256)
        elif kind < 0.9:
            del out[place : place + rng.randrange(1, 9)]
        else:
            out[place:place] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9)))
    return bytes(out)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_damaged_file_gives_a_clean_output_or_a_reason(originals, engine, seed):
    rng = random.Random(seed)
    outcomes = {"output": 0, "reason": 0}
    for _ in range(MUTANTS):
        data = mutated(rng.choice(originals), rng)
        assert inspect(data).findings
        try:
            gate_instance(read_source(data))
            # past the guard that would turn an unforeseen exception into a refusal
            result = engine._deidentify(data, frozenset())
        except DeidRefusal:
            outcomes["reason"] += 1
            continue
        outcomes["output"] += 1
        assert inspect(result.data).findings == ()
        assert search(result.data, result.removed_values) == []
        assert engine.deidentify(result.data).data == result.data
    assert min(outcomes.values()) > 20
