"""The shadow run: a sample of the hospital's own exams through the whole chain; nothing is sent, counts are kept.

The exams pass the very pipeline that `run` uses (gates, engine, second looks, manifest), put together once more
over a scratch folder inside the data folder, which is emptied at the end (scratch.py). Then the
identifiers of each exam are searched in everything that would have left of it. A run that was interrupted goes
on where it stopped.
"""

import dataclasses
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from cmr_connector import log
from cmr_connector.archive_reader import Member
from cmr_connector.config import Config
from cmr_connector.database import utc_now
from cmr_connector.errors import SettingsError
from cmr_connector.files import write_durably
from cmr_connector.handover import take_members
from cmr_connector.intake import Outcome, Source
from cmr_connector.privacy.canaries import plant_and_search
from cmr_connector.privacy.own_values import OwnValues
from cmr_connector.privacy.result import Planted, Searched, ShadowResult, read_result
from cmr_connector.privacy.sampling import Sample
from cmr_connector.privacy.scratch import FOLDER, scratch_of
from cmr_connector.privacy.tag_labels import label_of
from cmr_connector.rows import ExamRow, InstanceRow
from cmr_connector.states import ExamState, InstanceState
from cmr_connector.workplace import Workplace, looks_at_pixels, open_workplace
from cmr_deid.elements import DataSet
from cmr_deid.explain import before_after
from cmr_deid.reading import read_raw
from cmr_deid.text import plain

LAST, PARTIAL = "last.json", "partial.json"
FAILED = "failed for a fault of the software"
_TESTKIT = "CMRTESTKIT"
_METHODS, _CODE_VALUE, _CLEAN_PIXEL_DATA = 0x00120064, 0x00080100, "113101"
_LEAVING = (InstanceState.DEIDENTIFIED, InstanceState.SENT, InstanceState.STORED)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _Trace:
    """What an interrupted run has behind it: which exams, by keyed hash, and their counts."""

    choice: str
    done: list[str]
    result: ShadowResult


def last_result(config: Config) -> ShadowResult | None:
    """The counts of the last shadow run of this connector, None before the first.

    Raises:
        SettingsError: they were made by another version, or are damaged.
    """
    path = config.data_dir / FOLDER / LAST
    return read_result(path) if path.exists() else None


def run_shadow(config: Config, sample: Sample, progress: Progress) -> ShadowResult:
    """Take a sample through the whole chain and count what happens.

    Args:
        config: the connector's settings; its database and folders are not touched.
        sample: which exams.
        progress: called with `shadow`, exams done and exams in all.

    Raises:
        SettingsError: a key or the opt-out list cannot be read, or the sample is empty.
        WorkerBusyError: another shadow run is at work.
        OSError: the disk failed.
    """
    folder = config.data_dir / FOLDER
    with scratch_of(config.data_dir) as scratch:
        run = _Run(config, sample, folder, scratch)
        try:
            result = run.carry_out(progress)
        finally:
            run.close()
    write_durably(folder / LAST, json.dumps(result.to_document(), indent=1).encode())
    (folder / PARTIAL).unlink(missing_ok=True)
    return result


