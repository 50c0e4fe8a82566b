"""Addresses of the home pages."""

from django.urls import path

from cmr_registry.desks import views

app_name = "desks"
urlpatterns = [
    path("centers/", views.center_home, name="center_home"),
    path("steward/", views.steward, name="steward"),
    path("research/", views.research, name="research"),
]
