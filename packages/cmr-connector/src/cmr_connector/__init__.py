"""What a hospital installs: find, match, de-identify, verify, queue and send CMR exams.

Sources of images and reports, follow-up and withdrawals, the encrypted crosswalk, the outbox, the sender and the
center desk live here.
The patient ends here: everything that leaves is a `cmr_exchange` document or a verified DICOM instance.
"""
