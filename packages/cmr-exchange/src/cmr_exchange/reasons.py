"""Every reason to refuse or hold something: a code, a sentence, who can mend it and how (L4).

Connector, center desk and registry show the same sentence for the same code. A reason never carries a value.
"""

import enum
from dataclasses import dataclass


class Mender(enum.StrEnum):
    """Who can mend it."""

    COORDINATOR = "center coordinator"
    HOSPITAL_IT = "hospital IT"
    STEWARD = "registry steward"
    NOBODY = "nobody needs to"


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code with its sentence.

    Attributes:
        code: stable name, used in ledgers, reports and answers.
        sentence: what is wrong, in plain words.
        mender: who can mend it.
        how: what that person does.
        dicom_status: Failure Reason (0008,1197) that STOW-RS answers with (PS3.18 10.5.3).
    """

    code: str
    sentence: str
    mender: Mender
    how: str
    dicom_status: int = 0xC000


_C, _IT, _S, _N = Mender.COORDINATOR, Mender.HOSPITAL_IT, Mender.STEWARD, Mender.NOBODY
_REFUSED, _MISMATCH, _RESOURCES = 0x0122, 0xA900, 0xA700

_ALL = (
    # -- the file itself
    Reason("zero_length", "The file is empty.", _IT, "Export the image again from the PACS."),
    Reason("not_dicom", "The file is not a DICOM image.", _N, "Leave it out; only images are taken."),
    Reason("truncated", "The DICOM file ends too early.", _IT, "Send the image again from the PACS."),
    Reason("unreadable", "The DICOM file cannot be read.", _IT, "Export the image again from the PACS."),
    Reason(
        "too_large", "The file is larger than the limit.", _IT, "Ask the steward if a larger limit is needed."
    ),
    Reason(
        "too_deep",
        "The file nests sequences deeper, or holds more attributes, than the limit.",
        _IT,
        "Export the image again.",
    ),
    Reason("missing_uid", "The image has no usable study, series or instance UID.", _IT, "Export it again."),
    Reason(
        "transfer_syntax",
        "The image is encoded in a way the registry does not take.",
        _IT,
        "Let the PACS send it uncompressed (Explicit VR Little Endian).",
        _REFUSED,
    ),
    Reason(
        "pixel_length",
        "The pixel data do not have the length that the header declares.",
        _IT,
        "Send the image again from the PACS.",
        _MISMATCH,
    ),
    # -- what it shows
    Reason(
        "sop_class",
        "This kind of DICOM object is not taken; only MR images are.",
        _N,
        "Leave it out.",
        _REFUSED,
    ),
    Reason(
        "secondary_capture",
        "A secondary capture may show names in its pixels and is never taken.",
        _N,
        "Leave it out.",
        _REFUSED,
    ),
    Reason("not_mr", "The image is not from magnetic resonance.", _N, "Leave it out.", _REFUSED),
    Reason(
        "burned_in",
        "The header says that text is burned into the pixels.",
        _C,
        "Look at the image; send the original images without annotation.",
        _REFUSED,
    ),
    Reason(
        "screen_save",
        "The image is a screen save or result sheet and may show names.",
        _N,
        "Leave it out.",
        _REFUSED,
    ),
    Reason(
        "not_a_heart",
        "Nothing says that this is an exam of the heart or great vessels.",
        _C,
        "Check the exam; release it by hand if it is a CMR exam.",
    ),
    Reason("head_coverage", "The images may show the face or head.", _C, "Leave the series out.", _REFUSED),
    # -- whose it is
    Reason(
        "no_patient_id",
        "The image has no patient ID, so it cannot be given a pseudonym.",
        _C,
        "Correct the exam in the PACS and send it again.",
    ),
    Reason(
        "two_patients",
        "One study or series carries two different patient IDs.",
        _C,
        "Separate the patients in the PACS and send the exam again.",
    ),
    Reason("opted_out", "The patient is on the center's opt-out list.", _N, "Nothing leaves the hospital."),
    Reason(
        "no_agreement",
        "The center's participation agreement does not cover uploads at present.",
        _C,
        "Ask the registry steward for the state of the agreement.",
    ),
    # -- privacy
    Reason(
        "not_marked",
        "The image is not marked as de-identified.",
        _IT,
        "Send it through the Registry Connector.",
        _REFUSED,
    ),
    Reason(
        "identifying_attribute",
        "The image still carries an attribute that may identify the patient.",
        _IT,
        "Send it through the Registry Connector.",
        _REFUSED,
    ),
    Reason(
        "identifying_value",
        "A value in the image has a form that may identify the patient.",
        _IT,
        "Send it through the Registry Connector.",
        _REFUSED,
    ),
    Reason(
        "private_attribute",
        "The image carries a private attribute that is not known to be safe.",
        _IT,
        "Send it through the Registry Connector.",
        _REFUSED,
    ),
    Reason(
        "original_uid",
        "The image carries a UID that was not re-mapped.",
        _IT,
        "Send it through the Registry Connector.",
        _REFUSED,
    ),
    Reason(
        "hidden_bytes",
        "The image carries bytes outside its declared attributes.",
        _IT,
        "Send it through the Registry Connector.",
        _REFUSED,
    ),
    Reason(
        "source_value_left",
        "A value that was removed still stands somewhere in the outgoing file.",
        _S,
        "Report the exam number shown here; the exam stays inside the hospital.",
    ),
    Reason(
        "burned_in_text",
        "The images seem to show text that is not known to be technical.",
        _C,
        "Look at the crop on the center desk; let the series pass, blank the region, or leave the series out.",
        _REFUSED,
    ),
    Reason(
        "pixels_changed",
        "The pixels that would leave are not the pixels that came, outside the regions that were blanked.",
        _S,
        "Report the exam number shown here; the exam stays inside the hospital.",
    ),
    Reason(
        "science_changed",
        "A measurement of the images (geometry, timing, velocity, scaling) would not leave as it came.",
        _S,
        "Report the exam number and the attribute shown here; the exam stays inside the hospital.",
    ),
    Reason(
        "free_text",
        "Free text stays at the center; only coded values cross.",
        _C,
        "Enter the coded value in the case report.",
        _REFUSED,
    ),
    # -- the delivery
    Reason(
        "other_study",
        "The image belongs to another study than the address says.",
        _IT,
        "Store it under the address of its own study, or under no study.",
        _MISMATCH,
    ),
    Reason(
        "not_in_manifest",
        "The instance is not listed in the delivery's manifest.",
        _IT,
        "Let the connector send the exam again.",
        _MISMATCH,
    ),
    Reason(
        "hash_mismatch",
        "The bytes received are not the bytes that the manifest announces.",
        _IT,
        "Let the connector send the exam again.",
        _MISMATCH,
    ),
    Reason(
        "same_uid_other_bytes",
        "An instance with this UID and other bytes is already stored; both are kept apart.",
        _S,
        "The steward decides which one counts.",
        0x0111,
    ),
    Reason(
        "subject_mismatch",
        "The exam is already stored under another subject.",
        _S,
        "The steward decides together with the center.",
        _MISMATCH,
    ),
    Reason(
        "value_rejected",
        "A case-report value does not fit the data dictionary.",
        _C,
        "Correct the value in the report and send the row again.",
    ),
    Reason(
        "report_unmatched",
        "No exam with this accession number has arrived.",
        _C,
        "Check the accession number, or wait for the images.",
    ),
    Reason(
        "out_of_storage",
        "The registry has no room for it at present; nothing was stored.",
        _S,
        "The connector tries again by itself.",
        _RESOURCES,
    ),
    Reason(
        "report_no_accession",
        "The report names no accession number, so no exam can be found for it.",
        _C,
        "Add the accession number and send the report again.",
    ),
    Reason(
        "report_unreadable",
        "The report is not a readable table or ORU^R01 message.",
        _IT,
        "Check the export against the column names or the HL7 interface description.",
    ),
    Reason(
        "report_other_patient",
        "The report names another patient than the exam with this accession number.",
        _C,
        "Check patient ID and accession number in the report.",
    ),
    Reason(
        "report_ambiguous",
        "More than one exam carries this accession number.",
        _C,
        "Enter the values in the case report of the right exam.",
    ),
    Reason(
        "row_ambiguous",
        "More than one exam fits the patient and the day of this row.",
        _C,
        "Add the accession number to the table, or enter the values in the case report of the right exam.",
    ),
    Reason("report_replaced", "A corrected row of the same table came for the same exam.", _N, "Nothing."),
    Reason("duplicate", "The same image was taken before.", _N, "Nothing."),
    Reason(
        "outgoing_cleared",
        "The registry asks again for an image whose outgoing copy was already cleared here.",
        _C,
        "Send the exam again from the PACS.",
    ),
    Reason(
        "version_taken",
        "Another delivery of this exam with the same version number came before and says something else.",
        _S,
        "If the connector was restored from a backup, compare both with the center; its next version goes through.",
    ),
    # -- follow-up and withdrawal
    Reason(
        "unknown_subject",
        "The registry knows no subject with this pseudonym at this center.",
        _C,
        "Wait until an exam of the patient has been accepted; the connector tries again by itself.",
    ),
    Reason(
        "subject_withdrawn",
        "The subject has withdrawn; nothing more of it is taken.",
        _N,
        "Nothing.",
    ),
    Reason(
        "older_version",
        "The registry holds a newer version of this follow-up.",
        _C,
        "Compare what the registry shows with what is entered here, then send it again as the newest version.",
    ),
    Reason(
        "follow_up_version_taken",
        "Another follow-up document with the same version number came before and says something else.",
        _C,
        "Compare what the registry shows with what is entered here, then send it again as the newest version.",
    ),
    Reason(
        "follow_up_value_rejected",
        "A value of an event does not fit the data dictionary of the registry.",
        _C,
        "Correct the value of the event; if it is right, ask hospital IT for the registry's connector version.",
    ),
    # -- data queries and census
    Reason(
        "unknown_query",
        "The registry does not ask this any more.",
        _N,
        "Nothing; the exam was withdrawn or the question taken back.",
    ),
    Reason(
        "query_asked_again",
        "The registry has asked again before this answer came.",
        _C,
        "Read what the registry says now, then answer once more.",
    ),
    Reason(
        "older_census",
        "The registry holds a newer count of this month.",
        _N,
        "Nothing.",
    ),
    Reason("superseded", "A newer version of the exam replaces it.", _N, "Nothing."),
)

REASONS: dict[str, Reason] = {reason.code: reason for reason in _ALL}


def reason(code: str) -> Reason:
    """The reason with this code.

    Raises:
        KeyError: no such code; a programming error.
    """
    return REASONS[code]
