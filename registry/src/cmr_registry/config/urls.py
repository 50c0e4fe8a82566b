"""All addresses of the server but DICOMweb, which `dispatch` hands on (contract.md, "Addresses of the server")."""

from django.urls import URLPattern, URLResolver, include, path

from cmr_registry.config import views
from cmr_registry.config.api import api_docs, api_patterns, openapi_document
from cmr_registry.config.sign_in_routes import sign_in_patterns
from cmr_registry.desks.views import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("cmr_registry.public.urls")),
    path("", include("cmr_registry.desks.urls")),
    path("", include("cmr_registry.documents.urls")),
    path("home/", home, name="home"),
    path("accounts/", include(sign_in_patterns())),
    path("exams/", include("cmr_registry.exams.urls")),
    path("centers/", include("cmr_registry.intake.urls")),
    path("follow-up/", include("cmr_registry.followup.urls")),
    path("quality/", include("cmr_registry.quality.urls")),
    path("research/cohorts/", include("cmr_registry.cohorts.urls")),
    path("", include("cmr_registry.projects.urls")),
    path("", include("cmr_registry.access.urls")),
    path("", include("cmr_registry.releases.urls")),
    path("viewer/", include("cmr_registry.dicomweb.urls")),
    path("api/v1/openapi.json", openapi_document, name="openapi"),
    path("api/v1/docs", api_docs, name="api_docs"),
    path("api/v1/", api_patterns),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

handler404 = "cmr_registry.config.views.absent"
