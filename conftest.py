"""Fixtures for every test of the house."""

from pathlib import Path

import coverage
import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")

SHARED = Path(__file__).resolve().parent.parent / "shared"


@pytest.fixture(scope="session")
def shared_data():
    """Find a folder of real data beside the repository, or skip with the reason."""

    def find(name: str) -> Path:
        folder = SHARED / "data" / name
        if not folder.exists():
            pytest.skip(f"real data '{name}' are not on this machine")
        return folder

    return find


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """Coverage rests while a test marked `uncovered` runs, with its fixtures: it makes computing three times slower."""
    measuring = coverage.Coverage.current()
    if measuring is None or item.get_closest_marker("uncovered") is None:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()
