import pytest

from cmr_registry.lib.tests.swift_server import swift_server, why_not


@pytest.fixture(scope="session")
def swift(tmp_path_factory):
    """A running S3 server with an empty bucket, or a skip with the reason."""
    base = tmp_path_factory.mktemp("swift")
    reason = why_not(base)
    if reason:
        pytest.skip(reason)
    with swift_server(base) as server:
        yield server
