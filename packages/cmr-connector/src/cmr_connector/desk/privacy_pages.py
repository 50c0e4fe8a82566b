"""Pages for the coordinator and the privacy officer: the last shadow run, the dossier, before and after of an exam."""

from collections.abc import Iterator

from starlette.exceptions import HTTPException
from starlette.responses import Response

from cmr_connector.archive_reader import Member
from cmr_connector.desk.acts import Act
from cmr_connector.desk.pages import exam_of, has_sources
from cmr_connector.desk.visits import Visit
from cmr_connector.errors import SettingsError
from cmr_connector.examination import examine
from cmr_connector.privacy.dossier.make import as_page, as_pdf, conformance_of, facts_of, pdf_installed
from cmr_connector.privacy.dossier.measured import action_rows
from cmr_connector.privacy.lines import verdict
from cmr_connector.privacy.result import ShadowResult
from cmr_connector.privacy.shadow import last_result
from cmr_connector.rows import ExamRow

_MOST_EXAMS = 20
_MIB = 2**20
_KINDS = {"pdf": (as_pdf, "application/pdf"), "html": (as_page, "text/html; charset=utf-8")}


def privacy(visit: Visit) -> Response:
    """The last shadow run in numbers, and the way to everything a privacy officer reads."""
    result, problem = _last(visit)
    workplace = visit.desk.workplace
    profile = workplace.engine.profile
    return visit.render(
        "privacy.html",
        result=result,
        problem=problem,
        verdict=verdict(result) if result else "",
        is_old=result is not None and result.digest != profile.digest,
        own_found=sum(one.found for one in result.source.values()) if result else 0,
        attributes=action_rows(result) if result else (),
        exams=[row for row in workplace.store.exams.listed(limit=_MOST_EXAMS) if has_sources(visit, row)],
        has_pdf=pdf_installed(),
        facts=facts_of(workplace.config, profile, result),
    )


def download(visit: Visit) -> Response:
    """The dossier as a file to keep."""
    kind = str(visit.request.path_params["kind"])
    if kind not in _KINDS or (kind == "pdf" and not pdf_installed()):
        raise HTTPException(404)
    make, media_type = _KINDS[kind]
    workplace = visit.desk.workplace
    facts = facts_of(workplace.config, workplace.engine.profile, _last(visit)[0])
    visit.note(Act.TOOK_DOSSIER)
    headers = {"content-disposition": f'attachment; filename="privacy-dossier.{kind}"'}
    return Response(make(facts), media_type=media_type, headers=headers)


def conformance(visit: Visit) -> Response:
    """The conformance statement as a file to keep."""
    statement = conformance_of(visit.desk.workplace.engine.profile)
    headers = {"content-disposition": 'attachment; filename="conformance.html"'}
    return Response(statement, media_type="text/html; charset=utf-8", headers=headers)


def before_after(visit: Visit) -> Response:
    """One image of each series of an exam, before and after."""
    row, workplace = exam_of(visit), visit.desk.workplace
    most = workplace.config.pipeline.max_instance_mib * _MIB
    found = examine(workplace.engine, _one_of_each_series(visit, row), most, lambda _done: None)
    visit.note(Act.SAW_BEFORE_AFTER, row.pseudonym, str(row.id))
    return visit.render("before_after.html", exam=row, found=found)


def _one_of_each_series(visit: Visit, row: ExamRow) -> Iterator[Member]:
    seen = set[str]()
    for instance in visit.desk.workplace.store.ledger.of_exam(row.id):
        if instance.spool is not None and instance.series_hash not in seen:
            seen.add(instance.series_hash)
            data = visit.desk.workplace.files.spool_get(instance.spool)
            yield Member(str(instance.id), data, len(data))


def _last(visit: Visit) -> tuple[ShadowResult | None, str]:
    try:
        return last_result(visit.desk.workplace.config), ""
    except SettingsError as error:
        return None, str(error)
