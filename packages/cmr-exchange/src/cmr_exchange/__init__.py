"""The contract between connector, registry and release: what crosses a hospital's wall, and nothing else.

Delivery manifest, receipt, acquisition facts, reason codes and their versions live here as plain data with
strict readers. No file, network, clock, key or DICOM library: both sides of the wall import the same words.
"""
