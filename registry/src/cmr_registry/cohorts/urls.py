"""Addresses of cohorts and snapshots."""

from django.urls import URLPattern

app_name = "cohorts"
urlpatterns: list[URLPattern] = []
