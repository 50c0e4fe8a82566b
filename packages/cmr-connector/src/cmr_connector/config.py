"""The connector's settings: one TOML file, read strictly.

Every table of the file is a dataclass here; its fields are the settings, with default and meaning. A setting
that is unknown or has the wrong form stops the connector with the setting's name (R6: no hidden defaults).
`describe` and the template of `init` are made from the same dataclasses.
"""

import dataclasses
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from cmr_connector.errors import SettingsError
from cmr_deid.errors import KeyFileError, UsageError
from cmr_deid.keys import CenterKey
from cmr_deid.profile import DeidProfile, default_profile
from cmr_exchange.reading import CODE


@dataclass(frozen=True, slots=True)
class CenterSettings:
    """Who we are.

    Attributes:
        code: the center's code at the registry, e.g. `center-a`.
        key_file: the center's master key; never leaves the hospital, keep a backup in a safe place.
        issuer: assigning authority of all patient IDs of this center; empty takes what each image says. Set it
            where the PACS fills it only sometimes, else one patient gets two pseudonyms. Never change it later.
        opt_out_file: text file, one patient ID per line, of patients who opted out; empty for none.
    """

    code: str
    key_file: Path = Path("center.key")
    issuer: str = ""
    opt_out_file: Path | None = None


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """Where exams go; outbound connections only.

    Attributes:
        url: address of the registry.
        api_key_file: file with the connector's key that the registry showed once.
        receipt_key: registry's public receipt key, base 64; empty: pinned at the first contact.
        timeout_s: longest wait for one answer, in seconds.
        batch_instances: at most this many instances in one request.
        batch_mib: at most this many MiB in one request.
        questions_s: seconds between two looks for questions about the data.
    """

    url: str
    api_key_file: Path = Path("registry.key")
    receipt_key: str = ""
    timeout_s: float = 120.0
    batch_instances: int = 50
    batch_mib: int = 32
    questions_s: float = 300.0


@dataclass(frozen=True, slots=True)
class ScpSettings:
    """DICOM receiver (C-STORE, C-ECHO).

    Attributes:
        enabled: listen at all.
        host: address to listen on.
        port: TCP port; 0 takes a free one.
        ae_title: our application entity title.
        allowed_ae: titles that may send; empty: nobody.
        allowed_hosts: addresses that may send; empty: any.
    """

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = 11112
    ae_title: str = "CMRCONNECTOR"
    allowed_ae: list[str] = field(default_factory=list)
    allowed_hosts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """A folder that is watched for images; the connector never changes or deletes anything in it.

    Attributes:
        watch: the folder; empty for none.
        settle_s: a file is taken when its size has not changed for this many seconds.
        poll_s: seconds between two looks.
    """

    watch: Path | None = None
    settle_s: float = 5.0
    poll_s: float = 5.0


@dataclass(frozen=True, slots=True)
class ReportsSettings:
    """A drop folder for report tables (CSV, one row per exam, matched by accession number).

    Attributes:
        drop: the folder; empty for none.
    """

    drop: Path | None = None


@dataclass(frozen=True, slots=True)
class MllpSettings:
    """HL7 v2 receiver (ORU^R01 over MLLP).

    Attributes:
        enabled: listen at all.
        host: address to listen on.
        port: TCP port; 0 takes a free one.
        allowed_hosts: addresses that may send; empty: any.
    """

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = 2575
    allowed_hosts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """The center desk: a web page on the hospital's own network.

    Attributes:
        enabled: serve it at all.
        host: address to listen on; loopback unless you know why not.
        port: TCP port; 0 takes a free one.
        names: host names under which browsers may call the desk, beside loopback and `host`.
        certificate_file: TLS certificate (PEM); needed when `host` is not loopback.
        certificate_key_file: its private key (PEM).
        drop_mib: the drop zone takes at most this many MiB at once.
    """

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = 8765
    names: list[str] = field(default_factory=list)
    certificate_file: Path | None = None
    certificate_key_file: Path | None = None
    drop_mib: int = 8192


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """How exams are prepared.

    Attributes:
        quiet_seconds: an exam counts as complete when nothing came for it for this long.
        max_instance_mib: larger files are refused.
        keep_outgoing: keep de-identified files after the receipt.
    """

    quiet_seconds: float = 60.0
    max_instance_mib: int = 1024
    keep_outgoing: bool = False


