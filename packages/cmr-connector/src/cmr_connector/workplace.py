"""The connector put together from its settings: one place where store, files, engine and doors meet.

Agent, center desk and commands all work through a `Workplace`. Only one process at a time may prepare and
send (`worker_lock`); any number may take in and look.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cmr_connector.case_report_work import CaseReportWork
from cmr_connector.census import CensusWork
from cmr_connector.config import Config
from cmr_connector.errors import WorkerBusyError
from cmr_connector.files import Files
from cmr_connector.follow_up_work import FollowUpWork
from cmr_connector.intake import Intake
from cmr_connector.manifests import Issuer
from cmr_connector.pipeline import Pipeline, Rules
from cmr_connector.pixels.gate import PixelGate
from cmr_connector.pixels.looker import Looker, is_installed
from cmr_connector.query_poll import QueryPoll
from cmr_connector.query_work import QueryWork
from cmr_connector.registry_client import RegistryClient
from cmr_connector.report_intake import ReportIntake
from cmr_connector.sender import BatchLimits, Sender
from cmr_connector.statement_sender import StatementSender
from cmr_connector.store import Store
from cmr_connector.tables.work import TableWork
from cmr_deid.engine import Engine
from cmr_deid.identities import Identities
from cmr_dictionary import load as load_dictionary

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Workplace:
    """Everything that the connector works with.

    Attributes:
        config: the settings in force.
        store: the local database.
        files: spool and outgoing folders.
        engine: de-identification with this center's key.
        intake, reports: the doors for images and for reports.
        pipeline: gates, de-identification, second looks, queue.
        follow_up: what became of the patients.
        case_reports: what a person enters of an exam.
        tables: tables that people bring.
        queries: what the registry asks about exams.
        census: counts of months.
        pixels: the gate of burned-in text; None where it is not installed or switched off.
    """

    config: Config
    store: Store
    files: Files
    engine: Engine
    intake: Intake
    reports: ReportIntake
    pipeline: Pipeline
    follow_up: FollowUpWork
    case_reports: CaseReportWork
    tables: TableWork
    queries: QueryWork
    census: CensusWork
    pixels: PixelGate | None

    def client(self) -> RegistryClient:
        """A new connection to the registry.

        Raises:
            SettingsError: the registry's key is not in its file.
        """
        settings = self.config.registry
        return RegistryClient(settings.url, self.config.api_key(), settings.timeout_s)

    def sender(self, client: RegistryClient) -> Sender:
        """A sender over this connection."""
        settings = self.config.registry
        return Sender(
            self.store,
            self.files,
            client,
            limits=BatchLimits(settings.batch_instances, settings.batch_mib * _MIB),
            pinned_key=settings.receipt_key,
            keep_outgoing=self.config.pipeline.keep_outgoing,
        )

    def statement_sender(self, client: RegistryClient) -> StatementSender:
        """A sender of follow-up, withdrawals, answers and counts over this connection."""
        return StatementSender(self.store, client)

    def query_poll(self, client: RegistryClient) -> QueryPoll:
        """The clock that fetches questions over this connection."""
        return QueryPoll(self.queries, client, self.config.registry.questions_s)

    def sweep(self) -> int:
        """Delete files that a kill left behind. Returns how many."""
        outgoing = self.store.ledger.outgoing_names()
        if self.config.pipeline.keep_outgoing:
            outgoing |= {path.name for path in self.files.outgoing.rglob("*") if len(path.name) == 64}
        stray = list(self.files.leftovers(self.store.ledger.spool_names(), outgoing))
        for path in stray:
            path.unlink(missing_ok=True)
        return len(stray)

    def close(self) -> None:
        """End the process that looks at pixels and close the database."""
        if self.pixels is not None:
            self.pixels.close()
        self.store.close()


def open_workplace(config: Config) -> Workplace:
    """Put the connector together.

    Raises:
        SettingsError: the center key cannot be read.
        StoreError: the database belongs to another key or a newer connector.
    """
    key = config.center_key()
    store = Store(config.data_dir, key)
    files = Files(config.data_dir)
    engine = Engine(Identities(key), config.profile(), issuer=config.center.issuer or None)
    intake = Intake(
        store,
        files,
        engine,
        quiet_seconds=config.pipeline.quiet_seconds,
        max_bytes=config.pipeline.max_instance_mib * _MIB,
    )
    issuer = Issuer(
        center=config.center.code,
        key_id=key.key_id,
        profile=engine.profile.id,
        profile_digest=engine.profile.digest,
        dictionary_version=load_dictionary().version,
    )
    pixels = PixelGate(store, files, Looker(config.pixels.seconds)) if looks_at_pixels(config) else None
    pipeline = Pipeline(store, files, engine, Rules(issuer, config.center.opt_out_file), pixels)
    return Workplace(
        config,
        store,
        files,
        engine,
        intake,
        ReportIntake(store),
        pipeline,
        FollowUpWork(store, issuer),
        CaseReportWork(store),
        TableWork(store, config.data_dir),
        QueryWork(store, issuer),
        CensusWork(store, config, issuer),
        pixels,
    )


def looks_at_pixels(config: Config) -> bool:
    """Whether text in pixels is looked for: the extra is installed and not switched off."""
    return config.pixels.enabled and is_installed()


@contextmanager
def worker_lock(config: Config) -> Iterator[None]:
    """Be the one process that prepares and sends; the lock ends with the process, however it ends.

    Raises:
        WorkerBusyError: another process has it.
    """
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (config.data_dir / "worker.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkerBusyError("Another process of this connector prepares and sends already.") from None
        yield
