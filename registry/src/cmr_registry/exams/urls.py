"""Addresses of exams."""

from django.urls import path

from cmr_registry.exams import cine_views, reference_views, report_views, views

app_name = "exams"
urlpatterns = [
    path("", views.exam_list, name="list"),
    path("references", reference_views.references, name="references"),
    path("references/<uuid:reference_id>/end", reference_views.reference_end, name="reference_end"),
    path("<uuid:exam_id>/", views.exam_detail, name="detail"),
    path("<uuid:exam_id>/series/<uuid:series_id>/thumbnail", views.series_thumbnail, name="thumbnail"),
    path("<uuid:exam_id>/report", report_views.case_report, name="case_report"),
    path("<uuid:exam_id>/report/look", report_views.case_report_look, name="case_report_look"),
    path("<uuid:exam_id>/report/discard", report_views.case_report_discard, name="case_report_discard"),
    path("<uuid:exam_id>/report/<slug:form>", report_views.case_report_form, name="case_report_form"),
    path(
        "<uuid:exam_id>/report/<slug:form>/history",
        report_views.case_report_history,
        name="case_report_history",
    ),
    path("<uuid:exam_id>/cine/<uuid:series_id>", cine_views.cine, name="cine"),
    path(
        "<uuid:exam_id>/cine/<uuid:series_id>/stack.json",
        cine_views.cine_description,
        name="cine_description",
    ),
    path("<uuid:exam_id>/cine/<uuid:series_id>/<int:position>.png", cine_views.cine_sheet, name="cine_sheet"),
]
