"""The contract between connector, registry and release: what crosses a hospital's wall, and nothing else.

Delivery manifest, receipt, follow-up, withdrawal, acquisition facts, the censoring rule, the layout of a release,
reason codes and their versions live here as plain data with
strict readers. No file, network, clock, key or DICOM library: both sides of the wall import the same words.
"""
