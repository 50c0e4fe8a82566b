"""The document library for everybody, and the steward's page that publishes the next version."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from cmr_registry.accounts.doors import door, public_door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.documents.forms import DocumentForm
from cmr_registry.documents.models import DocumentVersion, Layout
from cmr_registry.documents.rendering import document_pdf, html_of
from cmr_registry.documents.selectors import (
    document_current,
    document_version,
    document_versions,
    documents_current,
)
from cmr_registry.documents.services import document_publish
from cmr_registry.lib.pages import page_of

WHY_PUBLIC = "Agreements, policies and processes are there to be read before anybody signs."


@public_door(WHY_PUBLIC)
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """All documents in their current versions."""
    return render(request, "documents/library.html", {"documents": documents_current()})


@public_door(WHY_PUBLIC)
@require_safe
def document(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """One document, current or as it was, with the list of its versions."""
    version = _found(slug, number)
    versions = page_of(document_versions(slug).defer("body"), request.GET.get("page"))
    context = {
        "document": version,
        "html": html_of(version.body),
        "page": versions,
        "current": document_current(slug),
    }
    return render(request, "documents/document.html", context)


@public_door(WHY_PUBLIC)
@require_safe
def document_file(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """One document as PDF."""
    version = _found(slug, number)
    response = HttpResponse(document_pdf(version), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{version.slug}-{version.number}.pdf"'
    return response


@door(Permission.EDIT_DOCUMENTS)
@require_safe
def steward_library(request: HttpRequest) -> HttpResponse:
    """All documents with the way to their next version."""
    return render(request, "documents/steward.html", {"documents": documents_current()})


@door(Permission.EDIT_DOCUMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Edit and publish the next version of a document, or the first of a new one; a preview stores nothing."""
    current = _found(slug, None) if slug else None
    form = DocumentForm(request.POST or None, initial=_initial(current))
    preview = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if "preview" in request.POST:
            preview = html_of(given["body"])
        else:
            try:
                version = document_publish(
                    slug=slug or slugify(given["title"])[:64],
                    title=given["title"],
                    body=given["body"],
                    is_placeholder=given["is_placeholder"],
                    layout=Layout(given["layout"]),
                    by=principal_of(request),
                )
                return redirect("documents:document", slug=version.slug)
            except ValidationError as error:
                form.add_error(None, error.messages[0])
    context = {"form": form, "current": current, "preview": preview}
    return render(request, "documents/edit.html", context)


def _initial(current: DocumentVersion | None) -> dict[str, object]:
    if current is None:
        return {"layout": Layout.TEXT}
    return {name: getattr(current, name) for name in ("title", "body", "layout", "is_placeholder")}


def _found(slug: str, number: int | None) -> DocumentVersion:
    version = document_current(slug) if number is None else document_version(slug, number)
    if version is None:
        raise Http404("There is no such document.")
    return version
