"""A synthetic cohort enters a registry through intake and follow-up, as connectors would send it."""

import os
import subprocess
import sys

import pytest

from cmr_testkit.cohort import make_cohort
from cmr_testkit.cohort.writing import write_cohort


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("cohort")
    write_cohort(make_cohort(40, seed=2), out)
    return out


def lines(path):
    return len(path.read_text().splitlines())


def load(registry, folder):
    command = [sys.executable, "-m", "demo.cohort", str(folder)]
    environment = dict(os.environ, **registry.environment)
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_every_exam_and_follow_up_document_is_taken_and_taken_once(registry, folder):
    first, again = load(registry, folder), load(registry, folder)

    said = [done.stdout.splitlines()[-1].split() for done in (first, again)]
    assert (first.returncode, again.returncode) == (0, 0), first.stderr[-2000:]
    for words in said:
        assert int(words[0]) == lines(folder / "manifests.jsonl")
        assert int(words[5]) == lines(folder / "followup.jsonl")
    assert '"delivery_opened"' in first.stdout + first.stderr
    assert '"delivery_opened"' not in again.stdout + again.stderr


def test_a_center_that_the_registry_does_not_have_is_named(registry, tmp_path):
    write_cohort(make_cohort(60, seed=2, centers=4), tmp_path)

    done = load(registry, tmp_path)

    assert done.returncode == 1
    assert "The registry has no center aldermoor" in done.stderr
