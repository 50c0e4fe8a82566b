"""Addresses of data releases."""

from django.urls import path

from cmr_registry.releases import desk_views, views

app_name = "releases"
urlpatterns = [
    path("research/releases/", views.releases, name="releases"),
    path("research/releases/example", views.example, name="example"),
    path("research/releases/download/<str:token>", views.download, name="download"),
    path("research/releases/<uuid:release_id>/", views.release, name="release"),
    path("research/releases/<uuid:release_id>/link", views.link, name="link"),
    path("steward/releases/", desk_views.desk, name="desk"),
    path("steward/releases/request", desk_views.request_release, name="request"),
    path("steward/releases/<uuid:release_id>/", desk_views.desk_release, name="desk_release"),
    path("steward/releases/<uuid:release_id>/consent", desk_views.consent, name="consent"),
    path("steward/releases/<uuid:release_id>/retry", desk_views.retry, name="retry"),
    path("steward/releases/<uuid:release_id>/publish", desk_views.publish, name="publish"),
    path("steward/releases/<uuid:release_id>/revoke", desk_views.revoke, name="revoke"),
]
