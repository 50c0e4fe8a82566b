"""The command line: `cmr-analysis open | describe | study` (contract.md, Commands).

Exit codes: 0 done, 2 wrong usage or a release that cannot be used.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from cmr_analysis.describe import describe, described_text
from cmr_analysis.errors import AnalysisError
from cmr_analysis.release import open_release
from cmr_analysis.studies import STUDIES


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    asked = _parser().parse_args(argv)
    try:
        return int(asked.command(asked))
    except (AnalysisError, KeyError) as problem:
        sentence = problem.args[0] if problem.args else "the release cannot be used"
        print(f"cmr-analysis: {sentence}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cmr-analysis", description="Open and analyze a data release.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    opening = commands.add_parser("open", help="verify a release and say what it is")
    opening.set_defaults(command=_open)
    describing = commands.add_parser("describe", help="say what a release holds")
    describing.set_defaults(command=_describe)
    study = commands.add_parser("study", help="run a study template on a release")
    study.add_argument("name", choices=list(STUDIES), metavar="NAME", help=", ".join(STUDIES))
    study.set_defaults(command=_study)
    for command in (opening, describing, study):
        command.add_argument("release", type=Path, metavar="RELEASE", help="the folder or ZIP archive")
    for command in (opening, describing):
        command.add_argument("--json", action="store_true", help="for programs")
    study.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for tables, figures, report"
    )
    return parser


def _open(asked: argparse.Namespace) -> int:
    release = open_release(asked.release)
    manifest = release.manifest
    if asked.json:
        print(json.dumps({"release": manifest.release, "fingerprint": release.fingerprint}))
    else:
        n = len(manifest.files)
        print(
            f"Release {manifest.release}, version {manifest.version}: all {n} files are as they were frozen."
        )
        print(f"Fingerprint {release.fingerprint}")
    return 0


def _describe(asked: argparse.Namespace) -> int:
    release = open_release(asked.release)
    print(json.dumps(describe(release), indent=2) if asked.json else described_text(release))
    return 0


def _study(asked: argparse.Namespace) -> int:
    report = STUDIES[asked.name](open_release(asked.release), asked.out)
    print(f"Report: {report}")
    return 0
