"""Addresses of data quality."""

from django.urls import URLPattern, URLResolver, include, path

from cmr_registry.quality import views

app_name = "quality"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.quality, name="report"),
    path("items", views.items, name="items"),
    path("report.pdf", views.report_file, {"ending": "pdf"}, name="report_pdf"),
    path("report.csv", views.report_file, {"ending": "csv"}, name="report_csv"),
    path("findings", views.findings, name="findings"),
    path("findings.csv", views.findings_file, name="findings_file"),
    path("census", views.census, name="census"),
    path("", include("cmr_registry.quality.query_urls")),
]
