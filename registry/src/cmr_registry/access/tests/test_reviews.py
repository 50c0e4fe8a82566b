"""The committee: conflicts declared, sheets scored, the quorum, who sees what."""

import pytest

from cmr_registry.access.conflicts import ConflictKind
from cmr_registry.access.errors import ConflictedRejected, NotNowError, NotYoursError
from cmr_registry.access.models import ConflictDeclaration, ScoreSheet
from cmr_registry.access.review_services import Scores, score_submit
from cmr_registry.access.reviewing import review_of, sees_scores, standing_of, standings_of
from cmr_registry.access.tests.conftest import declare, points, score
from cmr_registry.accounts.models import Account, OutgoingMail
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.services import membership_add
from cmr_registry.config.principal import principal_of_job

pytestmark = pytest.mark.django_db


def change(account, **facts):
    Account.objects.filter(pk=account.pk).update(**facts)
    account.refresh_from_db()


def test_nobody_scores_before_declaring(application_in_review, reviewers, principal_of):
    with pytest.raises(NotNowError, match="declare"):
        score_submit(
            application=application_in_review, scores=points(1, 1, 1, 1), by=principal_of(reviewers[0])
        )


@pytest.mark.parametrize(
    "conflict",
    ["same institution", "institution of a co-investigator", "is co-investigator", "financial", "other"],
)
def test_whoever_is_in_conflict_neither_scores_nor_counts(
    conflict, application_in_review, reviewers, principal_of
):
    first = reviewers[0]
    if conflict == "same institution":
        change(first, institution="The hillcrest UNIVERSITY")
    elif conflict == "institution of a co-investigator":
        change(first, institution="Hillcrest Univ.")
    elif conflict == "is co-investigator":
        change(first, email="co@example.org")
    else:
        declare(application_in_review, first, **{conflict: True})
    standing = standing_of(principal_of(first), application_in_review)
    assert standing.is_excluded
    assert not standing.may_read
    with pytest.raises(ConflictedRejected, match="closed to you"):
        score_submit(application=application_in_review, scores=points(1, 1, 1, 1), by=principal_of(first))
    assert AuditEvent.objects.filter(action="score.submit", outcome="denied").count() == 1
    review = review_of(application_in_review)
    assert first in review.excluded
    assert review.result.n_reviewers == 2
    assert not sees_scores(application_in_review, standing, review)


def test_working_at_a_center_whose_data_are_asked_is_shown_and_excludes_nobody(
    application_in_review, reviewers, riverside, principal_of
):
    membership_add(
        center=riverside, account=reviewers[0], role=Role.TRAINEE_READER, by=principal_of_job("tests")
    )
    standing = standing_of(principal_of(reviewers[0]), application_in_review)
    assert standing.conflicts == {ConflictKind.WORKS_AT_CENTER}
    score(application_in_review, reviewers[0], 8, 8, 8, 8)
    review = review_of(application_in_review)
    assert review.at_centers == (reviewers[0],)
    assert review.result.n_sheets == 1


def test_the_center_of_the_applicant_is_an_institution_of_the_applicant(
    application_in_review, reviewers, researcher, riverside, principal_of
):
    for account, role in ((reviewers[0], Role.TRAINEE_READER), (researcher, Role.COORDINATOR)):
        membership_add(center=riverside, account=account, role=role, by=principal_of_job("tests"))
    standing = standing_of(principal_of(reviewers[0]), application_in_review)
    assert ConflictKind.SAME_INSTITUTION in standing.conflicts


def test_others_scores_are_hidden_until_ones_own_is_in(application_in_review, reviewers, principal_of):
    ash, birch, _ = reviewers
    score(application_in_review, ash, 8, 8, 8, 8)
    declare(application_in_review, birch)
    for account, sees in ((ash, True), (birch, False)):
        standing = standing_of(principal_of(account), application_in_review)
        assert sees_scores(application_in_review, standing, review_of(application_in_review)) is sees
    score(application_in_review, birch, 2, 2, 2, 2)
    standing = standing_of(principal_of(birch), application_in_review)
    assert sees_scores(application_in_review, standing, review_of(application_in_review))


