"""Import this first: makes Django ready in a process of the demonstration that calls the registry's services."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmr_registry.config.settings")
django.setup()
