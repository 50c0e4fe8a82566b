"""What every field of every model is, for those who export or delete: releases read the class, a test demands it.

`identifying` names a person or lets a center recognize one; it never leaves as it is.
`quasi_identifying` may do so together with other fields; it leaves re-keyed, rebased or coarse.
`clinical` is what research is about.
`operational` is how the registry works; it is no part of a release.
"""

import enum
from collections.abc import Mapping


class FieldClass(enum.StrEnum):
    """What a field is."""

    IDENTIFYING = "identifying"
    QUASI_IDENTIFYING = "quasi-identifying"
    CLINICAL = "clinical"
    OPERATIONAL = "operational"


I, Q, C, O = FieldClass  # noqa: E741 - a table reads best with one letter


def _fields(**classes: str) -> dict[str, FieldClass]:
    letters = {"identifying": I, "quasi": Q, "clinical": C, "operational": O}
    return {name: letters[word] for word, names in classes.items() for name in names.split()}


FIELD_CLASSES: Mapping[str, Mapping[str, FieldClass]] = {
    "accounts.Account": _fields(
        identifying="email display_name institution",
        operational="id password last_login is_active created_at",
    ),
    "accounts.RegistryRoleGrant": _fields(operational="id account role granted_at"),
    "accounts.OutgoingMail": _fields(
        quasi="to",
        operational=(
            "id subject body queued_at next_attempt_at n_attempts last_error sent_at given_up_at claimed_until"
            " claim_token"
        ),
    ),
    "documents.DocumentVersion": _fields(
        operational="id slug number title body layout is_placeholder published_at published_by"
    ),
    "documents.Acceptance": _fields(quasi="account", operational="id version accepted_at"),
    "audit.AuditEvent": _fields(
        operational="id chain sequence at actor action outcome target detail previous_hash hash"
    ),
    "centers.Center": _fields(
        quasi="code name city country time_zone latitude longitude", operational="id state state_since"
    ),
    "centers.CenterMembership": _fields(operational="id center account role since ended_at"),
    "centers.ParticipationAgreement": _fields(
        operational="id center text_version effective_on expires_on allows_images allows_download"
        " signed_file_sha256"
    ),
    "centers.ConnectorKey": _fields(operational="id center name digest created_at revoked_at last_used_at"),
    "subjects.Subject": _fields(
        identifying="pseudonym", quasi="center", operational="id created_at withdrawn_at"
    ),
    "subjects.WithdrawalTask": _fields(
        quasi="center", operational="id subject room created_at done_at claimed_until claim_token"
    ),
    "archive.SeriesKey": _fields(
        identifying="study_instance_uid series_instance_uid", quasi="center", operational="id wrapped_key"
    ),
    "archive.Pack": _fields(
        identifying="study_instance_uid listing",
        quasi="center",
        operational="id holder is_apart object_name stored_sha256 n_bytes n_instances stored_at",
    ),
    "archive.ImagingStudy": _fields(
        identifying="study_instance_uid",
        quasi="center subject study_date attributes accepted_at",
        clinical="n_series n_instances",
        operational="id n_bytes",
    ),
    "archive.Series": _fields(
        identifying="series_instance_uid",
        quasi="center description attributes",
        clinical="number modality kind view recognition facts n_positions n_phases n_instances",
        operational="id study n_bytes thumbnail_object thumbnail_sha256",
    ),
    "archive.Segment": _fields(
        quasi="center",
        operational="id series ordinal object_name stored_sha256 index_object_name index_sha256 n_bytes n_instances",
    ),
    "exams.Examination": _fields(
        identifying="pseudonym",
        quasi="center subject exam_year accepted_at",
        clinical="day has_report",
        operational="id imaging_study version deid_profile key_id",
    ),
    "exams.CaseReport": _fields(
        quasi="center recorded_at recorded_by",
        clinical="form document",
        operational="id examination version is_current dictionary_version",
    ),
    "exams.CaseReportDraft": _fields(
        quasi="center account begun_at kept_at", clinical="answers", operational="id examination seen"
    ),
    "exams.MappingReference": _fields(
        quasi="center stated_at stated_by ended_at ended_by",
        operational="id item n mean sd scanner field_strength_t software scheme first_year last_year",
    ),
    "followup.FollowUpRecord": _fields(
        identifying="digest",
        quasi="center subject",
        clinical="document end source days is_conflicting n_events",
        operational="id version is_current dictionary_version rule",
    ),
    "intake.Delivery": _fields(
        identifying="subject_pseudonym exam_pseudonym study_instance_uid problems receipt",
        quasi="center opened_at opened_by last_activity_at ended_at",
        operational=(
            "id digest via state version contents manifest_object n_expected n_stored n_bytes claimed_until"
            " claim_token"
        ),
    ),
    "intake.Conflict": _fields(
        identifying="sop_instance_uid stored_sha256 offered_sha256",
        quasi="center noted_at decided_at decided_by",
        operational="id delivery reason pack decision",
    ),
    "intake.RefusedInstance": _fields(quasi="center at actor", operational="id reason size"),
    "intake.TableImport": _fields(
        identifying="digest",
        quasi="center brought_at brought_by ended_at",
        operational=(
            "id state takes_questions items chunks n_chunks_done n_rows n_rows_done n_new n_changed n_unchanged"
            " n_refused n_values n_questions n_values_refused claimed_until claim_token"
        ),
    ),
    "intake.TableRow": _fields(
        identifying="subject_pseudonym exam_pseudonym",
        quasi="center",
        operational="id table number outcome n_values has_said said",
    ),
    "quality.ExamCheck": _fields(
        quasi="center quarter",
        operational=(
            "examination color statuses n_errors n_questions n_obliged n_known n_answered n_by_source digest is_due"
            " noted_at checked_at"
        ),
    ),
    "quality.Finding": _fields(
        quasi="center quarter found_at",
        operational="id examination item rule code severity who sentence",
    ),
    "quality.QualityTally": _fields(
        quasi="center quarter",
        operational=(
            "id color n_exams n_green n_yellow n_red n_obliged n_known n_answered n_errors n_questions items sources"
            " typed rules is_due counted_at claimed_until claim_token"
        ),
    ),
    "quality.PeerTally": _fields(
        quasi="places",
        operational="id quarter n_exams n_centers items peers is_due counted_at claimed_until claim_token",
    ),
    "quality.Recheck": _fields(
        operational="id digest asked_by asked_at cursor n_marked done_at claimed_until claim_token"
    ),
    "quality.Census": _fields(
        quasi="center month n_hospital n_eligible n_delivered",
        operational="id source counted_at stated_at stated_by",
    ),
    "quality.DataQuery": _fields(
        quasi="center opened_at changed_at",
        operational=(
            "id examination item rule code sentence state asked_by answer closed_by turn version change"
        ),
    ),
    "quality.DataQueryEntry": _fields(
        quasi="center at actor text", operational="id query number turn step author answer version"
    ),
    "quality.QualityDigest": _fields(quasi="center week", operational="id n_mails made_at"),
    "projects.Project": _fields(
        identifying="pi lead_institution",
        operational=(
            "id title lay_summary query query_digest query_sentence certificate_digest data_needs conditions citation"
            " coauthors_offered state state_since proposed_at approved_at ballots_closed_at outcome_digest"
        ),
    ),
    "projects.ProjectMembership": _fields(quasi="account", operational="id project role since ended_at"),
    "projects.Ballot": _fields(
        identifying="answered_by",
        quasi="center reason withdrawal_reason n_subjects n_exams selection_digest",
        operational=(
            "id project state choice is_standing coauthors_offered wants_coauthorship answered_at opened_at deadline"
            " next_reminder_at locked_at withdrawn_at snapshot"
        ),
    ),
    "projects.StandingInstruction": _fields(
        identifying="set_by revoked_by", quasi="center", operational="id choice set_at revoked_at"
    ),
    "cohorts.Snapshot": _fields(
        operational="id state created_at requested_by frozen_at sha256 dictionary_version data_digest n_subjects"
        " n_exams tables failure claimed_until claim_token"
    ),
    "cohorts.AnsweredQuestion": _fields(
        quasi="account_key institution_key", operational="id at project_key query_digest snapshot outcome"
    ),
    "cohorts.ShownSet": _fields(
        quasi="account_key institution_key mark sketch", operational="id question project_key persons"
    ),
    "cohorts.SavedQuery": _fields(
        quasi="owner", operational="id name version is_current document digest sentence saved_at"
    ),
    "access.SearchRequest": _fields(
        identifying="requester institution",
        operational=(
            "id state title is_contributor partner_center form_version answers query query_digest query_sentence"
            " window windows_version policy created_at state_since claimed_until claim_token"
        ),
    ),
    "access.SearchCertificate": _fields(
        identifying="document", operational="id number search digest issued_at expires_on"
    ),
    "access.AccessApplication": _fields(
        identifying="applicant answers",
        operational=(
            "id number state state_since title form_version certificate round sheet_version project proposal_digest"
            " created_at"
        ),
    ),
    "access.Submission": _fields(
        identifying="document",
        operational=("id application number round digest certificate_number certificate_digest submitted_at"),
    ),
    "access.Step": _fields(operational="id search application state at role note"),
    "access.ConflictDeclaration": _fields(
        identifying="reviewer note", operational="id application financial other works_at_center declared_at"
    ),
    "access.ScoreSheet": _fields(
        identifying="reviewer",
        operational=("id application round version sheet_version scores comments confidence scored_at"),
    ),
    "access.Decision": _fields(
        identifying="decided_by",
        operational="id application round choice reasons conditions by_deputy sheet decided_at",
    ),
    "releases.DataRelease": _fields(
        operational=(
            "id project name version supersedes state state_since requested_by requested_at consented_by consented_at"
            " built_at published_at reason snapshot wrapped_secret manifest manifest_sha256 summary flow parts size"
            " sha256 n_subjects n_exams n_images progress n_done n_to_do claimed_until claim_token"
        ),
    ),
    "releases.ReleaseMember": _fields(
        identifying="subject examination",
        quasi="center decision",
        operational="id release with_images withdrawn_at",
    ),
}
"""Model label -> field -> class."""
