"""The center scope: no query on center data runs without an explicit statement of whose data it may see.

A scope is a set of center ids or `ALL_CENTERS` (registry staff, jobs); the door that a request came through
opens it (`accounts.doors`). `ScopedManager` filters by it and raises where none is open, so a forgotten filter
is an error and not a leak (L1, S1).
"""

import contextlib
import contextvars
import enum
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class AllCenters(enum.Enum):
    """The scope of registry staff and of jobs."""

    ALL_CENTERS = "all centers"


ALL_CENTERS = AllCenters.ALL_CENTERS
Scope = frozenset[uuid.UUID] | AllCenters

_scope: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("center_scope", default=None)


class NoCenterScopeError(Exception):
    """A query on center data ran outside of every center scope: a programming error."""


@contextlib.contextmanager
def center_scope(centers: Iterable[uuid.UUID] | AllCenters) -> Iterator[None]:
    """Let queries on center data see `centers` and no other, until the block ends.

    An inner scope replaces the outer one; it is the caller's business to narrow.
    """
    scope: Scope = centers if isinstance(centers, AllCenters) else frozenset(centers)
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


def current_scope() -> Scope:
    """The open scope.

    Raises:
        NoCenterScopeError: none is open.
    """
    scope = _scope.get()
    if scope is None:
        raise NoCenterScopeError("Center data were asked for outside of every center scope.")
    return scope


class ScopedManager(models.Manager[M]):
    """Manager of center data: sees only the open scope."""

    def get_queryset(self) -> models.QuerySet[M]:
        """All rows of the open scope.

        Raises:
            NoCenterScopeError: no scope is open.
        """
        queryset: models.QuerySet[M] = super().get_queryset()
        scope = current_scope()
        if scope is ALL_CENTERS:
            return queryset
        return queryset.filter(center_id__in=scope)

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[M]:
        """Create rows of the open scope only.

        Raises:
            NoCenterScopeError: a row belongs to a center outside of the scope.
        """
        scope, rows = current_scope(), list(objs)
        if scope is not ALL_CENTERS and any(row.center_id not in scope for row in rows):
            raise NoCenterScopeError("A row of another center was about to be written.")
        created: list[M] = super().bulk_create(rows, *args, **kwargs)
        return created
