"""The command line: `cmr-deid keygen | run | explain | verify | conformance` (contract.md, Commands).

Exit codes: 0 done, 1 ran but something needs attention, 2 wrong usage. The only module of this package that
draws from the operating system and touches files; no source value reaches a report or a message.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from cmr_deid.conformance import conformance_html, conformance_markdown
from cmr_deid.engine import Engine
from cmr_deid.errors import DeidError, DeidRefusal, InstanceHeld, UsageError
from cmr_deid.explain import before_after
from cmr_deid.identities import Identities
from cmr_deid.keys import MASTER_BYTES, CenterKey, new_key
from cmr_deid.leaks import search
from cmr_deid.pixel_data import pixels_equal
from cmr_deid.profile import default_profile
from cmr_deid.sheets import Sheet, page_html, sheet_text
from cmr_deid.verify import inspect


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except (DeidError, OSError) as problem:
        text = problem.strerror if isinstance(problem, OSError) else str(problem)
        print(f"cmr-deid: {text or 'the file system refused it'}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cmr-deid", description="De-identify cardiac MR images.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    keygen = commands.add_parser("keygen", help="write a new center key")
    keygen.add_argument("keyfile", type=Path)
    keygen.set_defaults(command=_keygen)
    run = commands.add_parser("run", help="de-identify a file or a folder tree")
    run.add_argument("--key-file", type=Path, required=True)
    run.add_argument("--report", type=Path, required=True, help="one JSON line per input file")
    run.add_argument("--number-sources", action="store_true", help="report numbers instead of file names")
    run.add_argument("source", type=Path, metavar="IN")
    run.add_argument("output", type=Path, metavar="OUT")
    run.set_defaults(command=_run)
    explain = commands.add_parser("explain", help="say what would happen to each attribute, and why")
    explain.add_argument("file", type=Path)
    explain.add_argument("--html", type=Path, metavar="OUT", help="write it as a page for a browser instead")
    explain.add_argument(
        "--values", action="store_true", help="with the values before and after: patient data, stays inside"
    )
    explain.add_argument(
        "--key-file", type=Path, help="show the true pseudonyms; else those of a key made up"
    )
    explain.set_defaults(command=_explain)
    verify = commands.add_parser("verify", help="look at de-identified files once more, independently")
    verify.add_argument("folder", type=Path)
    verify.set_defaults(command=_verify)
    conformance = commands.add_parser("conformance", help="print the conformance statement (PS3.15 E.1.3)")
    conformance.add_argument("--html", action="store_true", help="as a page instead of Markdown")
    conformance.set_defaults(command=_conformance)
    return parser


def _keygen(options: argparse.Namespace) -> int:
    key = new_key(os.urandom(MASTER_BYTES))
    try:
        handle = os.open(options.keyfile, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError("There is a file of this name already; a key is never overwritten.") from None
    with os.fdopen(handle, "w") as file:
        file.write(key.to_text())
        file.flush()
        os.fsync(file.fileno())
    print(f"Key {key.key_id} written. Keep it inside the hospital and keep a backup: with it every pseudonym")
    print("can be recomputed, and without it no later exam meets its patient's earlier ones.")
    return 0


def _run(options: argparse.Namespace) -> int:
    engine = Engine(Identities(_key(options.key_file)))
    if not options.source.exists():
        raise UsageError("The folder to read does not exist.")
    counts: dict[str, int] = {}
    with options.report.open("w") as report:
        for number, (path, name) in enumerate(_files(options.source), 1):
            shown = str(number) if options.number_sources else name
            line = {"source": shown, **_one(engine, path, options.output)}
            report.write(json.dumps(line) + "\n")
            outcome = str(line["outcome"])
            counts[outcome] = counts.get(outcome, 0) + 1
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "no file found")
    attention = set(counts) != {"deidentified"}
    if attention:
        print("Some files were held or rejected; the report says why.", file=sys.stderr)
    return 1 if attention else 0


def _one(engine: Engine, path: Path, output: Path) -> dict[str, object]:
    source = path.read_bytes()
    try:
        result = engine.deidentify(source)
    except DeidRefusal as refusal:
        outcome = "held" if isinstance(refusal, InstanceHeld) else "rejected"
        return {"outcome": outcome, "output": None, "reasons": [refusal.reason.code]}
    reasons = sorted({finding.reason_code for finding in inspect(result.data).findings})
    if search(result.data, result.removed_values):
        reasons.append("source_value_left")
    if not pixels_equal(source, result.data):
        reasons.append("pixels_changed")
    if reasons:
        return {"outcome": "held", "output": None, "reasons": reasons}
    name = Path(result.exam, result.series_instance_uid, f"{result.sop_instance_uid}.dcm")
    target = output / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(result.data)
    return {"outcome": "deidentified", "output": name.as_posix(), "reasons": []}


def _explain(options: argparse.Namespace) -> int:
    profile = default_profile()
    key = _key(options.key_file) if options.key_file is not None else new_key(os.urandom(MASTER_BYTES))
    data = options.file.read_bytes()
    rules = f"Profile {profile.id}, tables {profile.edition}, digest {profile.digest[:16]}"
    try:
        result = Engine(Identities(key), profile).deidentify(data)
    except DeidRefusal as refusal:
        print(rules)
        print(f"Not taken, nothing of it leaves: {refusal.reason.sentence} {refusal.reason.how}")
        return 1
    rows = before_after(data, result.data, result.changes, profile)
    if options.html is None:
        print(f"{rules}\n\n{sheet_text(rows, options.values)}")
        return 0
    title = "Before and after" if options.values else "What happens to each attribute, and why"
    page = page_html(title, [Sheet("One image", rows)], options.values, rules)
    handle = os.open(options.html, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(page)
    return 0


def _key(path: Path) -> CenterKey:
    try:
        text = path.read_text("ascii")
    except UnicodeDecodeError:
        text = ""
    return CenterKey.from_text(text)


def _conformance(options: argparse.Namespace) -> int:
    write = conformance_html if options.html else conformance_markdown
    print(write(default_profile()), end="")
    return 0


def _verify(options: argparse.Namespace) -> int:
    if not options.folder.exists():
        raise UsageError("The folder to verify does not exist.")
    passed = failed = 0
    for path, name in _files(options.folder):
        findings = inspect(path.read_bytes()).findings
        passed, failed = passed + (not findings), failed + bool(findings)
        for finding in findings:
            print(f"{name}: {finding.reason_code} {finding.path}".rstrip())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def _files(root: Path) -> Iterator[tuple[Path, str]]:
    """All regular files under `root` with their relative names; links are not followed."""
    if root.is_file():
        yield root, root.name
        return
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path, path.relative_to(root).as_posix()