class _Run:
    """One shadow run over its scratch folder."""

    def __init__(self, config: Config, sample: Sample, folder: Path, scratch: Path) -> None:
        self._sample, self._folder = sample, folder
        pipeline = dataclasses.replace(config.pipeline, quiet_seconds=0.0, keep_outgoing=False)
        self._workplace: Workplace = open_workplace(
            dataclasses.replace(config, data_dir=scratch, pipeline=pipeline)
        )
        self._local = self._workplace.store.local

    def close(self) -> None:
        """Close the scratch database."""
        self._workplace.close()

    def carry_out(self, progress: Progress) -> ShadowResult:
        """Go through the exams that an earlier run left."""
        chosen = self._sample.chosen()
        if not chosen:
            raise SettingsError("There is no exam to take a sample of.")
        trace = self._trace(chosen)
        names = {self._name(study): study for study in chosen}
        left = [study for name, study in names.items() if name not in trace.done]
        done = len(chosen) - len(left)
        progress("shadow", done, len(chosen))
        for study in left:
            self._exam(study, trace.result)
            trace.done.append(self._name(study))
            self._keep(trace)
            done += 1
            progress("shadow", done, len(chosen))
        return self._concluded(trace.result)

    def _exam(self, study: str, result: ShadowResult) -> None:
        """One exam, from its files to its counts; its files are dropped from the scratch folder at once."""
        workplace = self._workplace
        taken = take_members(workplace, self._sample.members(study), Source.COMMAND)
        result.no_image.update(
            file.taken.reason.code
            for file in taken.problems()
            if file.taken.reason is not None and file.taken.outcome is Outcome.REFUSED
        )
        for exam in iter(workplace.store.exams.claim_settled, None):
            try:
                self._count(workplace.pipeline.prepare(exam), result)
            except (SettingsError, OSError):
                raise
            except Exception as error:
                # one exam that breaks a library must not hide what the others show
                log.unexpected("shadow", error)
                result.exams[FAILED] += 1

    def _count(self, exam: ExamRow, result: ShadowResult) -> None:
        rows = self._workplace.store.ledger.of_exam(exam.id)
        leaving = [row for row in rows if row.state in _LEAVING]
        result.exams[_becomes(exam, len(leaving), len(rows))] += 1
        result.series += len({row.series_hash for row in rows})
        result.instances += len(rows)
        result.deidentified += len(leaving)
        result.stopped.update(str(row.reason) for row in rows if row.state not in _LEAVING)
        self._search(exam, leaving, result)
        for row in rows:
            self._drop(row)

    def _search(self, exam: ExamRow, leaving: list[InstanceRow], result: ShadowResult) -> None:
        files, store = self._workplace.files, self._workplace.store
        own, seen = OwnValues(), set[str]()
        rng = random.Random(f"{self._sample.seed} {exam.pseudonym}")  # noqa: S311  a repeatable choice
        for row in leaving:
            source = files.spool_get(str(row.spool))
            output = files.outgoing_path(str(row.out_sha256)).read_bytes()
            own.add_source(source)
            own.add_outgoing(output)
            self._compare(source, output, result)
            if row.series_hash not in seen:
                seen.add(row.series_hash)
                _merge(result.planted, plant_and_search(self._workplace.engine, source, rng), Planted)
        for delivery in store.outbox.of_exam(exam.id):
            own.add_document(json.loads(delivery.manifest))
        _merge(result.source, own.counts(), Searched)
        result.bytes_searched += own.bytes_searched

    def _compare(self, source: bytes, output: bytes, result: ShadowResult) -> None:
        for row in before_after(source, output, (), self._workplace.engine.profile):
            result.tag(label_of(row), row.action)
        written = read_raw(output).data_set
        maker = " ".join(plain(written.get(tag)) for tag in (0x00080070, 0x00081090)).strip()
        result.scanners[maker or "not stated"] += 1
        result.looked_at += int(_was_looked_at(written))
        software = plain(read_raw(source).file_meta.get(0x00020013))
        result.is_synthetic = result.is_synthetic and software.startswith(_TESTKIT)

    def _drop(self, row: InstanceRow) -> None:
        files = self._workplace.files
        if row.out_sha256 is not None:
            files.outgoing_drop(row.out_sha256)
        if row.spool is not None:
            files.spool_drop(row.spool)

    def _name(self, study: str) -> str:
        return self._local.hashed("shadow-exam", study)

    def _trace(self, chosen: list[str]) -> _Trace:
        """The trace of an interrupted run of the same sample with the same rules, or a new one."""
        engine = self._workplace.engine
        settings = [engine.profile.digest, str(self._sample.seed), *map(self._name, chosen)]
        choice = self._local.hashed("shadow-choice", version("cmr-connector"), *settings)
        try:
            document = json.loads((self._folder / PARTIAL).read_text("utf-8"))
            trace = _Trace(
                document["choice"], document["done"], ShadowResult.from_document(document["result"])
            )
        except (OSError, ValueError, KeyError, TypeError, SettingsError):
            trace = None
        if trace is not None and trace.choice == choice:
            return trace
        found = ShadowResult(
            software=version("cmr-connector"),
            profile=engine.profile.id,
            edition=engine.profile.edition,
            digest=engine.profile.digest,
            key_id=engine.identities.key_id,
            text_search=looks_at_pixels(self._workplace.config),
            is_synthetic=True,
            seed=self._sample.seed,
            exams_found=self._sample.n_found,
            no_image=Counter(self._sample.no_image),
        )
        return _Trace(choice, [], found)

    def _keep(self, trace: _Trace) -> None:
        document = {"choice": trace.choice, "done": trace.done, "result": trace.result.to_document()}
        write_durably(self._folder / PARTIAL, json.dumps(document).encode())

    @staticmethod
    def _concluded(result: ShadowResult) -> ShadowResult:
        result.made_at = utc_now()
        result.is_synthetic = result.is_synthetic and result.deidentified > 0
        return result


def _becomes(exam: ExamRow, n_leaving: int, n_in_all: int) -> str:
    if not n_leaving:
        return "held" if exam.state is ExamState.HELD else "stays here"
    return "would leave whole" if n_leaving == n_in_all else "would leave in part"


def _was_looked_at(written: DataSet) -> bool:
    """Whether an outgoing file claims that its pixels were cleaned (CID 7050)."""
    codes = written.get(_METHODS)
    return any(plain(item.get(_CODE_VALUE)) == _CLEAN_PIXEL_DATA for item in (codes and codes.items) or ())


def _merge(into: dict[str, Planted] | dict[str, Searched], more: object, kind: type) -> None:
    """Add counts by name."""
    for name, counts in dict(more).items():  # type: ignore[call-overload]
        total = into.setdefault(name, kind())
        for item in dataclasses.fields(kind):
            setattr(total, item.name, getattr(total, item.name) + getattr(counts, item.name))


def members_of_spool(workplace: Workplace) -> Iterable[Member]:
    """The images that lie in the connector's own spool, for a shadow run without a path."""
    return _Spool(workplace)


class _Spool:
    """Iterable any number of times; nothing of it is kept in memory."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    def __iter__(self) -> Iterator[Member]:
        for name in sorted(self._workplace.store.ledger.spool_names()):
            data = self._workplace.files.spool_get(name)
            yield Member("", data, len(data))
