"""Exams of a large registry as rows, written by the database itself: subjects, studies, series, exams, case reports."""

import uuid
from typing import Any

from django.db import connection

CENTERS = 20
LARGE_CENTER_SHARE = 20_000 / 154_458
"""The first center has 20,000 of 154,458 exams, all accepted in one quarter, the worst case of a count."""
BATCH = 100_000
FORMS: dict[str, str] = {
    "subject": """
        'age_at_exam_years', v(20 + i % 65), 'sex', v((ARRAY['M','F'])[1 + i % 2]), 'consent_basis', v('1'::text),
        'race', CASE WHEN i % 11 = 0 THEN m() ELSE v(ARRAY[(1 + i % 4)::text]) END""",
    "vitals_labs": """
        'height_cm', v(155 + i % 40), 'weight_kg', v(52 + i % 60), 'heart_rate_bpm', v(55 + i % 40),
        'rhythm', v('1'::text), 'sbp_mmhg', v(105 + i % 50), 'dbp_mmhg', v(60 + i % 30)""",
    "history": """
        'hx_htn', v((i % 2)::text), 'hx_dm', v((i % 2)::text), 'hx_prior_mi', v('0'::text), 'hx_hf', v((i % 2)::text),
        'hx_af', v('0'::text), 'nyha', CASE WHEN i % 5 = 0 THEN m() ELSE v((1 + i % 4)::text) END""",
    "acquisition": """
        'seq_performed', v(ARRAY['1','2','5']), 'sax_n_slices', v(10 + i % 4), 'cine_n_phases', v(25),
        'sax_thickness_mm', v(8)""",
    "contrast_stress_safety": """
        'gbca_given', v('1'::text), 'gbca_agent', v('1'::text), 'gbca_dose_mmol_kg', v(0.15),
        'stress_performed', v('0'::text), 'adverse_event', v('0'::text)""",
    "lv": """
        'lv_method', v('1'::text), 'lv_papillary', v('1'::text), 'lv_edv_ml', v(110 + i % 90),
        'lv_esv_ml', v(40 + i % 50), 'wm_rest_all_normal', v('1'::text), 'lv_gls_pct', v(-18.5),
        'lv_edd_mm', v(45 + i % 12), 'lv_mass_g', CASE WHEN i % 7 = 0 THEN m() ELSE v(80 + i % 70) END""",
    "rv_atria": """
        'rv_edv_ml', v(110 + i % 90), 'rv_esv_ml', v(45 + i % 50), 'la_vol_max_ml', v(50 + i % 60),
        'ra_area_cm2', CASE WHEN i % 3 = 0 THEN m() ELSE v(14 + i % 10) END""",
    "lge": """
        'lge_performed', v('1'::text), 'lge_present', v((i % 2)::text), 'lge_method', v('1'::text)""",
}
"""Form -> its items as SQL, 40 in all; `v` is a value from a report, `m` one that was not reported."""


def rows_write(first: int, last: int, centers: list[uuid.UUID]) -> None:
    """Write the exams with the numbers `first` to `last` - 1 and everything below them.

    Args:
        first: number of the first exam, from 0.
        last: one more than that of the last.
        centers: `CENTERS` ids.
    """
    with connection.cursor() as cursor:
        # rows refer to what is written just before them; checking each reference would take most of the time
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(HELPERS)
        cursor.execute(INDEXES, [FILLED])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        for start in range(first, last, BATCH):
            window: dict[str, Any] = {"start": start, "end": min(start + BATCH, last) - 1, "centers": centers}
            for statement in _statements():
                cursor.execute(statement, window)
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE")


FILLED = [
    "subjects_subject",
    "archive_imagingstudy",
    "archive_series",
    "exams_examination",
    "exams_casereport",
]
INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_class AS t ON t.oid = i.indrelid
WHERE t.relname = ANY(%s) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
"""
HELPERS = """
CREATE OR REPLACE FUNCTION pg_temp.v(anyelement) RETURNS jsonb IMMUTABLE LANGUAGE sql
  AS $$ SELECT jsonb_build_object('value', to_jsonb($1), 'source', 'report_csv') $$;
CREATE OR REPLACE FUNCTION pg_temp.m() RETURNS jsonb IMMUTABLE LANGUAGE sql
  AS $$ SELECT jsonb_build_object('missing', 'not_reported', 'source', 'report_csv') $$;
CREATE OR REPLACE FUNCTION pg_temp.id(kind text, i bigint) RETURNS uuid IMMUTABLE LANGUAGE sql
  AS $$ SELECT md5(kind || i)::uuid $$;
CREATE OR REPLACE FUNCTION pg_temp.center(i bigint, centers uuid[]) RETURNS uuid IMMUTABLE LANGUAGE sql
  AS $$ SELECT CASE WHEN abs(hashint8(i)::bigint) % 154458 < 20000 THEN centers[1]
                    ELSE centers[2 + i % (cardinality(centers) - 1)] END $$;
CREATE OR REPLACE FUNCTION pg_temp.accepted(i bigint) RETURNS timestamptz IMMUTABLE LANGUAGE sql
  AS $$ SELECT CASE WHEN abs(hashint8(i)::bigint) % 154458 < 20000 THEN timestamptz '2026-08-01 00:00+00'
                    ELSE timestamptz '2023-10-15 00:00+00' END
               + CASE WHEN abs(hashint8(i)::bigint) % 154458 < 20000 THEN (i % 40) * interval '1 day'
                    ELSE (i % 1050) * interval '1 day' END + (i % 86400) * interval '1 second' $$;
