"""The ASGI entry: DICOMweb goes to the Starlette sub-app, everything else to Django."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmr_registry.config.settings")
application = get_asgi_application()
