"""One reader for all tests of a process: its models take a second to load."""

import pytest

from cmr_deid.pixels.reading_text import Reader


@pytest.fixture(scope="session")
def reader():
    return Reader()
