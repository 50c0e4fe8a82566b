"""Damaged files: every one ends in an output that the second look passes, or in a reason."""

import random

import pytest

from cmr_deid.errors import DeidRefusal
from cmr_deid.gates import gate_instance
from cmr_deid.leaks import search
from cmr_deid.reading import read_source
from cmr_deid.verify import inspect
from cmr_testkit.mutants import mutated

pytestmark = pytest.mark.uncovered

MUTANTS = 500
IDENTIFIERS = (b"fnordvexil", b"zebulonia", b"plyxquor", b"jorvin", b"wexandra", b"0042177", b"awp774411")


@pytest.fixture(scope="module")
def originals(mr, nested, cmr_exam):
    def private(dataset):
        block = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
        block.add_new(0x10, "OB", b"SV10 Fnordvexil^Zebulonia ")
        block.add_new(0x11, "SQ", nested({"PatientName": "Fnordvexil^Zebulonia"}))
        dataset.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0xCC, "SS", 1500)

    values = {
        "ReferencedImageSequence": nested(
            {"ReferencedSOPInstanceUID": "1.2.3", "PatientName": "Fnordvexil^Z"}
        ),
        "RequestAttributesSequence": nested(
            {"RequestedProcedureID": "Jorvin", "RequestAttributesSequence": nested({})}
        ),
        "edit": private,
    }
    synthetic = [
        cmr_exam(vendor=vendor, size="tiny", seed=4).files[5].read_bytes() for vendor in ("siemens", "ge")
    ]
    return [mr(**values), mr(**values), mr(**values, syntax="1.2.840.10008.1.2"), *synthetic]


def judged(result, engine):
    assert inspect(result.data).findings == ()
    assert search(result.data, result.removed_values) == []
    outside = result.data.lower()
    assert not [identifier for identifier in IDENTIFIERS if identifier in outside]
    assert engine.deidentify(result.data).data == result.data


def outcome(engine, data, with_gate):
    """The result, or the refusal; past the guard that would turn an unforeseen exception into a refusal."""
    try:
        if with_gate:
            gate_instance(read_source(data))
        return engine._deidentify(data)
    except DeidRefusal as refusal:
        return refusal


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_damaged_file_gives_a_clean_output_or_a_reason(originals, engine, seed):
    rng = random.Random(seed)
    outputs = 0
    for number in range(MUTANTS):
        data = mutated(rng.choice(originals), rng)
        assert inspect(data).findings
        made = outcome(engine, data, with_gate=number % 10 == 0)
        if isinstance(made, DeidRefusal):
            told = f"{made} {made.args} {made.reason}"
        else:
            outputs += 1
            judged(made, engine)
            told = f"{made!r} {made.changes}"
        assert not [identifier for identifier in IDENTIFIERS if identifier in told.lower().encode()]
    assert 100 < outputs < MUTANTS - 100
