"""The fixed texts of the dossier: what is true of every center that runs this software."""

LEAVES = (
    "Pictures of the heart. Captures, reports and other pictures made to carry text are refused.",
    "How the pictures were made: sequence, timing, geometry, velocity encoding.",
    "Sex, age (90 and above as 90), height to 0.5 cm, weight to 0.5 kg.",
    "Maker, model and software of the scanner; a keyed name for the device.",
    "Days since the patient's first exam, and the year of the exam.",
    "Measurements and coded findings of the report, by item of the data dictionary.",
    "Follow-up as days and codes, if the center takes part in it.",
)
STAYS = (
    "Every name: patient, relatives, physicians, staff.",
    "Every number of the hospital: patient, accession, order, visit, insurance.",
    "The birth date, the date of death and every other true date; only days cross.",
    "Address, telephone, origin, occupation, religion, comments.",
    "Hospital, department, station, serial numbers, the scanner's own UIDs.",
    "Free text of reports and every text that is not a known technique word.",
    "The center key and the table from pseudonym to patient.",
)
WHO = (
    (
        "Who holds the key.",
        "This hospital alone. One file of 256 random bits on the connector's machine. It is never sent, "
        "and the "
        "registry has no copy.",
    ),
    (
        "Who can re-identify.",
        "Whoever has the center key or the connector's look-up table, which is encrypted under that key: "
        "people "
        "whom this hospital allows. Each look-up at the center desk is written down with name and time.",
    ),
    (
        "What the registry can do.",
        "It stores, checks and releases coded data to approved projects, and can tell that two exams of "
        "this center "
        "are of one person.",
    ),
    (
        "What the registry cannot do.",
        "It cannot compute a pseudonym, undo a date shift or read the look-up table. It opens no "
        "connection into the "
        "hospital: the connector only calls out.",
    ),
    (
        "What the data are called.",
        "Coded data. We do not claim that they are anonymous, and software alone meets no law: no claim "
        "is made of "
        "Safe Harbor or of any rule of HIPAA or GDPR. The legal basis is the board's decision.",
    ),
)
STOPPED = (
    (
        "Refused",
        "is everything that is not MR, and secondary captures, screen shots, reports, PDFs, waveforms, "
        "raw data and "
        "exams of patients on the center's opt-out list.",
    ),
    (
        "Held for a person",
        "is what does not look like a heart; head and neck; series with two patients; images without a patient "
        "number; and every image in which the second look found something.",
    ),
)
KEYS = (
    ("Made", "with the operating system's random source by the command init; readable by its owner alone."),
    (
        "Used",
        "by HMAC-SHA256 with one derived key per purpose (HKDF): pseudonyms, UIDs, date shifts, device names. "
        "Nothing is drawn at random later, so the same patient always has the same pseudonym.",
    ),
    ("Named", "by a key id in every outgoing image and manifest. The id says nothing about the key."),
    (
        "Rotation.",
        "A new key begins a new linkage domain: known patients get new pseudonyms under a new key id, and the "
        "registry does not join old and new exams.",
    ),
    (
        "Loss.",
        "Without the key no later exam meets the patient's earlier ones, and the look-up table cannot be "
        "opened. "
        "Keep a copy in the hospital's safe.",
    ),
    (
        "Theft.",
        "Whoever holds the key can test whether a known patient number belongs to a pseudonym, and can "
        "undo the date "
        "shift of that patient. Make a new key, tell the registry's steward, and treat the old "
        "pseudonyms as open.",
    ),
)
DATES = (
    (
        "Dates",
        "move by whole days. Each patient has a shift of his or her own, made from the center key. "
        "Intervals between "
        "exams of one patient stay exact. Times of day stay unchanged, because contrast timing needs them.",
    ),
    (
        "Dates that are not needed",
        "such as calibration dates of the scanner are removed: they could reveal a shift.",
    ),
    (
        "Ages",
        "stay below 90; 90 and above become 90. Below two years months are kept. The birth date is removed.",
    ),
    (
        "Beside the images",
        "the registry gets the day counted from the patient's first exam at this center, and the year. "
        "No date of a "
        "patient has a field at the registry.",
    ),
)
PRIVATE = (
    (
        "Manufacturers' own attributes",
        "are removed unless creator, number, type and form of the value stand on the safe list (DICOM "
        "PS3.15 Table "
        "E.3.10-1, and timing and flow values of makers that the table lacks).",
    ),
    (
        "Large private blocks",
        "such as Siemens CSA headers can hold the patient's name. They are read here into typed numbers "
        "(velocity "
        "encoding, inversion time, phases) and then removed.",
    ),
    ("Texts in private attributes", "stay only where the safe list names a closed set of words."),
)
FREE_TEXT = (
    (
        "Descriptions",
        "of study, series and protocol keep known words of CMR technique. Every other word goes, also "
        "when nobody "
        "knows what it means.",
    ),
    ("Comments", "and all other free texts are removed or emptied."),
    ("Reports", "cross as coded values of the data dictionary. Their text stays at the hospital."),
)
VERIFIED = (
    (
        "At the hospital, by rule.",
        "A second program that shares no rule with the first walks over the bytes of each outgoing image "
        "and holds "
        "what it does not know to be harmless.",
    ),
    (
        "At the hospital, by value.",
        "Every source value that was removed (four characters or more) is searched in all outgoing bytes "
        "outside the "
        "pixels, in several encodings.",
    ),
    (
        "At the registry.",
        "The same second program looks again before a byte is stored. An image that fails is dropped "
        "from memory; "
        "only reason, size, time and key id remain.",
    ),
)
RISKS = (
    (
        "Coded, not anonymous.",
        "One patient has one pseudonym, so that follow-up is possible. With the key, or with other "
        "knowledge about a "
        "person, a record can be traced back.",
    ),
    (
        "Matching by content.",
        "Whoever holds the same images or values from another source can match them by equal pixels or "
        "numbers. The "
        "agreements forbid it; nothing prevents it.",
    ),
    (
        "Rare disease, small center, age.",
        "A rare finding with the age and the center can point to one person. The registry suppresses "
        "small counts and "
        "coarsens releases; the images stay as they are.",
    ),
    (
        "A face in a localizer.",
        "Series that say head or neck are held. A localizer with a large field of view can still show "
        "part of a face. "
        "Faces are not removed from pictures.",
    ),
    (
        "Dates are shifted, not removed.",
        "One true date of a patient, known from elsewhere and recognized, reveals that patient's shift. "
        "It reveals "
        "nobody else's.",
    ),
    (
        "The first and the last exams of a center.",
        "Where a center's first or last uploads are known in time, the window of possible shifts narrows. The "
        "registry shows times of receipt to others by quarter only.",
    ),
    (
        "A compromised key.",
        "See Keys, Theft. The key file is as sensitive as the patient list.",
    ),
    (
        "Text in pictures.",
        "Text search finds what can be read. Very faint, hidden or handwritten text may be missed. "
        "Without the extra "
        "[pixels] pictures are not searched at all.",
    ),
    (
        "Unknown unknowns.",
        "Tests with planted identifiers bound the rate of errors; they do not prove zero. The shadow run "
        "of this "
        "dossier shows this hospital's own scanners, as far as they were in the sample.",
    ),
)
STRICTER = (
    (
        "Nothing by default.",
        "An attribute without a rule is removed. The standard lists what to remove; we list what stays.",
    ),
    (
        "Options taken only in part.",
        "Where an option of the standard would keep more than MR research needs, it goes.",
    ),
    ("Overlays, curves, icons, signatures, earlier values", "are always removed."),
    (
        "Reports, captures, documents.",
        "Structured reports, secondary captures, PDFs, waveforms and raw data never leave.",
    ),
    ("Safe private values", "are kept only when their form fits too, number by number."),
    ("Preamble and file head", "are replaced; bytes after the last attribute go."),
    ("Twice.", "Every image is verified by other code here and again at the registry."),
)
ROLES = (
    "Principal investigator of the center",
    "Privacy or data-protection officer",
    "Information security",
    "Chair of the board",
)
