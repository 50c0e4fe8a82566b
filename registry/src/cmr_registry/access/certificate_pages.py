"""A certificate as page, as PDF, and as the very bytes that its hash is over."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cmr_exchange.canonical import canonical_json
from cmr_registry.access.certificate_pdf import certificate_pdf
from cmr_registry.access.counts import LEGEND, answer_tables
from cmr_registry.access.models import SearchCertificate

KINDS = {"pdf": "application/pdf", "json": "application/json"}


def certificate_answer(request: HttpRequest, certificate: SearchCertificate, kind: str) -> HttpResponse:
    """A certificate that the caller may see, in one of its forms.

    Args:
        request: whose path ends in `certificate/` for the page.
        certificate: to show.
        kind: `page`, `pdf` or `json`.

    Raises:
        Http404: another kind.
    """
    if kind == "page":
        total, flow, *tables = answer_tables(certificate.document["answer"])
        address = request.path.rstrip("/")
        context = {
            "certificate": certificate,
            "document": certificate.document,
            "total": total,
            "flow": flow,
            "tables": tables,
            "legend": LEGEND,
        }
        query = json.dumps(certificate.document["cohort"]["query"], indent=2, ensure_ascii=False)
        return render(
            request, "access/certificate.html", {**context, "address": address, "query_json": query}
        )
    if kind not in KINDS:
        raise Http404("There is no such form of a certificate.")
    made = certificate_pdf(certificate) if kind == "pdf" else canonical_json(certificate.document)
    response = HttpResponse(made, content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="{certificate.number}.{kind}"'
    return response