def test_the_chair_sees_scores_when_the_quorum_is_reached(
    application_in_review, reviewers, chair, principal_of
):
    declare(application_in_review, chair)
    score(application_in_review, reviewers[0], 8, 8, 8, 8)
    standing = standing_of(principal_of(chair), application_in_review)
    assert not sees_scores(application_in_review, standing, review_of(application_in_review))
    score(application_in_review, reviewers[1], 8, 8, 8, 8)
    application_in_review.refresh_from_db()
    assert application_in_review.state == "scored"
    assert sees_scores(application_in_review, standing, review_of(application_in_review))
    told = set(OutgoingMail.objects.filter(subject__contains="your decision").values_list("to", flat=True))
    assert chair.pk in told


def test_the_chair_does_not_score(application_in_review, chair, principal_of):
    declare(application_in_review, chair)
    with pytest.raises(NotYoursError, match="Reviewers score"):
        score_submit(application=application_in_review, scores=points(1, 1, 1, 1), by=principal_of(chair))


def test_a_changed_sheet_is_a_new_version_and_the_old_one_is_kept(application_in_review, reviewers):
    score(application_in_review, reviewers[0], 2, 2, 2, 2)
    score(application_in_review, reviewers[0], 7, 7, 7, 7)
    assert list(ScoreSheet.objects.values_list("version", flat=True)) == [1, 2]
    review = review_of(application_in_review)
    assert review.result.n_sheets == 1
    assert review.result.total == 7


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (points(8, 8, 8, 10), "points are 1 to 9"),
        (Scores(points={"mission": 8, "feasibility": 8, "merit": 8}), "say why"),
        (Scores(points=points(8, 8, 8, 8).points, confidence="sure"), "confident"),
    ],
)
def test_an_unclear_sheet_is_refused(scores, sentence, application_in_review, reviewers, principal_of):
    declare(application_in_review, reviewers[0])
    with pytest.raises(NotNowError, match=sentence):
        score_submit(application=application_in_review, scores=scores, by=principal_of(reviewers[0]))
    assert not ScoreSheet.objects.exists()


def test_nobody_scores_when_the_review_is_over(scored_application, reviewers, principal_of):
    scored_application.state = "declined"
    scored_application.save()
    with pytest.raises(NotNowError, match="does not run"):
        score_submit(application=scored_application, scores=points(1, 1, 1, 1), by=principal_of(reviewers[0]))


def test_a_job_takes_no_part_in_a_review(application_in_review):
    with pytest.raises(NotYoursError, match="Only a person"):
        standing_of(principal_of_job("tests"), application_in_review)


def test_who_cannot_judge_a_category_says_why_and_is_missing_there(application_in_review, reviewers):
    score(application_in_review, reviewers[0], None, 8, 8, 8)
    score(application_in_review, reviewers[1], 7, 8, 8, 8)
    application_in_review.refresh_from_db()
    assert application_in_review.state == "in review", "one score short of the quorum in the first category"
    score(application_in_review, reviewers[2], 7, 8, 8, 8)
    application_in_review.refresh_from_db()
    assert application_in_review.state == "scored"
    assert review_of(application_in_review).result.categories[0].missing == 1


def test_a_conflict_declared_late_takes_the_sheet_and_the_quorum_away(scored_application, reviewers):
    declare(scored_application, reviewers[0], financial=True)
    scored_application.refresh_from_db()
    assert scored_application.state == "in review"
    assert "no longer suffice" in scored_application.steps.last().note
    assert review_of(scored_application).result.n_sheets == 1
    assert ConflictDeclaration.objects.filter(reviewer=reviewers[0]).count() == 2


def test_nothing_is_declared_about_what_the_committee_does_not_have(submitted_application, reviewers):
    with pytest.raises(NotNowError):
        declare(submitted_application, reviewers[0])


def test_a_page_of_applications_is_judged_in_a_constant_number_of_queries(
    application_in_review, reviewers, principal_of, django_assert_max_num_queries
):
    by = principal_of(reviewers[0])
    rows = [application_in_review] * 3
    with django_assert_max_num_queries(12):
        assert len(standings_of(by, rows)) == 3
