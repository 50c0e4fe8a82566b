"""A real server for tests that need one: migrated, with one center, its key and its coordinator's session.

Run as a module inside the server's environment: `prepare` makes the cast and prints it as JSON, `accept` does
the worker's part.
"""

import datetime
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import django
import httpx

REPOSITORY = Path(__file__).resolve().parents[5]


class Server:
    """The server in a process of its own, on a free port and an SQLite of its own."""

    def __init__(self, folder, viewer_dir):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CMR_")}
        self.environment = kept | {
            "CMR_DATA_DIR": str(folder),
            "CMR_BASE_URL": self.url,
            "CMR_VIEWER_DIR": str(viewer_dir),
            "DJANGO_SETTINGS_MODULE": "cmr_registry.config.settings",
        }
        self.cast = json.loads(self.inside("prepare").splitlines()[-1])
        command = ["granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--workers", "1", "--no-log", "cmr_registry.config.asgi:application"]
        program = Path(sys.executable).with_name(command[0])
        self.process = subprocess.Popen(
            [program, *command[1:]], env=self.environment, stderr=subprocess.DEVNULL
        )

    def inside(self, action):
        """Run an action of this module beside the server; what it prints."""
        command = [sys.executable, "-m", "cmr_registry.dicomweb.tests.live", action]
        return subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True
        ).stdout

    def wait(self):
        for _ in range(300):
            try:
                if httpx.get(f"{self.url}/dicom-web/studies").status_code == 401:
                    return self
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    def client(self):
        headers = {"Authorization": f"Bearer {self.cast['key']}"}
        return httpx.Client(base_url=f"{self.url}/dicom-web", headers=headers, timeout=60)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def prepare():
    """The cast of a server."""
    from django.core.management import call_command
    from django.test import Client

    from cmr_registry.accounts.policy import Principal
    from cmr_registry.accounts.roles import Role
    from cmr_registry.accounts.services import account_create
    from cmr_registry.centers.services import (
        agreement_record,
        center_create,
        connector_key_issue,
        membership_add,
    )
    from cmr_registry.centers.states import CenterState

    call_command("migrate", verbosity=0)
    by = Principal(actor="job:tests", registry_roles=frozenset({Role.STEWARD}))
    center = center_create(
        code="riverside", name="Riverside", city="Riverside", country="US", by=by, state=CenterState.ACTIVE
    )
    agreement_record(center=center, text_version="t1", effective_on=datetime.date(2020, 1, 1), by=by)
    account = account_create(
        email="c@example.org", display_name="C", password="long enough for a test", by=by
    )
    membership_add(center=center, account=account, role=Role.COORDINATOR, by=by)
    browser = Client()
    browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    key = connector_key_issue(center=center, name="connector", by=by)[1]
    print(json.dumps({"key": key, "session": browser.cookies["session"].value}))


def accept():
    """The worker's part."""
    from cmr_registry.accounts.policy import Principal
    from cmr_registry.accounts.roles import Role
    from cmr_registry.intake.acceptance import delivery_accept
    from cmr_registry.intake.models import Delivery
    from cmr_registry.intake.services import delivery_close
    from cmr_registry.lib.scope import ALL_CENTERS, center_scope

    by = Principal(actor="job:tests", registry_roles=frozenset({Role.STEWARD}))
    with center_scope(ALL_CENTERS):
        for delivery in Delivery.objects.filter(state="open"):
            delivery_close(delivery=delivery, by=by)
        for delivery in Delivery.objects.filter(state="complete"):
            delivery_accept(delivery=delivery)


if __name__ == "__main__":
    django.setup()
    {"prepare": prepare, "accept": accept}[sys.argv[1]]()
