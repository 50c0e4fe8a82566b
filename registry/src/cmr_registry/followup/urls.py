"""Addresses of follow-up."""

from django.urls import path

from cmr_registry.followup import views

app_name = "followup"
urlpatterns = [
    path("", views.follow_up_list, name="list"),
    path("rule/", views.rule, name="rule"),
    path("<uuid:subject_id>/", views.subject_follow_up, name="subject"),
]
