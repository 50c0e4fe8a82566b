"""The desk's web server: made here, run by the agent in a thread of its own."""

import uvicorn
from starlette.applications import Starlette

from cmr_connector.config import DeskSettings
from cmr_connector.desk.frame import is_loopback
from cmr_connector.errors import SettingsError

_PATIENCE_S = 5


def make_server(app: Starlette, settings: DeskSettings) -> uvicorn.Server:
    """A server for the desk; `run` serves until `should_exit` is set.

    Behind a reverse proxy on the same machine it listens on loopback and the proxy speaks TLS.

    Raises:
        SettingsError: it would show patients' names over the network without TLS.
    """
    certificate, key = settings.certificate_file, settings.certificate_key_file
    if not is_loopback(settings.host) and certificate is None:
        raise SettingsError(
            "desk.certificate_file: needed because desk.host is not loopback; the desk shows patients' names."
        )
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=_PATIENCE_S,
        )
    )
