"""When the registry last answered: asked once a minute, so that the desk can say how old its knowledge is (L9)."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass

from cmr_connector import log
from cmr_connector.database import utc_now
from cmr_connector.errors import ConnectorError, RegistryError, RegistryUnreachableError, SettingsError
from cmr_connector.registry_client import RegistryClient
from cmr_connector.store import Store
from cmr_connector.workplace import Workplace

EVERY_S = 60.0
_ANSWERED, _TRIED = "desk_contact_answered", "desk_contact_tried"


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of the registry.

    Attributes:
        answered_at: when it last answered and accepted the key; None: never.
        tried_at: when it was last asked; None: never.
        problem: what went wrong the last time, as a sentence with who can mend it; empty when nothing did.
    """

    answered_at: str | None
    tried_at: str | None
    problem: str


def last_contact(store: Store) -> Contact:
    """What the last looks have found."""
    tried_at, problem = json.loads(store.setting(_TRIED) or '[null, ""]')
    return Contact(store.setting(_ANSWERED), tried_at, problem)


def look(store: Store, client: RegistryClient) -> Contact:
    """Ask the registry once, and remember."""
    now, problem = utc_now(), ""
    try:
        client.accepts_key()
        store.setting_put(_ANSWERED, now)
    except RegistryUnreachableError as error:
        problem = (
            f"The registry cannot be reached ({error}). Hospital IT: check network, proxy and registry.url."
        )
    except RegistryError as error:
        problem = (
            f"The registry answers but refuses ({error}). Ask the registry steward about the connector's key."
        )
    store.setting_put(_TRIED, json.dumps([now, problem]))
    return last_contact(store)


class ContactWatch:
    """Looks again and again in a thread of its own."""

    def __init__(self, workplace: Workplace, also: Callable[[], None]) -> None:
        """Watch the registry of this connector, and do `also` each time."""
        self._workplace, self._also = workplace, also
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-contact", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; returns when a look in progress has ended or shortly after."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        try:
            client = self._workplace.client()
        except SettingsError as error:
            self._workplace.store.setting_put(_TRIED, json.dumps([utc_now(), str(error)]))
            return
        try:
            while not self._stop.is_set():
                try:
                    self._also()
                    look(self._workplace.store, client)
                except ConnectorError as error:
                    log.event("service_failed", service="desk-contact", error=str(error))
                except Exception as error:
                    log.unexpected("desk-contact", error)
                self._stop.wait(EVERY_S)
        finally:
            client.close()
