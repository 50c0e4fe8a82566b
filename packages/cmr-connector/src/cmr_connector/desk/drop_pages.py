"""The pages of the drop zone: bring files, look at what would leave, send, follow until the receipt."""

from typing import Any
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from cmr_connector.database import utc_now
from cmr_connector.desk.acts import Act
from cmr_connector.desk.drops import Drop, DroppedFile, Drops, Phase
from cmr_connector.desk.errors import DropError
from cmr_connector.desk.visits import CSRF_HEADER, Visit, desk_of, require_session
from cmr_connector.handover import AT_REST, newest_receipt
from cmr_connector.rows import DeliveryRow, ExamRow
from cmr_connector.states import ExamState, InstanceState

_WRITE_BYTES = 2**20
_LONGEST_LABEL = 400


def drop_page(visit: Visit) -> Response:
    """Where files are brought, and this person's open drops."""
    return visit.render("drop.html", drops=visit.desk.drops.of(visit.account))


def begin(visit: Visit) -> Response:
    """Begin a drop; the page's script then brings the files one by one."""
    try:
        drop = visit.desk.drops.new(visit.account)
    except DropError as error:
        return _problem(error)
    return JSONResponse({"id": drop.id})


async def bring(request: Request) -> Response:
    """One file of a drop, as the plain body of a POST; written to the disk as it comes.

    Its name stands in a header, percent-encoded: addresses end up in logs, headers do not.
    """
    desk = desk_of(request)
    session = await run_in_threadpool(require_session, request, request.headers.get(CSRF_HEADER, ""))
    label = unquote(request.headers.get("x-file-name", ""), errors="replace")[:_LONGEST_LABEL] or "file"
    try:
        drop = desk.drops.get(str(request.path_params["drop"]), session.account.name)
        await _write(request, desk.drops, drop, label)
    except DropError as error:
        return _problem(error)
    return Response(status_code=204)


async def _write(request: Request, drops: Drops, drop: Drop, label: str) -> None:
    path = drops.place(drop)
    size, waiting = 0, bytearray()
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            async for chunk in request.stream():
                drops.room(drop, len(chunk))
                size += len(chunk)
                waiting += chunk
                if len(waiting) >= _WRITE_BYTES:
                    await run_in_threadpool(file.write, bytes(waiting))
                    waiting.clear()
            await run_in_threadpool(file.write, bytes(waiting))
        drops.written(drop, DroppedFile(label, path, size))
    except ClientDisconnect:
        path.unlink(missing_ok=True)
        raise DropError("The browser went away before the file was here.") from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def look(visit: Visit) -> Response:
    """All files are here: look at them."""
    try:
        drop = _drop(visit)
        visit.desk.drops.look(drop)
    except DropError as error:
        return _problem(error)
    visit.note(Act.PREVIEWED)
    return JSONResponse({"page": f"/drop/{drop.id}"})


def shown(visit: Visit) -> Response:
    """What was found, before and after; later the way to the receipt."""
    try:
        drop = _drop(visit)
    except DropError as error:
        return visit.render("drop_gone.html", 404, sentence=str(error))
    return visit.render("drop_shown.html", **_state(visit, drop))


def shown_part(visit: Visit) -> Response:
    """The part of it that refreshes itself while the connector works."""
    try:
        drop = visit.desk.drops.get(str(visit.request.path_params["drop"]), visit.account)
    except DropError:
        raise HTTPException(404) from None
    return visit.render("drop_part.html", **_state(visit, drop))


def send(visit: Visit) -> Response:
    """The person has looked and sends."""
    try:
        drop = _drop(visit)
        visit.desk.drops.send(drop)
    except DropError as error:
        return visit.render("drop_gone.html", 409, sentence=str(error))
    visit.note(Act.HANDED_OVER)
    return RedirectResponse(f"/drop/{drop.id}", 303)


def discard(visit: Visit) -> Response:
    """Take a drop away unsent."""
    try:
        visit.desk.drops.discard(_drop(visit))
    except DropError as error:
        return visit.render("drop_gone.html", 409, sentence=str(error))
    return RedirectResponse("/drop", 303)


def _drop(visit: Visit) -> Drop:
    return visit.desk.drops.get(str(visit.request.path_params["drop"]), visit.account)


def _problem(error: DropError) -> Response:
    return JSONResponse({"sentence": str(error)}, 409)


def _state(visit: Visit, drop: Drop) -> dict[str, Any]:
    store = visit.desk.workplace.store
    handed = drop.hand_over
    exams = [store.exams.get(exam_id) for exam_id in handed.exam_ids] if handed else []
    ways = [_way(visit, exam) for exam in exams]
    over = drop.phase is Phase.TAKEN and all(exam.state in AT_REST for exam in exams)
    return {
        "now": utc_now(),
        "drop": drop,
        "found": drop.findings,
        "handed": handed,
        "ways": ways,
        "at_work": drop.phase in (Phase.LOOKING, Phase.TAKING) or (drop.phase is Phase.TAKEN and not over),
    }


def _way(visit: Visit, exam: ExamRow) -> tuple[ExamRow, int, DeliveryRow | None, DeliveryRow | None]:
    """An exam, how far it is in hundredths, its newest receipt, and the delivery that waits, if any."""
    store = visit.desk.workplace.store
    counts = store.ledger.counts(exam.id)
    weights = {InstanceState.READ: 0.2, InstanceState.DEIDENTIFIED: 0.5, InstanceState.SENT: 0.9}
    settled = counts[InstanceState.STORED] + counts[InstanceState.HELD] + counts[InstanceState.REJECTED]
    done = settled + sum(weight * counts[state] for state, weight in weights.items())
    hundredths = round(100 * done / max(1, exam.n_instances))
    current = exam.state is ExamState.DELIVERED
    deliveries = store.outbox.of_exam(exam.id)
    waiting = deliveries[0] if deliveries and deliveries[0].receipt is None else None
    return exam, hundredths, newest_receipt(visit.desk.workplace, exam.id) if current else None, waiting
