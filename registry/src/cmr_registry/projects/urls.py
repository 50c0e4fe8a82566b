"""Addresses of projects and ballots."""

from django.urls import path

from cmr_registry.projects import ballot_views, views

app_name = "projects"
urlpatterns = [
    path("research/projects/", views.projects, name="projects"),
    path("research/projects/<uuid:project_id>/", views.project, name="project"),
    path("steward/projects/", views.steward_projects, name="steward_projects"),
    path("steward/projects/<uuid:project_id>/", views.steward_project, name="steward_project"),
    path("steward/projects/<uuid:project_id>/step", views.project_step, name="project_step"),
    path("steward/projects/<uuid:project_id>/ballots/open", views.round_open, name="round_open"),
    path("steward/projects/<uuid:project_id>/ballots/close", views.round_close, name="round_close"),
    path("centers/ballots/", ballot_views.ballots, name="ballots"),
    path("centers/ballots/standing/", ballot_views.standing, name="standing"),
    path("centers/ballots/standing/set", ballot_views.standing_change, name="standing_change"),
    path("centers/ballots/standing/revoke", ballot_views.standing_end, name="standing_end"),
    path("centers/ballots/<uuid:ballot_id>/", ballot_views.ballot, name="ballot"),
    path("centers/ballots/<uuid:ballot_id>/answer", ballot_views.answer, name="answer"),
    path("centers/ballots/<uuid:ballot_id>/withdraw", ballot_views.withdraw, name="withdraw"),
]
