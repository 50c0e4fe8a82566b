"""The commands that a privacy officer asks for: `preview`, `shadow` and `dossier`."""

import argparse
import io
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from cmr_connector import config as settings
from cmr_connector import log
from cmr_connector.archive_reader import members_of
from cmr_connector.errors import SettingsError
from cmr_connector.examination import Findings, SeriesFinding, examine
from cmr_connector.privacy.dossier.make import (
    NO_PDF,
    as_page,
    as_pdf,
    conformance_of,
    facts_of,
    pdf_installed,
)
from cmr_connector.privacy.lines import result_lines, verdict
from cmr_connector.privacy.result import ShadowResult
from cmr_connector.privacy.sampling import Members, Sample
from cmr_connector.privacy.shadow import last_result, members_of_spool, run_shadow
from cmr_connector.steps import Steps
from cmr_connector.workplace import open_workplace
from cmr_deid.sheets import page_html, sheet_text

DONE, ATTENTION = 0, 1
MIB = 2**20
AddCommand = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def add_commands(command: AddCommand) -> None:
    """Add these commands to the parser of `cmr-connector`."""
    preview = command(
        "preview", _preview, "Say what would leave of a folder, ZIP or file; nothing is stored or sent."
    )
    preview.add_argument("path", type=Path)
    preview.add_argument("--json", action="store_true", help="print JSON")
    preview.add_argument(
        "--html", type=Path, metavar="OUT", help="write before and after as a page for a browser"
    )

    shadow = command(
        "shadow",
        _shadow,
        "Take a sample of exams through the whole chain, send nothing, and print counts without identifiers.",
    )
    shadow.add_argument("path", type=Path, nargs="?", help="folder, ZIP or file; without it, the spool")
    shadow.add_argument("--sample", type=int, default=10, metavar="N", help="exams at most (default: 10)")
    shadow.add_argument("--seed", type=int, default=1, help="choice of the sample (default: 1)")
    shadow.add_argument("--json", action="store_true", help="print JSON")
    written = command("dossier", _dossier, "Write the privacy dossier for the hospital's board.")
    written.add_argument(
        "--sample", dest="path", type=Path, metavar="PATH", help="make a shadow run over this first"
    )
    written.add_argument("--exams", dest="sample", type=int, default=10, metavar="N", help="of it, at most N")
    written.add_argument("--seed", type=int, default=1, help="choice of the sample (default: 1)")
    written.add_argument(
        "--out", type=Path, default=Path("dossier.pdf"), help="*.pdf or *.html (default: %(default)s)"
    )


def require_path(path: Path) -> None:
    """Refuse a path that is not there.

    Raises:
        SettingsError: there is no such file or folder.
    """
    if not path.exists():
        raise SettingsError("path: there is no such file or folder.")


def write_private(path: Path, data: bytes) -> None:
    """Write a file for its owner's eyes only; one of this name is replaced.

    Raises:
        OSError: it cannot be written.
    """
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)


def _preview(arguments: argparse.Namespace) -> int:
    config = settings.load(arguments.config)
    require_path(arguments.path)
    workplace = open_workplace(config)
    try:
        members = members_of(arguments.path)
        found = examine(
            workplace.engine, members, config.pipeline.max_instance_mib * MIB, lambda _done: None, sys.maxsize
        )
    finally:
        workplace.close()
    if arguments.html is not None:
        lead = f"{_counts(found)}. Nothing was stored or sent."
        page = page_html("Before and after", [series.sheet for series in found.series], lead=lead)
        write_private(arguments.html, page.encode())
    if arguments.json:
        document = {"files": found.n_files, "leaving": found.n_leaving, "refused": dict(found.refused)}
        print(json.dumps(document | {"series": [_document(series) for series in found.series]}, indent=2))
    else:
        _print_findings(found, with_rows=arguments.html is None)
    return DONE if found.n_leaving == found.n_files else ATTENTION


def _shadow(arguments: argparse.Namespace) -> int:
    result = _run_shadow(arguments)
    if arguments.json:
        print(json.dumps(result.to_document(), indent=2))
    else:
        print("\n".join(result_lines(result)))
    return ATTENTION if result.n_found else DONE


def _dossier(arguments: argparse.Namespace) -> int:
    config = settings.load(arguments.config)
    is_page = arguments.out.suffix.lower() in (".html", ".htm")
    if not is_page and not pdf_installed():
        raise SettingsError(NO_PDF)
    result = last_result(config) if arguments.path is None else _run_shadow(arguments)
    workplace = open_workplace(config)
    try:
        facts = facts_of(config, workplace.engine.profile, result)
    finally:
        workplace.close()
    write_private(arguments.out, as_page(facts) if is_page else as_pdf(facts))
    beside = arguments.out.with_name(f"{arguments.out.stem}-conformance.html")
    write_private(beside, conformance_of(facts.profile))
    print(f"Wrote {arguments.out} and {beside.name} beside it. They name no patient: show them to the board.")
    if result is None:
        print("It holds no measured result yet: add --sample PATH.", file=sys.stderr)
    elif result.n_found:
        print(verdict(result), file=sys.stderr)
    return ATTENTION if result is None or result.n_found else DONE


def _run_shadow(arguments: argparse.Namespace) -> ShadowResult:
    """Run the shadow mode over what the command line names."""
    if arguments.sample < 1:
        raise SettingsError("Expected a number of exams, 1 or more.")
    config = settings.load(arguments.config)
    config.center_key()
    if arguments.path is not None:
        require_path(arguments.path)
    workplace = open_workplace(config)
    # the lines of a scratch pipeline would read like those of real exams
    silence = io.StringIO()
    log.to_stream(silence)
    # a run that is ended from outside must take its images away, too
    before = signal.signal(signal.SIGTERM, _end)
    try:
        members = members_of_spool(workplace) if arguments.path is None else Members(arguments.path)
        with Steps(enabled=sys.stderr.isatty()) as steps:
            sample = Sample(members, arguments.sample, arguments.seed, steps.report)
            return run_shadow(config, sample, steps.report)
    finally:
        signal.signal(signal.SIGTERM, before)
        log.to_stream(None)
        workplace.close()


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(ATTENTION)


def _counts(found: Findings) -> str:
    return f"{found.n_files} files, {found.n_leaving} would leave in {len(found.series)} series"


def _print_findings(found: Findings, with_rows: bool) -> None:
    print(_counts(found))
    for label, reason in found.named:
        print(f"  stays here: {label}: {reason.sentence}")
    for series in found.series if with_rows else ():
        print(f"\nseries {series.uid}")
        print(sheet_text(series.rows))


def _document(series: SeriesFinding) -> dict[str, object]:
    attributes = [
        {
            "path": f"{row.path} {row.keyword}".rstrip(),
            "action": row.action,
            "rule": row.rule,
            "before": row.before,
            "after": row.after,
        }
        for row in series.rows
    ]
    return {"series": series.uid, "attributes": attributes}
