"""Addresses of search requests, applications and the committee."""

from django.urls import path

from cmr_registry.access import application_views, committee_views, search_views, steward_views

app_name = "access"
PAGE = {"kind": "page"}

SEARCH = "research/searches/<uuid:search_id>/"
APPLICATION = "research/applications/<uuid:application_id>/"
STEWARD_SEARCH = "steward/searches/<uuid:search_id>/"
STEWARD_APPLICATION = "steward/applications/<uuid:application_id>/"
REVIEW = "committee/<uuid:application_id>/"

urlpatterns = [
    path("research/policy/", search_views.policy, name="policy"),
    path("research/searches/", search_views.searches, name="searches"),
    path("research/searches/new/", search_views.search_new, name="search_new"),
    path(SEARCH, search_views.search, name="search"),
    path(f"{SEARCH}edit/", search_views.search_edit, name="search_edit"),
    path(f"{SEARCH}submit/", search_views.search_hand_in, name="search_submit"),
    path(f"{SEARCH}certificate/", search_views.search_certificate, PAGE, name="search_certificate"),
    path(f"{SEARCH}certificate.<slug:kind>", search_views.search_certificate, name="search_certificate_file"),
    path("research/applications/", application_views.applications, name="applications"),
    path(APPLICATION, application_views.application, name="application"),
    path(f"{APPLICATION}sections/<slug:letter>/", application_views.section, name="section"),
    path(f"{APPLICATION}submit/", application_views.application_hand_in, name="application_submit"),
    path("steward/searches/", steward_views.searches, name="steward_searches"),
    path(STEWARD_SEARCH, steward_views.search, name="steward_search"),
    path(f"{STEWARD_SEARCH}certificate/", steward_views.search_certificate, PAGE, name="steward_certificate"),
    path(
        f"{STEWARD_SEARCH}certificate.<slug:kind>",
        steward_views.search_certificate,
        name="steward_certificate_file",
    ),
    path("steward/applications/", steward_views.applications, name="steward_applications"),
    path(STEWARD_APPLICATION, steward_views.application, name="steward_application"),
    path(
        f"{STEWARD_APPLICATION}certificate/",
        steward_views.application_certificate,
        PAGE,
        name="steward_quoted",
    ),
    path(
        f"{STEWARD_APPLICATION}certificate.<slug:kind>",
        steward_views.application_certificate,
        name="steward_quoted_file",
    ),
    path("committee/", committee_views.committee, name="committee"),
    path(REVIEW, committee_views.review, name="review"),
    path(f"{REVIEW}conflicts/", committee_views.conflict, name="review_conflict"),
    path(f"{REVIEW}scores/", committee_views.score, name="review_score"),
    path(f"{REVIEW}decision/", committee_views.decide, name="review_decide"),
    path(f"{REVIEW}certificate/", committee_views.certificate, PAGE, name="review_certificate"),
    path(f"{REVIEW}certificate.<slug:kind>", committee_views.certificate, name="review_certificate_file"),
]
