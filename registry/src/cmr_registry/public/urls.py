"""Addresses of the public site."""

from django.urls import path

from cmr_registry.public import check_views, dictionary_views, views

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("numbers/", views.numbers, name="numbers"),
    path("projects/", views.projects, name="projects"),
    path("dictionary/", dictionary_views.dictionary, name="dictionary"),
    path("dictionary/redcap.csv", dictionary_views.redcap_file, name="dictionary_redcap"),
    path("dictionary/schema.json", dictionary_views.schema_file, name="dictionary_schema"),
    path("dictionary/codebook.csv", dictionary_views.codebook_file, name="dictionary_codebook"),
    path("dictionary/changes/<str:older>..<str:newer>", dictionary_views.changes, name="dictionary_changes"),
    path("dictionary/checks", check_views.checks, name="checks"),
    path("dictionary/<slug:name>", dictionary_views.item, name="dictionary_item"),
]
