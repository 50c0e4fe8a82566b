"""Who looked at whose images: one event per principal, study and quarter of an hour (house.md).

Pages and DICOMweb leave the same event, so that a look through either is counted once.
"""

import threading
import time
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from cmr_registry.accounts.policy import Principal
from cmr_registry.archive.models import ImagingStudy
from cmr_registry.audit.models import AuditEvent
from cmr_registry.audit.services import event_record

VIEW_SECONDS = 15 * 60
ACTION = "study.view"

_noted: dict[tuple[str, UUID], float] = {}
_noting = threading.Lock()


def view_record(*, principal: Principal, study: ImagingStudy) -> bool:
    """Leave a view event unless the newest one of this principal and study is younger than 15 minutes.

    The process remembers what it noted, so that a viewer's hundreds of frames ask the database once; another
    process looks at the chain.

    Returns:
        True if an event was left.
    """
    key = (principal.actor, study.pk)
    with _noting:
        now = time.monotonic()
        if now - _noted.get(key, -VIEW_SECONDS) < VIEW_SECONDS:
            return False
        is_new = not _seen(principal, study)
        if is_new:
            event_record(
                actor=principal.actor, action=ACTION, center=study.center_id, target=f"study:{study.pk}"
            )
        _forget_old(now)
        _noted[key] = now
        return is_new


def _seen(principal: Principal, study: ImagingStudy) -> bool:
    since = timezone.now() - timedelta(seconds=VIEW_SECONDS)
    events = AuditEvent.objects.filter(target=f"study:{study.pk}", at__gt=since)
    return events.filter(actor=principal.actor, action=ACTION).exists()


def _forget_old(now: float) -> None:
    for key in [key for key, at in _noted.items() if now - at >= VIEW_SECONDS]:
        del _noted[key]
