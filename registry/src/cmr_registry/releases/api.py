"""The API of the releases room: what releases the caller's projects have, each with its manifest."""

import datetime
import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.lib.problems import Problem
from cmr_registry.releases.selectors import download_refusal, releases_of

router = Router(tags=["releases"])
PROBLEMS: dict[Any, Any] = dict.fromkeys((401, 403), Problem)
MOST = 100


class ReleaseOut(Schema):
    """One release: its manifest names every file; `fingerprint` is the manifest's SHA-256, `sha256` the archive's.

    `download_refusal` says in words why it cannot be downloaded now; it is empty where its page offers the download.
    """

    id: uuid.UUID
    name: str
    version: int
    state: str
    published_at: datetime.datetime | None
    fingerprint: str
    sha256: str
    size: int
    download_refusal: str
    manifest: dict[str, Any] | None


class ReleasesOut(Schema):
    """The newest hundred releases of the caller's projects."""

    releases: list[ReleaseOut]


@router.get("/releases", response={200: ReleasesOut, **PROBLEMS}, operation_id="list_releases")
@door(Permission.USE_RELEASES)
def list_releases(request: HttpRequest) -> dict[str, Any]:
    """The releases of the projects in which the caller works, newest first."""
    principal = principal_of(request)
    rows = releases_of(principal)[:MOST]
    return {
        "releases": [
            {
                "id": row.pk,
                "name": row.name,
                "version": row.version,
                "state": row.state,
                "published_at": row.published_at,
                "fingerprint": row.manifest_sha256,
                "sha256": row.sha256,
                "size": row.size,
                "download_refusal": download_refusal(principal, row),
                "manifest": row.manifest,
            }
            for row in rows
        ]
    }