@dataclass(frozen=True, slots=True)
class PixelSettings:
    """Looking for text that is burned into images, when the extra `[pixels]` is installed.

    Attributes:
        enabled: look at all; without it 113101 Clean Pixel Data is not claimed.
        seconds: CPU time that one series may take.
    """

    enabled: bool = True
    seconds: int = 300


@dataclass(frozen=True, slots=True)
class PacsSettings:
    """The PACS, asked how many CMR studies it holds per month (C-FIND); counts only, nothing that it says is kept.

    Attributes:
        host: its address; empty: it is not asked.
        port: its TCP port.
        ae_title: its application entity title; ours is scp.ae_title, which the PACS must know.
        modality: modality of CMR studies.
        words: words in the study description that make a study a CMR study, e.g. `"cardiac"`; letter case does
            not matter.
        codes: procedure codes that do so.
        timeout_s: longest wait for one answer, in seconds.
    """

    host: str = ""
    port: int = 104
    ae_title: str = "PACS"
    modality: str = "MR"
    words: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class DeidSettings:
    """What this center wants de-identified more strictly than everybody; nothing here can weaken the profile.

    Attributes:
        remove: attributes that go too, by keyword or number, e.g. `"ProtocolName"` or `"(0018,1030)"`; where an
            image must have the attribute it keeps an empty value or a dummy.
        empty: attributes that lose their value.
        words: texts of which only known words of technique stay.
    """

    remove: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Config:
    """All settings; relative paths in the file count from the file's own folder.

    Attributes:
        data_dir: where database, spool and outgoing files live.
    """

    center: CenterSettings
    registry: RegistrySettings
    data_dir: Path = Path("data")
    scp: ScpSettings = field(default_factory=ScpSettings)
    folder: FolderSettings = field(default_factory=FolderSettings)
    reports: ReportsSettings = field(default_factory=ReportsSettings)
    mllp: MllpSettings = field(default_factory=MllpSettings)
    desk: DeskSettings = field(default_factory=DeskSettings)
    pipeline: PipelineSettings = field(default_factory=PipelineSettings)
    deid: DeidSettings = field(default_factory=DeidSettings)
    pixels: PixelSettings = field(default_factory=PixelSettings)
    pacs: PacsSettings = field(default_factory=PacsSettings)

    def center_key(self) -> CenterKey:
        """The center's key.

        Raises:
            SettingsError: the file is missing or is no key file.
        """
        try:
            return CenterKey.from_text(_text_of(self.center.key_file, "center.key_file"))
        except KeyFileError as error:
            raise SettingsError(f"center.key_file: {error}") from None

    def profile(self) -> DeidProfile:
        """The profile of de-identification, as strict as this center wants it.

        Raises:
            SettingsError: a wish of `[deid]` names no attribute, weakens the profile or breaks the image.
        """
        wishes = self.deid
        try:
            return default_profile().strengthened(wishes.remove, wishes.empty, wishes.words)
        except UsageError as error:
            raise SettingsError(f"deid: {error}") from None

    def api_key(self) -> str:
        """The connector's key at the registry.

        Raises:
            SettingsError: the file is missing or empty.
        """
        key = _text_of(self.registry.api_key_file, "registry.api_key_file").strip()
        if not key or not key.isascii() or not key.isprintable():
            raise SettingsError("registry.api_key_file: put the key that the registry showed into this file.")
        return key


