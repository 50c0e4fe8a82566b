"""Addresses of cohorts and snapshots, below /research/cohorts/."""

from django.urls import path

from cmr_registry.cohorts import views

app_name = "cohorts"
urlpatterns = [
    path("", views.builder, name="builder"),
    path("saved/", views.saved, name="saved"),
    path("snapshot/", views.snapshot_progress, name="snapshot"),
    path("snapshot/new/", views.new_snapshot, name="new_snapshot"),
]
