"""Addresses of data queries."""

from django.urls import path

from cmr_registry.quality import query_views

urlpatterns = [
    path("queries/", query_views.queries, name="queries"),
    path("queries/from-findings/", query_views.from_findings, name="queries_from_findings"),
    path("queries/<uuid:query_id>/", query_views.query, name="query"),
    path("queries/<uuid:query_id>/answer", query_views.answer, name="query_answer"),
    path("queries/<uuid:query_id>/settle", query_views.settle, name="query_settle"),
    path("exams/<uuid:exam_id>/ask/", query_views.ask, name="ask"),
]
