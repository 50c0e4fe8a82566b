"""What a person does to an exam: release it, have it sent again, have it tried now."""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from cmr_connector.desk.acts import Act
from cmr_connector.desk.pages import exam_of, may_release, may_send_again
from cmr_connector.desk.visits import Visit
from cmr_connector.errors import TransitionError

_MOVED_ON = "This exam has moved on meanwhile; look at it again."


def release_page(visit: Visit) -> Response:
    """What releasing means, before it is done."""
    row = exam_of(visit)
    if not may_release(visit, row):
        return RedirectResponse(f"/exams/{row.id}", 303)
    evidence = visit.desk.workplace.store.exams.evidence(row.id)
    return visit.render("release.html", exam=row, evidence=evidence, problem="")


def release(visit: Visit) -> Response:
    """A person has checked that the exam shows a heart."""
    row, workplace = exam_of(visit), visit.desk.workplace
    if not may_release(visit, row):
        raise HTTPException(409, _MOVED_ON)
    if visit.form.get("checked") != "yes":
        evidence = workplace.store.exams.evidence(row.id)
        problem = "Say that you have looked at the images."
        return visit.render("release.html", 400, exam=row, evidence=evidence, problem=problem)
    try:
        workplace.pipeline.release_held(row.id)
    except TransitionError:
        raise HTTPException(409, _MOVED_ON) from None
    visit.note(Act.RELEASED, row.pseudonym, str(row.id))
    return RedirectResponse(f"/exams/{row.id}", 303)


def send_again(visit: Visit) -> Response:
    """Prepare a new version of an exam that the registry refused."""
    row, store = exam_of(visit), visit.desk.workplace.store
    if not may_send_again(visit, row):
        raise HTTPException(409, _MOVED_ON)
    try:
        with store.transaction():
            store.exams.wake(row.id)
            store.exams.settle(row.id)
    except TransitionError:
        raise HTTPException(409, _MOVED_ON) from None
    visit.note(Act.SENT_AGAIN, row.pseudonym, str(row.id))
    return RedirectResponse(f"/exams/{row.id}", 303)


def retry(visit: Visit) -> Response:
    """Let everything that waits be tried at once, instead of after the pause."""
    visit.desk.workplace.store.outbox.retry_now()
    visit.desk.workplace.store.statements.retry_now()
    visit.note(Act.RETRIED)
    back = visit.form.get("exam", "")
    return RedirectResponse(f"/exams/{back}" if back.isascii() and back.isdigit() else "/", 303)
