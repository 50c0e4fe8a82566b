"""`make demo`: an embedded registry with its story, served until Ctrl-C (contract.md, first section)."""

import argparse
import json
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cmr_testkit.cohort import make_cohort
from cmr_testkit.cohort.writing import write_cohort
from demo.processes import DidNotStartError, running
from demo.servers import Hospital, ProgramFailedError, Registry
from demo.story import ExamNotSentError, tell

FOLDER = Path("var/demo").resolve()
DESK_NAME = "coordinator"
QUESTIONS_S = 15.0
"""How often a connector of the demonstration asks for questions: nobody waits five minutes to see one."""
COHORT_SUBJECTS, COHORT_SEED = 265, 7


def parser() -> argparse.ArgumentParser:
    """The options of the demonstration."""
    options = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    options.add_argument("--port", type=int, default=8000, help="where the registry listens")
    options.add_argument("--folder", type=Path, default=FOLDER, help="where the demonstration keeps its data")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Start, tell the story once, serve until Ctrl-C."""
    chosen = parser().parse_args(argv)
    begun = time.monotonic()
    folder: Path = chosen.folder.resolve()
    viewer = Path("var/viewer").resolve()
    settings = {
        "CMR_DEMO": "1",
        "CMR_VIEWER_DIR": str(viewer),
        "CMR_QUIET_SECONDS": "60",
        "CMR_CONTACT_EMAIL": "office@registry.example",
    }
    registry = Registry(folder / "registry", port=chosen.port, settings=settings)
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    credentials = _credentials(registry, folder)
    hospitals = _hospitals(registry, folder, credentials)
    _open_desks(hospitals, credentials)
    _keep(credentials, folder)
    desks = [hospital.agent for hospital in hospitals.values()]
    try:
        with running(registry.web, registry.worker):
            registry.wait_ready()
            _welcome(registry, credentials, time.monotonic() - begun)
            with running(*desks):
                _tell_once(registry, hospitals, folder)
                over.wait()
    except (DidNotStartError, ExamNotSentError, ProgramFailedError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _credentials(registry: Registry, folder: Path) -> dict[str, Any]:
    """Tables and cast at the first start; the same accounts and keys at every later one."""
    path = folder / "credentials.json"
    registry.prepare()
    credentials: dict[str, Any] = json.loads(path.read_text()) if path.exists() else registry.enter_cast()
    return credentials | {"url": registry.url}


def _keep(credentials: dict[str, Any], folder: Path) -> None:
    """Write the credentials file, readable by its owner alone."""
    path = folder / "credentials.json"
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(credentials, indent=2) + "\n")
    os.replace(draft, path)


def _open_desks(hospitals: dict[str, Hospital], credentials: dict[str, Any]) -> None:
    """A desk account per hospital, made at the first start; the desks' addresses of this start."""
    passwords = {row["center"]: row["password"] for row in credentials.get("desks", ())}
    for code, hospital in hospitals.items():
        if code not in passwords:
            passwords[code] = secrets.token_urlsafe(18)
            hospital.desk_account(DESK_NAME, passwords[code])
    credentials["desks"] = [
        {"center": code, "url": hospital.desk_url, "name": DESK_NAME, "password": passwords[code]}
        for code, hospital in hospitals.items()
    ]


def _hospitals(registry: Registry, folder: Path, credentials: dict[str, Any]) -> dict[str, Hospital]:
    return {
        row["center"]: Hospital(
            folder / "hospitals" / row["center"],
            code=row["center"],
            url=registry.url,
            key=row["key"],
            settings={"registry": {"questions_s": QUESTIONS_S}},
        )
        for row in credentials["connectors"]
    }


def _welcome(registry: Registry, credentials: dict[str, Any], seconds: float) -> None:
    print(f"\nThe demonstration answers at {registry.url} (after {seconds:.1f} s). All data are synthetic.\n")
    print(f"  {'sign in as':36} {'password':26} role")
    for account in credentials["accounts"]:
        print(f"  {account['email']:36} {account['password']:26} {account['role']}")
    print(f"\n  {'center desk, inside its hospital':36} {'password':26} name")
    for desk in credentials["desks"]:
        print(f"  {desk['url']:36} {desk['password']:26} {desk['name']}, {desk['center']}")
    print(
        "\nCtrl-C ends it; `make demo` continues with the same data; `make demo-reset` starts over.\n",
        flush=True,
    )


def _tell_once(registry: Registry, hospitals: dict[str, Hospital], folder: Path) -> None:
    """Each chapter once; one that was interrupted is told again, but the research, which only `demo-reset` renews."""
    say = partial(print, flush=True)
    chapters: tuple[tuple[str, Callable[[], None]], ...] = (
        ("six exams with images travel from three hospitals", lambda: tell(hospitals, folder / "exams", say)),
        ("about 300 exams as tables, with follow-up", lambda: _cohort(registry, folder / "cohort")),
        (
            "questions about the data, and counts of the hospitals",
            lambda: registry.run_module("demo.quality"),
        ),
        ("a way of a study, from questions to a data release", lambda: registry.run_module("demo.research")),
    )
    for number, (title, chapter) in enumerate(chapters, start=1):
        told = folder / f"chapter-{number}-told"
        if not told.exists():
            print(f"Chapter {number} of {len(chapters)}: {title}", flush=True)
            chapter()
            told.touch()
            if number == len(chapters):
                print("The story is complete.", flush=True)


def _cohort(registry: Registry, folder: Path) -> None:
    if not folder.exists():
        write_cohort(make_cohort(COHORT_SUBJECTS, seed=COHORT_SEED), folder)
    registry.run_module("demo.cohort", str(folder))


if __name__ == "__main__":
    sys.exit(main())
