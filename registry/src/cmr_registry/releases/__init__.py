"""Data cuts: freeze, de-link, export, manifest, output check, publication, download, re-issue without who withdrew.

A release is cut from a snapshot (cohorts) for a project (projects), restricted to the centers that said yes and to
what the application asked for, under a key of its own. Reading images over DICOMweb from a release does not live here.
"""