def load(path: Path) -> Config:
    """Read a settings file.

    Raises:
        SettingsError: missing, no TOML, or a setting is missing, unknown or wrong.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise SettingsError("The settings file cannot be read; make one with: cmr-connector init") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file is not TOML: {error}") from None
    return from_document(document, path.resolve().parent)


def from_document(document: dict[str, Any], base: Path) -> Config:
    """Read settings from a parsed document; relative paths count from `base`.

    Raises:
        SettingsError: a setting is missing, unknown or wrong.
    """
    config: Config = _table(Config, document, "", base)
    _require(bool(CODE.fullmatch(config.center.code)), "center.code", "letters a-z, digits, dots, dashes")
    _require(config.registry.url.startswith(("http://", "https://")), "registry.url", "an http(s) address")
    _require(1 <= len(config.scp.ae_title) <= 16, "scp.ae_title", "1 to 16 characters")
    _require(all(1 <= len(t) <= 16 for t in config.scp.allowed_ae), "scp.allowed_ae", "AE titles")
    for name, port in (("scp", config.scp.port), ("mllp", config.mllp.port), ("desk", config.desk.port)):
        _require(0 <= port <= 65_535, f"{name}.port", "0 to 65535")
    for name in ("timeout_s", "batch_instances", "batch_mib"):
        _require(getattr(config.registry, name) > 0, f"registry.{name}", "a positive number")
    _require(config.registry.questions_s > 0, "registry.questions_s", "a positive number")
    _require_pacs(config.pacs)
    config.profile()
    _require(config.pipeline.quiet_seconds >= 0, "pipeline.quiet_seconds", "zero or more seconds")
    _require(config.pipeline.max_instance_mib > 0, "pipeline.max_instance_mib", "a positive number")
    _require(config.pixels.seconds > 0, "pixels.seconds", "a positive number")
    _require(config.desk.drop_mib > 0, "desk.drop_mib", "a positive number")
    _require(config.folder.settle_s >= 0, "folder.settle_s", "zero or more seconds")
    _require(config.folder.poll_s > 0, "folder.poll_s", "more than zero seconds")
    return config


def _require_pacs(pacs: PacsSettings) -> None:
    _require(0 < pacs.port <= 65_535, "pacs.port", "1 to 65535")
    _require(1 <= len(pacs.ae_title) <= 16, "pacs.ae_title", "1 to 16 characters")
    _require(pacs.timeout_s > 0, "pacs.timeout_s", "a positive number")
    named = any(text.strip() for text in (*pacs.words, *pacs.codes))
    _require(not pacs.host or named, "pacs.words", "a word or a code that makes a study a CMR study")


def to_document(config: Any) -> dict[str, Any]:
    """The settings in force as plain JSON data; key files are shown as paths, never by content."""
    shown: dict[str, Any] = {}
    for item in dataclasses.fields(config):
        value = getattr(config, item.name)
        if dataclasses.is_dataclass(value):
            shown[item.name] = to_document(value)
        else:
            shown[item.name] = str(value) if isinstance(value, Path) else value
    return shown


def _table(kind: type, document: Any, where: str, base: Path) -> Any:
    if not isinstance(document, dict):
        raise SettingsError(f"{where}: a table is expected.")
    declared = {item.name: item for item in dataclasses.fields(kind)}
    for name in document:
        if name not in declared:
            raise SettingsError(f"{where + '.' if where else ''}{name}: there is no such setting.")
    hints = get_type_hints(kind)
    values = {}
    for name, item in declared.items():
        place = f"{where}.{name}" if where else name
        hint = hints[name]
        required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            values[name] = _table(hint, document.get(name, {}), place, base)
        elif name in document:
            values[name] = _value(hint, document[name], place, base)
        elif required:
            raise SettingsError(f"{place}: this setting is missing.")
        elif isinstance(item.default, Path):
            values[name] = base / item.default
    return kind(**values)


def _value(hint: Any, value: Any, place: str, base: Path) -> Any:
    if Path in (hint, *get_args(hint)):
        if not isinstance(value, str):
            raise SettingsError(f"{place}: a path is expected.")
        if not value:
            _require(hint is not Path, place, "a path")
            return None
        return base / os.path.expanduser(value)
    if get_origin(hint) is list:
        _require(isinstance(value, list) and all(isinstance(v, str) for v in value), place, "a list of texts")
        return list(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    words = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
    _require(type(value) is hint, place, words[hint])
    return value


def _require(holds: bool, place: str, expected: str) -> None:
    if not holds:
        raise SettingsError(f"{place}: expected {expected}.")


def _text_of(path: Path, place: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{place}: the file cannot be read.") from None
