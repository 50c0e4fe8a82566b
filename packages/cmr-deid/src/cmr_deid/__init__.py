"""De-identification of DICOM instances, and the proof of it.

The engine (allow-list by attribute), the identities derived from a center's key, the acquisition facts read
before private blobs go, and an independent verifier that shares no rule with the engine live here. Keys are
handed in; no network, environment, database, clock or random draw; no value ever reaches a message.
"""
