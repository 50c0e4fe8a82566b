"""The schema of `connector.sqlite` as a list of numbered migrations; `PRAGMA user_version` holds the number.

Whatever could name a patient is either a keyed hash (`*_hash`, for look-up) or inside an encrypted box.
"""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    CREATE TABLE subject (
        pseudonym TEXT PRIMARY KEY,
        box BLOB NOT NULL
    ) STRICT;

    CREATE TABLE exam (
        id INTEGER PRIMARY KEY,
        study_hash TEXT NOT NULL UNIQUE,
        pseudonym TEXT NOT NULL UNIQUE,
        subject TEXT,
        patient_id_hash TEXT,
        accession_hash TEXT,
        box BLOB NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        released INTEGER NOT NULL DEFAULT 0,
        evidence TEXT,
        dated INTEGER NOT NULL DEFAULT 0,
        day INTEGER,
        exam_year INTEGER,
        dicom_values TEXT,
        version INTEGER NOT NULL DEFAULT 0,
        first_received_at TEXT NOT NULL,
        last_received_at TEXT NOT NULL,
        settle_at REAL NOT NULL,
        changed_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX exam_state ON exam (state, settle_at);
    CREATE INDEX exam_accession ON exam (accession_hash);
    CREATE INDEX exam_patient ON exam (patient_id_hash);

    CREATE TABLE instance (
        id INTEGER PRIMARY KEY,
        exam_id INTEGER NOT NULL REFERENCES exam (id),
        series_hash TEXT NOT NULL,
        sop_hash TEXT NOT NULL,
        source_hash TEXT NOT NULL,
        subject TEXT NOT NULL,
        source TEXT NOT NULL,
        size INTEGER NOT NULL,
        spool TEXT,
        state TEXT NOT NULL,
        reason TEXT,
        out_sha256 TEXT,
        out_size INTEGER,
        out_sop_uid TEXT,
        out_series_uid TEXT,
        out_study_uid TEXT,
        facts TEXT,
        times_received INTEGER NOT NULL DEFAULT 1,
        received_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        UNIQUE (exam_id, sop_hash, source_hash)
    ) STRICT;
    CREATE INDEX instance_state ON instance (exam_id, state);
    CREATE INDEX instance_out ON instance (out_sop_uid);

    CREATE TABLE delivery (
        id INTEGER PRIMARY KEY,
        exam_id INTEGER NOT NULL REFERENCES exam (id),
        version INTEGER NOT NULL,
        digest TEXT NOT NULL UNIQUE,
        manifest BLOB NOT NULL,
        content_digest TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        registry_id TEXT,
        receipt TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_try REAL NOT NULL,
        cause TEXT,
        n_instances INTEGER NOT NULL,
        n_bytes INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        UNIQUE (exam_id, version)
    ) STRICT;
    CREATE INDEX delivery_state ON delivery (state, next_try);

    CREATE TABLE report (
        id INTEGER PRIMARY KEY,
        content_hash TEXT NOT NULL UNIQUE,
        accession_hash TEXT,
        patient_id_hash TEXT,
        source TEXT NOT NULL,
        box BLOB NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        problems TEXT NOT NULL,
        n_values INTEGER NOT NULL,
        exam_id INTEGER REFERENCES exam (id),
        received_at TEXT NOT NULL,
        changed_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX report_accession ON report (accession_hash, state);

    CREATE TABLE refusal (
        id INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        batch TEXT,
        size INTEGER NOT NULL,
        reason TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE taken_file (file_hash TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;
    """,
    # the center desk: who may sign in, who is signed in, who did and looked up what
    """
    CREATE TABLE desk_account (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        password TEXT NOT NULL,
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE desk_session (
        token_hash TEXT PRIMARY KEY,
        account_id INTEGER NOT NULL REFERENCES desk_account (id) ON DELETE CASCADE,
        csrf TEXT NOT NULL,
        started REAL NOT NULL,
        seen REAL NOT NULL
    ) STRICT;

    CREATE TABLE desk_act (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        account TEXT NOT NULL,
        act TEXT NOT NULL,
        subject TEXT,
        exam TEXT
    ) STRICT;

    CREATE INDEX delivery_changed ON delivery (state, changed_at);
    CREATE INDEX exam_changed ON exam (changed_at, id);
    CREATE INDEX instance_series ON instance (exam_id, series_hash)
    """,
    # whether the words of an image speak of the head: seen at the door, so that no later sample can miss it
    "ALTER TABLE instance ADD COLUMN says_head INTEGER NOT NULL DEFAULT 0",
    # follow-up: what is entered stands in boxes, what crosses holds days only; who withdrew
    """
    CREATE TABLE follow_up (
        subject TEXT PRIMARY KEY,
        box BLOB NOT NULL,
        changed_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE statement (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        version INTEGER NOT NULL,
        digest TEXT NOT NULL,
        document BLOB NOT NULL,
        content_digest TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        registry_version INTEGER,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_try REAL NOT NULL,
        cause TEXT,
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        UNIQUE (kind, subject, version)
    ) STRICT;
    CREATE INDEX statement_state ON statement (state, next_try);
    CREATE INDEX statement_subject ON statement (subject);

    CREATE TABLE withdrawal (
        subject TEXT PRIMARY KEY,
        patient_hash TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX withdrawal_patient ON withdrawal (patient_hash);
    CREATE INDEX exam_subject ON exam (subject)
    """,
    # text burned into images: what was seen per series (crops and readings in boxes), who decided what, masks learned
    """
    CREATE TABLE pixel_look (
        exam_id INTEGER NOT NULL REFERENCES exam (id),
        series_hash TEXT NOT NULL,
        state TEXT NOT NULL,
        box BLOB NOT NULL,
        n_findings INTEGER NOT NULL,
        n_positions INTEGER NOT NULL,
        n_frames INTEGER NOT NULL,
        seconds REAL NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (exam_id, series_hash)
    ) STRICT;
    CREATE INDEX pixel_look_state ON pixel_look (state);

    CREATE TABLE pixel_decision (
        id INTEGER PRIMARY KEY,
        exam_id INTEGER NOT NULL REFERENCES exam (id),
        series_hash TEXT NOT NULL,
        choice TEXT NOT NULL,
        box BLOB NOT NULL,
        account TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX pixel_decision_series ON pixel_decision (exam_id, series_hash);

    CREATE TABLE pixel_mask (
        id INTEGER PRIMARY KEY,
        device TEXT NOT NULL,
        rectangle TEXT NOT NULL,
        decision_id INTEGER NOT NULL REFERENCES pixel_decision (id),
        UNIQUE (device, rectangle)
    ) STRICT
    """,
    # what of each image's science was read again from what leaves: counts and names of attributes
    "ALTER TABLE instance ADD COLUMN science TEXT",
    # the case report at the desk: what a person entered (in boxes, every version kept), drafts, habits of the center,
    # exams whose values changed since they were prepared, and what is known of each exam by source
    """
    CREATE TABLE case_report (
        exam_id INTEGER NOT NULL REFERENCES exam (id),
        version INTEGER NOT NULL,
        box BLOB NOT NULL,
        account TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (exam_id, version)
    ) STRICT;

    CREATE TABLE case_report_draft (
        id INTEGER PRIMARY KEY,
        exam_id INTEGER REFERENCES exam (id),
        account TEXT NOT NULL,
        box BLOB NOT NULL,
        at TEXT NOT NULL,
        UNIQUE (exam_id, account)
    ) STRICT;

    CREATE TABLE center_profile (
        id INTEGER PRIMARY KEY,
        item TEXT NOT NULL,
        value TEXT,
        valid_from TEXT NOT NULL,
        account TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX center_profile_item ON center_profile (item, valid_from);

    CREATE TABLE values_due (exam_id INTEGER PRIMARY KEY REFERENCES exam (id)) STRICT;

    CREATE TABLE exam_count (
        exam_id INTEGER PRIMARY KEY REFERENCES exam (id),
        digest TEXT NOT NULL,
        came_by TEXT NOT NULL,
        n_minimum INTEGER NOT NULL,
        n_open INTEGER NOT NULL,
        n_known INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX exam_count_open ON exam_count (n_open);

    CREATE TABLE exam_source (
        exam_id INTEGER NOT NULL REFERENCES exam (id),
        source TEXT NOT NULL,
        n_minimum INTEGER NOT NULL,
        n_known INTEGER NOT NULL,
        PRIMARY KEY (exam_id, source)
    ) STRICT;
    CREATE INDEX report_exam ON report (exam_id, state)
    """,
    # tables brought by people: mappings with their versions, golden samples, imports and what became of each row;
    # file names, mappings, samples and files lie in boxes. A row finds its exam by accession number or by a keyed
    # hash of patient and day; row_key ties a corrected row to the one that it replaces
    """
    ALTER TABLE report ADD COLUMN row_key TEXT;
    ALTER TABLE report ADD COLUMN date_hash TEXT;
    ALTER TABLE exam ADD COLUMN date_hash TEXT;
    CREATE INDEX report_row_key ON report (row_key, id);
    CREATE INDEX report_date ON report (date_hash, state);
    CREATE INDEX report_patient ON report (patient_id_hash, state);
    CREATE INDEX exam_date ON exam (date_hash);

    CREATE TABLE table_mapping (
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        box BLOB NOT NULL,
        digest TEXT NOT NULL,
        account TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (name, version)
    ) STRICT;

    CREATE TABLE mapping_sample (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        box BLOB NOT NULL,
        at TEXT NOT NULL,
        UNIQUE (name, content_hash)
    ) STRICT;

    CREATE TABLE mapping_check (
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        dictionary TEXT NOT NULL,
        n_samples INTEGER NOT NULL,
        n_changed INTEGER NOT NULL,
        said TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (name, version, dictionary)
    ) STRICT;

    CREATE TABLE table_import (
        id INTEGER PRIMARY KEY,
        file_hash TEXT NOT NULL,
        source TEXT NOT NULL,
        account TEXT NOT NULL,
        state TEXT NOT NULL,
        said TEXT NOT NULL,
        box BLOB NOT NULL,
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        with_questions INTEGER NOT NULL,
        n_rows INTEGER NOT NULL,
        n_done INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX table_import_state ON table_import (state, id);

    CREATE TABLE table_import_row (
        import_id INTEGER NOT NULL REFERENCES table_import (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        report_id INTEGER REFERENCES report (id),
        row_key TEXT,
        is_new INTEGER NOT NULL,
        n_values INTEGER NOT NULL,
        n_questions INTEGER NOT NULL,
        n_refused INTEGER NOT NULL,
        said TEXT NOT NULL,
        PRIMARY KEY (import_id, number)
    ) STRICT;
    CREATE INDEX table_import_row_outcome ON table_import_row (import_id, outcome, number);
    CREATE INDEX table_import_row_key ON table_import_row (import_id, row_key)
    """,
    # what the registry asks about exams (its own words; a note stays in its box), and counts of months
    """
    CREATE TABLE data_query (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        exam TEXT NOT NULL,
        state TEXT NOT NULL,
        turn INTEGER NOT NULL,
        opened_at TEXT NOT NULL,
        document TEXT NOT NULL,
        answered_turn INTEGER NOT NULL DEFAULT 0,
        answer TEXT,
        answer_version INTEGER,
        account TEXT,
        note BLOB,
        changed_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX data_query_state ON data_query (state, opened_at);
    CREATE INDEX data_query_exam ON data_query (exam);

    CREATE TABLE census (
        month TEXT NOT NULL,
        source TEXT NOT NULL,
        n_hospital INTEGER NOT NULL,
        n_eligible INTEGER NOT NULL,
        account TEXT NOT NULL,
        counted_at TEXT NOT NULL,
        PRIMARY KEY (month, source)
    ) STRICT
    """,
    # what the series of an exam were recognized as, so that a report can be held against its images
    """
    CREATE TABLE exam_kind (
        exam_id INTEGER NOT NULL REFERENCES exam (id),
        kind TEXT NOT NULL,
        PRIMARY KEY (exam_id, kind)
    ) STRICT
    """,
)
