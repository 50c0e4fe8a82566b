"""dciodvfy finds no error in an output that it does not find in the input (PS3.3 modules, PS3.5 values).

Three hundred synthetic instances, each of another vendor, kind of series or choice of planted identifiers, and the
real images that are here; two thousand in the drill of the same name.
"""

import io
import random

import pytest
from pydicom.filewriter import dcmwrite

from cmr_deid.errors import DeidRefusal
from cmr_testkit.dciodvfy import NOT_COMPARABLE, errors_of, is_installed, new_errors
from cmr_testkit.plants import PLACES, plant_bytes
from cmr_testkit.samples import samples
from cmr_testkit.vendors import VENDORS

pytestmark = [
    pytest.mark.uncovered,
    pytest.mark.peer,
    pytest.mark.skipif(not is_installed(), reason="dciodvfy (dicom3tools) is not installed"),
]
FILES = 300
REAL = {
    "cmr": 12,
    "mr_other": 12,
    "dicom_odd/pydicom_test_files": 400,
}


def deidentified(engine, files):
    pairs = []
    for data in files:
        try:
            pairs.append((data, engine.deidentify(data, frozenset({"not_a_heart"})).data))
        except DeidRefusal:
            continue
    return pairs


@pytest.fixture(scope="module")
def pairs(engine):
    """An instance of every kind of series of every vendor, but the screen saves, and its output."""
    files = []
    for vendor in VENDORS:
        for sample in samples(vendor):
            buffer = io.BytesIO()
            dcmwrite(buffer, sample.dataset, enforce_file_format=True)
            files.append(buffer.getvalue())
    return deidentified(engine, files)


def named(found):
    return sorted({line for lines in found for line in lines})


def test_no_output_of_a_synthetic_instance_has_a_new_error(pairs):
    assert len(pairs) > 150
    assert named(new_errors(pairs)) == []


def test_no_identifier_that_was_planted_leaves_an_error_where_it_stood(engine, pairs):
    planted, places = [], [place for place in PLACES if place.id not in NOT_COMPARABLE]
    for turn in range(FILES - len(pairs)):
        host = pairs[turn * 7 % len(pairs)][0]
        planted.append((host, plant_bytes(host, random.Random(turn), [places[turn * 5 % len(places)]])[0]))
    found = new_errors((host, engine.deidentify(bad).data) for host, bad in planted)
    # what a tool reads of a broken input is little: the host's own errors are compared first
    left = [lines - errors_of(bad) for lines, (_, bad) in zip(found, planted, strict=True) if lines]
    assert len(pairs) + len(planted) == FILES
    assert named(left) == []


def test_no_output_of_a_real_image_has_a_new_error(engine, shared_data):
    files = []
    for name, most in REAL.items():
        paths = sorted(path for path in shared_data(name).rglob("*") if path.is_file())
        step = max(len(paths) // most, 1)
        files += [path.read_bytes() for path in paths[::step]]
    pairs = deidentified(engine, files)
    assert len(pairs) >= 30
    assert named(new_errors(pairs)) == []


def test_the_comparison_sees_an_attribute_that_went_missing(engine, mr):
    before, after = mr(), mr(SOPInstanceUID="1.2.3", StudyDate=None)
    assert any("StudyDate" in line for line in new_errors([(before, after)])[0])
    assert new_errors([(before, before)]) == [frozenset()]
