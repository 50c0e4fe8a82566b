"""Addresses of the document library."""

from django.urls import path

from cmr_registry.documents import views

app_name = "documents"
urlpatterns = [
    path("documents/", views.library, name="library"),
    path("documents/<slug:slug>/", views.document, name="document"),
    path("documents/<slug:slug>/document.pdf", views.document_file, name="pdf"),
    path("documents/<slug:slug>/<int:number>/", views.document, name="version"),
    path("documents/<slug:slug>/<int:number>/document.pdf", views.document_file, name="version_pdf"),
    path("steward/documents/", views.steward_library, name="steward"),
    path("steward/documents/new", views.publish, name="new"),
    path("steward/documents/<slug:slug>/edit", views.publish, name="edit"),
]
