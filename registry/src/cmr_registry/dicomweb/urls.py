"""Addresses of the viewer; DICOMweb itself is dispatched by `config.asgi`."""

from django.urls import path

from cmr_registry.dicomweb import views

app_name = "dicomweb"
urlpatterns = [
    path("", views.viewer, name="viewer"),
    path("<path:path>", views.viewer, name="viewer_file"),
]
