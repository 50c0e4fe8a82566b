"""The states of a data release, who moves it on, and where it may go."""

import enum


class ReleaseState(enum.StrEnum):
    """Where a release stands."""

    REQUESTED = "requested"
    CONSENTED = "consented"
    BUILDING = "building"
    BUILT = "built"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    FAILED = "failed"


S = ReleaseState
ALLOWED: dict[ReleaseState, frozenset[ReleaseState]] = {
    S.REQUESTED: frozenset({S.CONSENTED, S.REVOKED}),
    S.CONSENTED: frozenset({S.BUILDING, S.REVOKED}),
    S.BUILDING: frozenset({S.BUILT, S.FAILED}),
    S.BUILT: frozenset({S.PUBLISHED, S.REVOKED}),
    S.PUBLISHED: frozenset({S.SUPERSEDED, S.REVOKED}),
    S.SUPERSEDED: frozenset({S.REVOKED}),
    S.REVOKED: frozenset(),
    S.FAILED: frozenset({S.CONSENTED, S.REVOKED}),
}

OWNER: dict[ReleaseState, str] = {
    S.REQUESTED: "release officer",
    S.CONSENTED: "worker",
    S.BUILDING: "worker",
    S.BUILT: "registry steward",
    S.PUBLISHED: "project members",
    S.SUPERSEDED: "nobody",
    S.REVOKED: "nobody",
    S.FAILED: "registry steward",
}

RUNNING = frozenset({S.REQUESTED, S.CONSENTED, S.BUILDING, S.BUILT, S.FAILED})
"""On the way to publication: a project has at most one of them."""

TO_BUILD = frozenset({S.CONSENTED, S.BUILDING})
"""What the worker takes up; one that is building and unclaimed was left by a worker that died."""

FROZEN = frozenset({S.BUILT, S.PUBLISHED, S.SUPERSEDED, S.REVOKED})
"""May hold an archive and members, which a withdrawal marks."""

SEEN_BY_MEMBERS = frozenset({S.PUBLISHED, S.SUPERSEDED, S.REVOKED})


def may_become(now: str, to: ReleaseState) -> bool:
    """Does the table allow the step?"""
    return to in ALLOWED[ReleaseState(now)]
