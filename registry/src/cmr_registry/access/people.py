"""The people around an application as conflicts see them: applicants with their institutions, and the committee."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from cmr_registry.access.conflicts import ConflictKind, Declared, Party, conflicts_of
from cmr_registry.access.errors import NotYoursError
from cmr_registry.access.models import AccessApplication, ConflictDeclaration, Submission
from cmr_registry.access.score_sheets import ScoreSheetForm
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import REGISTRY_ROLES, Role
from cmr_registry.centers.models import CenterMembership
from cmr_registry.centers.selectors import centers_contributing

DECIDING_ROLES = tuple(
    role for role, held in REGISTRY_ROLES.items() if Permission.DECIDE_APPLICATIONS in held
)


class Surroundings:
    """Everything that the conflicts of some applications and people need, read in a constant number of queries."""

    def __init__(self, applications: Sequence[AccessApplication], committee: Iterable[Account]) -> None:
        """Read it.

        Args:
            applications: that were submitted at least once.
            committee: people to judge about.
        """
        self._submissions = submissions_current(applications)
        accounts = {account.pk: account for account in committee}
        applicants = {application.applicant for application in applications}
        accounts |= {account.pk: account for account in applicants}
        known = accounts_by_email(
            one["email"] for document in self._submissions.values() for one in co_investigators(document)
        )
        accounts |= {account.pk: account for account in known.values()}
        self._known = known
        self._memberships = _memberships(accounts)
        self._centers_asked = frozenset(centers_contributing().values_list("pk", flat=True))
        self._declared: dict[tuple[uuid.UUID, uuid.UUID], ConflictDeclaration] = {}
        for row in ConflictDeclaration.objects.filter(application__in=applications, reviewer__in=accounts):
            self._declared[row.application_id, row.reviewer_id] = row

    def declaration(self, application: AccessApplication, account: Account) -> ConflictDeclaration | None:
        """The newest declaration of a member of the committee."""
        return self._declared.get((application.pk, account.pk))

    def conflicts(self, application: AccessApplication, account: Account) -> frozenset[ConflictKind]:
        """What connects a member of the committee with an application."""
        row = self.declaration(application, account)
        declared = Declared(row.financial, row.other, row.works_at_center) if row else None
        return conflicts_of(
            self._party(account),
            self._applicants(application),
            centers_asked=self._centers_asked,
            declared=declared,
        )

    def _party(self, account: Account, *more: str) -> Party:
        held = self._memberships.get(account.pk, {})
        names = (account.institution, *more, *held.values())
        return Party(account.pk, account.email, names, frozenset(held))

    def _applicants(self, application: AccessApplication) -> list[Party]:
        document = self._submissions.get(application.pk, {})
        stated = str(document.get("B", {}).get("institution", ""))
        found = [self._party(application.applicant, stated)]
        for one in co_investigators(document):
            account = self._known.get(one["email"].strip().casefold())
            stated = one["institution"]
            found.append(
                self._party(account, stated) if account else Party(None, one["email"], (stated,), frozenset())
            )
        return found


def member_of(by: Principal) -> Account:
    """The person behind a Principal.

    Raises:
        NotYoursError: a key or a job, which takes no part in a review.
    """
    account = Account.objects.filter(pk=by.account).first() if by.account else None
    if account is None:
        raise NotYoursError("Only a person takes part in a review.")
    return account


def submissions_current(
    applications: Sequence[AccessApplication],
) -> dict[uuid.UUID, dict[str, dict[str, object]]]:
    """Application id -> sections of its newest submission."""
    rows = Submission.objects.filter(application__in=applications).order_by("number")
    return {row.application_id: row.document["sections"] for row in rows}


def co_investigators(sections: dict[str, dict[str, object]]) -> list[dict[str, str]]:
    """The people that section B names, each with `name`, `email` and `institution`."""
    people = sections.get("B", {}).get("people") or []
    return [dict(one) for one in people] if isinstance(people, list) else []


def accounts_by_email(emails: Iterable[str]) -> dict[str, Account]:
    """Folded e-mail -> account, for the addresses that have one."""
    wanted = {email.strip().casefold() for email in emails} - {""}
    return {account.email.casefold(): account for account in Account.objects.filter(email__in=wanted)}


def committee_of(form: ScoreSheetForm) -> list[Account]:
    """Who scores, by name."""
    return _holders(form.scoring_roles)


def deciders() -> dict[Role, list[Account]]:
    """Role that may decide -> who holds it."""
    return {role: _holders((role,)) for role in DECIDING_ROLES}


def _holders(roles: Iterable[Role]) -> list[Account]:
    held = Account.objects.filter(
        is_active=True, registry_role_grants__role__in=[role.value for role in roles]
    )
    return list(held.distinct().order_by("display_name", "pk"))


def _memberships(accounts: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[uuid.UUID, str]]:
    """Account id -> center id -> name of the center, of the roles that run."""
    found: dict[uuid.UUID, dict[uuid.UUID, str]] = defaultdict(dict)
    rows = CenterMembership.objects.filter(account__in=list(accounts), ended_at=None)
    for account, center, name in rows.values_list("account", "center", "center__name"):
        found[account][center] = name
    return found
