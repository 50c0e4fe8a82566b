"""Every write of the subjects room."""

from cmr_registry.audit.services import audited, event_record
from cmr_registry.centers.models import Center
from cmr_registry.subjects.models import Subject


@audited
def subject_ensure(*, center: Center, pseudonym: str, actor: str) -> Subject:
    """The subject with this pseudonym at this center, entered now if it is new.

    Args:
        center: whose pseudonym it is; the same text at another center is another person.
        pseudonym: 16 base-32 characters and a check character, already checked.
        actor: `Principal.actor` of who enters it.
    """
    subject, made = Subject.objects.get_or_create(center=center, pseudonym=pseudonym)
    if made:
        event_record(actor=actor, action="subject.ensure", center=center.pk, target=f"subject:{subject.pk}")
    return subject
