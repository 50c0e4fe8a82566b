"""De-identification of DICOM instances, and the proof of it.

The engine (allow-list by attribute), the identities derived from a center's key, the acquisition facts read
before private blobs go, an independent verifier that shares no rule with the engine, and the re-keying of coded
instances for a data release live here. Keys are handed in; no network, environment, database, clock or random
draw; no value ever reaches a message.
"""
