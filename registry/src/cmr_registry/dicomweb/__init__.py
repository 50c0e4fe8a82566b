"""All DICOMweb HTTP (PS3.18) and the viewer, for centers and, later, for releases.

Requests are parsed and answered here; storing belongs to `intake` and `archive`, the right to see to the policy.
"""
