"""Follow-up documents for tests of every room above."""

from cmr_dictionary import load
from cmr_exchange.followup import (
    DeathCause,
    EventKind,
    FollowUpDocument,
    OutcomeEvent,
    Precision,
    SourceClass,
    VitalStatus,
)
from cmr_exchange.manifest import ReportValue, ValueSource
from cmr_exchange.versions import EXCHANGE_VERSION

ALIVE = (VitalStatus(SourceClass.CHART, 0, 700, last_alive_day=690),)
DEAD = (VitalStatus(SourceClass.NDI, 0, 900, 400, Precision.DAY, DeathCause.SUDDEN_CARDIAC),)
TORN = (*DEAD, VitalStatus(SourceClass.PHONE, 0, 600, last_alive_day=600))
REPLACED_VALVE = OutcomeEvent(
    EventKind.AORTIC_VALVE_REPLACEMENT,
    120,
    SourceClass.CHART,
    values={"avr_reason": ReportValue(ValueSource.DESK, "1")},
)


def document_of(subject, *, center="riverside", version=1, statuses=ALIVE, events=()):
    """A follow-up document as a connector would send it."""
    return FollowUpDocument(
        exchange_version=EXCHANGE_VERSION,
        center=center,
        subject=subject,
        version=version,
        dictionary_version=load().version,
        software="cmr-connector 0.1.0",
        vital_status=tuple(statuses),
        events=tuple(events),
    )
