"""Look-up: from a pseudonym to the patient and back. Every one leaves a line; what was typed never does."""

from starlette.responses import Response

from cmr_connector.crosswalk import CrosswalkEntry
from cmr_connector.desk.acts import Act
from cmr_connector.desk.visits import Visit
from cmr_connector.errors import UnknownPseudonymError

KINDS = {
    "pseudonym": "pseudonym of an exam or subject",
    "accession": "accession number",
    "patient_id": "patient ID",
}
_AUDITED = (Act.LOOKED_UP, Act.LOOKED_UP_NOTHING)


def look_up_page(visit: Visit) -> Response:
    """The form and the newest look-ups."""
    return _page(visit, "pseudonym", None)


def look_up(visit: Visit) -> Response:
    """Look one up. The answer is never kept: it comes by POST, so that no address holds what was asked."""
    kind = visit.form.get("kind", "")
    kind = kind if kind in KINDS else "pseudonym"
    entries = _found(visit, kind, visit.form.get("text", "").strip()[:200])
    for entry in entries:
        visit.note(Act.LOOKED_UP, entry.exam, str(entry.exam_id))
    if not entries:
        visit.note(Act.LOOKED_UP_NOTHING)
    return _page(visit, kind, entries)


def _found(visit: Visit, kind: str, text: str) -> list[CrosswalkEntry]:
    crosswalk = visit.desk.workplace.store.crosswalk
    search = {
        "pseudonym": crosswalk.by_pseudonym,
        "accession": crosswalk.by_accession,
        "patient_id": crosswalk.by_patient_id,
    }[kind]
    if not text:
        return []
    try:
        return search(text)
    except UnknownPseudonymError:
        return []


def _page(visit: Visit, kind: str, entries: list[CrosswalkEntry] | None) -> Response:
    acts = visit.desk.acts.listed(*_AUDITED)
    return visit.render("look_up.html", kinds=KINDS, kind=kind, entries=entries, acts=acts)
