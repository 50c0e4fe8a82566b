"""All DICOMweb HTTP (PS3.18) and the viewer, for centers and, later, for releases.

Requests are parsed and answered here; storing belongs to `intake` and `archive`, the right to see to the policy.

    app, workers, ask          the Starlette application: doors, threads, what a handler is asked
    stow, parts                STOW-RS: a stream of parts, stored in batches, answered one by one
    qido, matching, selectors  QIDO-RS: queries as data, their meaning, their way through the archive
    wado, transcoding          WADO-RS: instances, metadata, frames, pictures
    negotiation, answers, dicom_json, errors   forms of an answer and of a refusal
    services                   view events
    views, urls, ohif/         the viewer's files and their policy
"""
