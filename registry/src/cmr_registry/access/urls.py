"""Addresses of search requests, applications and the committee."""

from django.urls import URLPattern

app_name = "access"
urlpatterns: list[URLPattern] = []
