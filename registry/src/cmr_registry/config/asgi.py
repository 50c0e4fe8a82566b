"""The ASGI entry: sets Django up, then hands over to `dispatch`, whose imports need it."""

import os

import django
from django.utils.module_loading import import_string

os.umask(0o077)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmr_registry.config.settings")
django.setup()
application = import_string("cmr_registry.config.dispatch.application")
