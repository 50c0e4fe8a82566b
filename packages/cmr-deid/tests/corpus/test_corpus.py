"""The corpus: no planted identifier is left, no science is lost, no leak passes the second gate, nothing is told."""

import json
import random
from collections import Counter

import pytest

from cmr_deid import cli
from cmr_deid.verify import inspect
from cmr_testkit.plants import LEAKS, found, planted_file, put_leak
from cmr_testkit.plants.planting import chosen
from drills import deid_corpus
from drills.deid_science import MUST_KEEP, PRIVATE, STANDARD

pytestmark = pytest.mark.uncovered

KINDS = 20
FEWEST_PLANTS = 50_000
LEAKY_FILES = 500


@pytest.fixture(scope="module")
def images():
    return deid_corpus.images(seed=11, kinds=KINDS)


@pytest.fixture(scope="module")
def totals(images):
    return deid_corpus.run(images, deid_corpus.engine())


@pytest.fixture(scope="module")
def clean(images):
    worker = deid_corpus.engine()
    return [worker.deidentify(image.data).data for image in images]


def test_fifty_thousand_identifiers_are_planted_in_every_kind_of_place(totals):
    assert totals.plants >= FEWEST_PLANTS
    vendors = {(vendor, enhanced) for vendor, _, enhanced in totals.forms}
    assert {enhanced for _, enhanced in vendors} == {True, False}
    assert len(vendors) >= 7
    for vendor, enhanced in vendors:
        kinds = {kind for one, kind, form in totals.forms if (one, form) == (vendor, enhanced)}
        assert len(kinds) >= KINDS, vendor
    assert len(totals.places) >= 300


def test_every_file_of_the_corpus_is_taken_and_passes_the_second_gate(totals):
    assert totals.refused == Counter()
    assert totals.blocked == Counter()
    assert totals.unsearched == 0


def test_not_one_planted_identifier_is_left(totals):
    assert totals.left == Counter()


def test_not_one_planted_identifier_stands_in_changes_facts_or_exceptions(totals):
    assert totals.told == Counter()


def test_science_is_equal_in_the_same_run(totals):
    assert len(STANDARD) >= 75
    assert len(PRIVATE) >= 60
    assert len(MUST_KEEP) >= 40
    assert totals.science > 12_000
    assert totals.equal >= 0.999, totals.changed
    assert totals.must_keep > 5_000
    assert totals.must_keep_changed == Counter()


def test_of_one_leak_put_back_the_second_gate_blocks_nearly_all(clean):
    missed = Counter()
    kinds = list(LEAKS)
    for number in range(LEAKY_FILES):
        kind = kinds[number % len(kinds)]
        leaky = put_leak(clean[number * 7 % len(clean)], kind, random.Random(number))
        missed[kind] += not inspect(leaky).findings
    assert sum(missed.values()) <= 0.005 * LEAKY_FILES, +missed
    assert not [kind for kind, count in missed.items() if count and LEAKS[kind].by_form]


def test_of_clean_files_the_second_gate_blocks_nearly_none(clean):
    blocked = [data for data in clean if inspect(data).findings]
    assert len(blocked) <= 0.005 * len(clean)


REFUSED = {
    "cut off": lambda data: data[: len(data) // 2],
    "no prefix": lambda data: data[:128] + b"DCM\0" + data[132:],
    "wrong length": lambda data: data.replace(b"\x10\x00\x10\x00PN", b"\x10\x00\x10\x00??", 1),
    "screen save": lambda data: data.replace(b"PRIMARY", b"REPORT ", 1),
    "no number": lambda data: data.replace(b"\x10\x00\x20\x00LO", b"\x10\x00\x21\x00LO", 1),
}


def test_the_command_tells_nothing_of_what_was_planted(images, tmp_path, capsys, caplog):
    source, plants, rng = tmp_path / "in", [], random.Random(15)
    source.mkdir()
    for turn, image in enumerate(images[::6]):
        data, more = planted_file(image.data, rng, chosen(turn))
        plants += more
        (source / f"{turn}.dcm").write_bytes(data)
        name, change = list(REFUSED.items())[turn % len(REFUSED)]
        (source / f"{turn} {name}.dcm").write_bytes(change(data))
    key, out, report = tmp_path / "key", tmp_path / "out", tmp_path / "R.jsonl"
    cli.main(["keygen", str(key)])
    cli.main(["run", str(source), str(out), "--key-file", str(key), "--report", str(report)])
    for file in list(source.iterdir())[::8]:
        cli.main(["explain", str(file)])
    cli.main(["verify", str(source)])
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert {line["outcome"] for line in lines} >= {"deidentified", "rejected"}
    assert sum(line["outcome"] == "deidentified" for line in lines) >= len(images[::6])
    names = " ".join(path.as_posix() for path in out.rglob("*"))
    told = f"{printed.out}{printed.err}{caplog.text}{report.read_text()}{names}".encode()
    assert len(plants) > 5_000
    assert found(told, plants) == []
