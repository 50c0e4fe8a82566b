"""Importing this module makes the registry's models usable here, where no server runs."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmr_registry.config.settings")
django.setup()
