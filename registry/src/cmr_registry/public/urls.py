"""Addresses of the public site."""

from django.urls import path

from cmr_registry.public import views

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("numbers/", views.numbers, name="numbers"),
    path("projects/", views.projects, name="projects"),
]
