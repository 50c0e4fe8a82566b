"""`doctor`: is everything in place that the connector needs? Each check says who can mend it and how."""

import datetime
import email.utils
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from cmr_connector.config import Config
from cmr_connector.errors import RegistryError, RegistryUnreachableError, SettingsError
from cmr_connector.exam_gates import read_opt_outs
from cmr_connector.pixels.looker import is_installed
from cmr_connector.registry_client import RegistryClient
from cmr_connector.workplace import looks_at_pixels

_MOST_SKEW_S = 300
_LEAST_FREE_BYTES = 20 * 2**30


@dataclass(frozen=True, slots=True)
class Check:
    """One finding.

    Attributes:
        name: what was looked at.
        is_well: whether it is as it should be.
        sentence: what was found, and what to do when it is not well.
    """

    name: str
    is_well: bool
    sentence: str


def examine(config: Config, transport: httpx.BaseTransport | None = None) -> Iterator[Check]:
    """Run all checks; `transport` may replace the network in tests."""
    yield _key_file("center key", config.center.key_file, lambda: config.center_key().key_id)
    yield _key_file("registry key", config.registry.api_key_file, lambda: str(bool(config.api_key())))
    yield _opt_outs(config)
    yield _disk(config.data_dir)
    for name, host, port, enabled in (
        ("DICOM receiver", config.scp.host, config.scp.port, config.scp.enabled),
        ("HL7 receiver", config.mllp.host, config.mllp.port, config.mllp.enabled),
        ("center desk", config.desk.host, config.desk.port, config.desk.enabled),
    ):
        if enabled:
            yield _port(name, host, port)
    if config.scp.enabled and not config.scp.allowed_ae:
        yield Check("DICOM senders", False, "scp.allowed_ae is empty: nobody may send. Name the PACS there.")
    for name, folder in (("watched folder", config.folder.watch), ("report folder", config.reports.drop)):
        if folder is not None:
            found = folder.is_dir()
            yield Check(name, found, "It is there." if found else "There is no such folder; make it.")
    yield _pixels(config)
    yield from _registry(config, transport)


def _key_file(name: str, path: Path, read: Callable[[], str]) -> Check:
    try:
        read()
    except SettingsError as error:
        return Check(name, False, str(error))
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Check(name, False, "Others on this machine may read the key file; run: chmod 600 on it.")
    return Check(name, True, "The key file is readable by its owner alone.")


def _opt_outs(config: Config) -> Check:
    try:
        listed = read_opt_outs(config.center.opt_out_file)
    except SettingsError as error:
        return Check("opt-out list", False, str(error))
    if config.center.opt_out_file is None:
        return Check("opt-out list", True, "No list is set.")
    return Check("opt-out list", True, f"{len(listed)} patients are on it.")


def _pixels(config: Config) -> Check:
    """Not looking is a choice of the center, and never silent."""
    if looks_at_pixels(config):
        return Check("text in pixels", True, "Each series is looked at; what shows text waits at the desk.")
    why = "pixels.enabled is off" if is_installed() else "the extra [pixels] is not installed"
    sentence = f"Text in pixels is not looked for ({why}); 113101 Clean Pixel Data is not claimed."
    return Check("text in pixels", True, sentence)


def _disk(folder: Path) -> Check:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    sentence = f"{free / 2**30:.0f} GiB are free."
    return Check("disk space", free >= _LEAST_FREE_BYTES, sentence)


def _port(name: str, host: str, port: int) -> Check:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in (13,):
                return Check(name, False, "This port needs more rights; choose one above 1023.")
            return Check(name, True, "The port is in use: the connector runs, or another program has it.")
    return Check(name, True, "The port is free.")


def _registry(config: Config, transport: httpx.BaseTransport | None) -> Iterator[Check]:
    try:
        client = RegistryClient(config.registry.url, config.api_key(), 15.0, transport)
    except SettingsError:
        return
    try:
        their_time = client.accepts_key()
    except RegistryUnreachableError as error:
        yield Check("registry", False, f"It cannot be reached: {error}. Check registry.url and the proxy.")
        return
    except RegistryError as error:
        yield Check("registry", False, f"It refuses the key: {error}. Ask the steward for a new one.")
        return
    finally:
        client.close()
    yield Check("registry", True, "It answers and accepts the key.")
    yield _clock(their_time)


def _clock(written: str) -> Check:
    try:
        theirs = email.utils.parsedate_to_datetime(written)
    except (TypeError, ValueError):
        return Check("clock", True, "The registry does not state its time; nothing to compare.")
    skew = abs((datetime.datetime.now(datetime.UTC) - theirs).total_seconds())
    is_well = skew <= _MOST_SKEW_S
    advice = "" if is_well else " Let this machine take its time from the hospital's time server."
    return Check("clock", is_well, f"It differs from the registry's by {skew:.0f} s.{advice}")
