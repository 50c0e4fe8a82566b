"""Addresses of follow-up."""

from django.urls import URLPattern

app_name = "followup"
urlpatterns: list[URLPattern] = []