"""
EXAMS_OF = """
  SELECT i, pg_temp.center(i, %(centers)s) AS center, pg_temp.accepted(i) AS at
  FROM generate_series(%(start)s::bigint, %(end)s::bigint) AS i
"""


def _statements() -> list[str]:
    return [SUBJECTS, STUDIES, SERIES, EXAMS, *(_reports(form, items) for form, items in FORMS.items())]


SUBJECTS = f"""
INSERT INTO subjects_subject (id, center_id, pseudonym, created_at)
SELECT pg_temp.id('subject', i), center, 'S' || lpad(i::text, 15, '0'), at FROM ({EXAMS_OF}) AS e
"""
STUDIES = f"""
INSERT INTO archive_imagingstudy
  (id, center_id, subject_id, study_instance_uid, study_date, attributes, n_series, n_instances, n_bytes, accepted_at)
SELECT pg_temp.id('study', i), center, pg_temp.id('subject', i), '2.25.1' || i, '', '{{}}', 4, 700, 90000000, at
FROM ({EXAMS_OF}) AS e
"""
SERIES = f"""
INSERT INTO archive_series
  (id, center_id, study_id, series_instance_uid, number, description, modality, attributes, kind, view, recognition,
   facts, n_positions, n_phases, n_instances, n_bytes, thumbnail_object, thumbnail_sha256)
SELECT pg_temp.id('series' || n, i), center, pg_temp.id('study', i), '2.25.2' || n || i, n, '', 'MR', '{{}}',
  (ARRAY['cine','cine','lge','t1_map'])[n], (ARRAY['sax','4ch','sax','sax'])[n], '{{}}', '{{}}',
  12, 25, 300, 1000000, '', ''
FROM ({EXAMS_OF}) AS e, generate_series(1, 4) AS n
"""
EXAMS = f"""
INSERT INTO exams_examination
  (id, center_id, subject_id, imaging_study_id, pseudonym, day, exam_year, version, has_report, deid_profile, key_id,
   accepted_at)
SELECT pg_temp.id('exam', i), center, pg_temp.id('subject', i), pg_temp.id('study', i), 'E' || lpad(i::text, 15, '0'),
  0, 2024, 1, true, 'cmr-profile-1', 'key-1', at
FROM ({EXAMS_OF}) AS e
"""


def _reports(form: str, items: str) -> str:
    document = items.replace(" v(", " pg_temp.v(").replace(" m()", " pg_temp.m()").replace("%", "%%")
    return f"""
INSERT INTO exams_casereport
  (id, center_id, examination_id, form, version, is_current, document, dictionary_version, recorded_at, recorded_by)
SELECT pg_temp.id('{form}', i), center, pg_temp.id('exam', i), '{form}', 1, true, jsonb_build_object({document}), '2.1',
  at, 'job:bench'
FROM ({EXAMS_OF}) AS e
"""


SAMPLE_ROWS = """
CREATE TEMPORARY TABLE sample AS
SELECT row_number() OVER () - 1 AS n, c.* FROM quality_examcheck AS c WHERE examination_id = ANY(%(sample)s)
"""
COPY_CHECKS = """
INSERT INTO quality_examcheck
  (examination_id, center_id, quarter, color, statuses, n_errors, n_questions, n_obliged, n_known, n_answered,
   n_by_source, digest, is_due, noted_at, checked_at)
SELECT e.id, e.center_id, to_char(e.accepted_at AT TIME ZONE 'UTC', 'YYYY-"Q"Q'), s.color, s.statuses, s.n_errors,
  s.n_questions, s.n_obliged, s.n_known, s.n_answered, s.n_by_source, s.digest, false, now(), now()
FROM exams_examination AS e JOIN sample AS s ON s.n = abs(hashtext(e.id::text)::bigint) %% %(many)s
ON CONFLICT (examination_id) DO NOTHING
"""
COPY_FINDINGS = """
INSERT INTO quality_finding (center_id, examination_id, quarter, item, rule, code, severity, who, sentence, found_at)
SELECT c.center_id, c.examination_id, c.quarter, f.item, f.rule, f.code, f.severity, f.who, f.sentence, now()
FROM quality_examcheck AS c
JOIN sample AS s ON s.n = abs(hashtext(c.examination_id::text)::bigint) %% %(many)s
JOIN quality_finding AS f ON f.examination_id = s.examination_id
ON CONFLICT DO NOTHING
"""
ALL_TALLIES = """
INSERT INTO quality_qualitytally
  (id, center_id, quarter, color, n_exams, n_green, n_yellow, n_red, n_obliged, n_known, n_answered, n_errors,
   n_questions, items, sources, typed, rules, is_due, claim_token)
SELECT gen_random_uuid(), center_id, quarter, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}', '{}', '{}', '{}', true, 0
FROM (SELECT DISTINCT center_id, quarter FROM quality_examcheck WHERE quarter <> '') AS q
ON CONFLICT (center_id, quarter) DO UPDATE SET is_due = true
"""
