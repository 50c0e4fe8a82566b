"""What the named cases share: an image bent to a case goes in, and nothing of what was planted may come out."""

import struct

import pytest
from pydicom.dataset import Dataset

from cmr_deid.reading import read_source
from cmr_deid.verify import inspect
from cmr_testkit.plants import Plant, found
from cmr_testkit.plants.part import part_10, raw_copy
from cmr_testkit.plants.reserved import Needle

PIXELS = b"\xe0\x7f\x10\x00O"


@pytest.fixture(scope="session")
def gone(engine):
    """De-identify and search the whole output, in six encodings, for each of these texts or bytes."""

    def run(data, *secrets):
        result = engine.deidentify(data)
        told = "\n".join(f"{change.path} {change.action} {change.rule}" for change in result.changes)
        said = f"{told}\n{result!r}\n{result.facts!r}".encode()
        for secret in secrets:
            raw = secret if isinstance(secret, bytes) else secret.lower().encode()
            form = "raw" if isinstance(secret, bytes) else "text"
            plants = [Plant("here", "name", (Needle(form, raw),))]
            assert found(data, plants) or not isinstance(secret, str) or not secret.isascii(), secret
            assert not found(result.data, plants), secret
            assert not found(said, plants), secret
        assert inspect(result.data).findings == ()
        return read_source(result.data)

    return run


@pytest.fixture(scope="session")
def with_bytes(mr):
    """The small image with raw bytes put right before an attribute (default: the pixel data)."""

    def made(extra, tag=None, **values):
        data = mr(**values)
        mark = PIXELS if tag is None else struct.pack("<HH", tag >> 16, tag & 0xFFFF)
        place = data.index(mark, 132)
        return data[:place] + extra + data[place:]

    return made


@pytest.fixture(scope="session")
def bent(mr):
    """The small image after `edit` of its raw elements, written as they are (`cmr_testkit.plants.part`)."""

    def made(edit, **values):
        dataset = raw_copy(mr(**values))
        edit(dataset)
        return part_10(dataset)

    return made


@pytest.fixture(scope="session")
def enhanced(mr):
    """An Enhanced MR image of four frames with an empty group for each."""
    count = 4

    def frames(dataset):
        dataset.NumberOfFrames = count
        dataset.PixelData = bytes(48 * count)
        dataset.SharedFunctionalGroupsSequence = [Dataset()]
        dataset.PerFrameFunctionalGroupsSequence = [Dataset() for _ in range(count)]
        for number, group in enumerate(dataset.PerFrameFunctionalGroupsSequence):
            position = Dataset()
            position.ImagePositionPatient = [0, 0, 8 * number]
            group.PlanePositionSequence = [position]

    return mr(SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1", edit=frames)
