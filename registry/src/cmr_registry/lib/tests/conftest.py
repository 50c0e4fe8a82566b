"""A real S3 server for the tests of the storage port."""

from cmr_registry.lib.tests.swift_server import swift

__all__ = ["swift"]
