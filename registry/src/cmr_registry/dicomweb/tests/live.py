"""A real server for tests that need one: migrated, with one center, its key and its coordinator's session."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

REPOSITORY = Path(__file__).resolve().parents[5]


class Server:
    """The server in a process of its own, on a free port and an SQLite of its own."""

    def __init__(self, folder, viewer_dir, **settings):
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
            **settings,
        }
        self.cast = json.loads(self.inside("prepare").splitlines()[-1])
        command = ["granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--workers", "1", "--no-log", "cmr_registry.config.asgi:application"]
        program = Path(sys.executable).with_name(command[0])
        self.process = subprocess.Popen(
            [program, *command[1:]], env=self.environment, stderr=subprocess.DEVNULL
        )

    def inside(self, action):
        """Run an action of `live_actions` beside the server; what it prints."""
        command = [sys.executable, "-m", "cmr_registry.dicomweb.tests.live_actions", action]
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
