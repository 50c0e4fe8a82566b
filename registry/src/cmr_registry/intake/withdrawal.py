"""What a withdrawal asks of intake: nothing of the subject that is on its way is taken any more."""

from cmr_registry.intake.selectors import deliveries_running_of
from cmr_registry.intake.services import delivery_refuse
from cmr_registry.subjects.models import Subject


def subject_withdrawn(subject: Subject) -> None:
    """Refuse what is on its way; lists leave the subject's deliveries out, and new ones are refused at once."""
    for delivery in deliveries_running_of(subject.center_id, subject.pseudonym).select_for_update():
        delivery_refuse(delivery, "subject_withdrawn")
