"""Public pages of the data dictionary: the list, each item, what versions changed, and the files."""

import functools
import itertools
import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cmr_dictionary import load
from cmr_dictionary.codebook import codebook_csv
from cmr_dictionary.conditions import expression_words
from cmr_dictionary.history import diff, versions
from cmr_dictionary.json_schema import report_schema
from cmr_dictionary.modules import modules
from cmr_dictionary.redcap import missing_data_codes, redcap_csv
from cmr_imaging.kinds import SeriesKind
from cmr_registry.accounts.doors import public_door
from cmr_registry.lib.pages import page_of
from cmr_registry.public.dictionary_items import item_page
from cmr_registry.public.dictionary_lists import form_choices, listed_items, module_choices
from cmr_registry.quality.selectors import completeness_of_items

ROWS_SHOWN = 50
WHY = "the dictionary is public: what is collected, in which words, and how complete it is over all centers"
CSV = "text/csv; charset=utf-8"
SCHEMA = "application/schema+json"


@public_door(WHY)
@require_safe
def dictionary(request: HttpRequest) -> HttpResponse:
    """All items, searched and filtered, fifty on a page."""
    chosen = {name: request.GET.get(name, "").strip() for name in ("q", "form", "module")}
    known = completeness_of_items()
    module = modules().get(chosen["module"])
    page = page_of(
        listed_items(chosen["q"], chosen["form"], chosen["module"]), request.GET.get("page"), ROWS_SHOWN
    )
    context = {
        "chosen": chosen,
        "forms": form_choices(),
        "modules": module_choices(),
        "module": module,
        "module_if": expression_words(module.condition) if module else "",
        "series": [kind.label for kind in SeriesKind if module and kind.value in module.sequences],
        "page": page,
        "rows": [(row, known.get(row.item.name)) for row in page.rows],
        "has_known": bool(known),
        "dictionary": load(),
        "steps": list(reversed(list(itertools.pairwise(versions())))),
        "missing_data_codes": missing_data_codes(),
    }
    return render(request, "public/dictionary.html", context)


@public_door(WHY)
@require_safe
def item(request: HttpRequest, name: str) -> HttpResponse:
    """One item: definition, type, codes, ranges, sources, completeness, who uses it."""
    if name not in load().items:
        raise Http404
    return render(request, "public/item.html", {"shown": item_page(name), "dictionary": load()})


@public_door(WHY)
@require_safe
def changes(request: HttpRequest, older: str, newer: str) -> HttpResponse:
    """What changed from one version to a newer one."""
    try:
        found = diff(older, newer)
    except KeyError:
        raise Http404 from None
    kind = request.GET.get("kind", "")
    context = {
        "older": older,
        "newer": newer,
        "kind": kind,
        "kinds": list(dict.fromkeys(change.kind.value for change in found)),
        "n_changes": len(found),
        "page": page_of(
            [one for one in found if kind in ("", one.kind.value)], request.GET.get("page"), ROWS_SHOWN
        ),
        "items": load().items,
    }
    return render(request, "public/dictionary_changes.html", context)


@public_door(WHY)
@require_safe
def redcap_file(request: HttpRequest) -> HttpResponse:
    """The dictionary as a REDCap data dictionary."""
    return _file(_redcap(), CSV, f"cmr-redcap-{load().version}.csv")


@public_door(WHY)
@require_safe
def schema_file(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of a case report."""
    return _file(_schema(), SCHEMA, f"cmr-case-report-{load().version}.schema.json")


@public_door(WHY)
@require_safe
def codebook_file(request: HttpRequest) -> HttpResponse:
    """The codebook: everything of every item in one table."""
    return _file(_codebook(), CSV, f"cmr-codebook-{load().version}.csv")


def _file(text: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@functools.cache
def _redcap() -> str:
    return redcap_csv()


@functools.cache
def _codebook() -> str:
    return codebook_csv()


@functools.cache
def _schema() -> str:
    return json.dumps(report_schema(), indent=1, ensure_ascii=False)
