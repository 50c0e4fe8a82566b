"""`make drill [NAME=kills]`: resumable, at most an hour; figures go to docs/reference/drills.md."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from drills import (
    burned_in_text,
    coverage,
    dciodvfy,
    deid_corpus,
    deid_mutants,
    disclosure,
    kills,
    planted_errors,
)

LIMIT_S = 55 * 60
ROUNDS = 15
STATE = Path("var/drill/kills.json")
COVERAGE_STATE = Path("var/drill/hazard-coverage.json")
PAGE = Path("docs/reference/drills.md")


def drill_kills() -> int:
    """Rounds of 20 kills until all are done or the hour is over; a later run goes on where this one stopped."""
    done = json.loads(STATE.read_text()) if STATE.exists() else []
    begun = time.monotonic()
    settings = {"CMR_DATABASE_URL": os.environ.get("CMR_DATABASE_URL", "")}
    database = "PostgreSQL" if settings["CMR_DATABASE_URL"] else "SQLite"
    with tempfile.TemporaryDirectory(prefix="cmr-drill-") as folder:
        for outcome in kills.run(Path(folder), settings, range(len(done), ROUNDS)):
            done.append({"database": database, **asdict(outcome)})
            STATE.parent.mkdir(parents=True, exist_ok=True)
            STATE.write_text(json.dumps(done))
            print(f"round {len(done)} of {ROUNDS}: {outcome}", flush=True)
            if time.monotonic() - begun > LIMIT_S:
                break
    total = {
        key: sum(row[key] for row in done) for key in ("kills", "while_open", "lost", "duplicated", "changed")
    }
    _page_section("kills", _kills_section(total, len(done), database))
    return int(bool(total["lost"] or total["duplicated"] or total["changed"]))


def drill_hazard_coverage() -> int:
    """Fits 200 cohorts; fails where the planted hazard ratio lies in fewer or more intervals than it should."""
    done = json.loads(COVERAGE_STATE.read_text()) if COVERAGE_STATE.exists() else []
    begun = time.monotonic()
    COVERAGE_STATE.parent.mkdir(parents=True, exist_ok=True)
    for pair in coverage.run(range(len(done), coverage.SEEDS)):
        done.append(asdict(pair))
        COVERAGE_STATE.write_text(json.dumps(done))
        if len(done) % 10 == 0:
            print(f"seed {len(done)} of {coverage.SEEDS}", flush=True)
        if time.monotonic() - begun > LIMIT_S:
            break
    alike, default = ([coverage.Fit(**row[name]) for row in done] for name in ("alike", "default"))
    _page_section("hazard-coverage", coverage.section(alike, default))
    print(coverage.sentence(alike))
    return int(not coverage.is_sound(alike))


def drill_disclosure() -> int:
    """Attacks 2,000 random answers with an integer program; fails where one hidden count can be worked out."""
    found = disclosure.run()
    names = ("answers", "hidden", "leaks", "seconds")
    table = (
        f"| {' | '.join(names)} |\n|{'---|' * len(names)}\n| {' | '.join(str(found[n]) for n in names)} |\n"
    )
    _page_section("disclosure", table)
    print(found)
    return int(bool(found["leaks"]))


def drill_deid_mutants() -> int:
    """De-identifies 20,000 damaged files; fails where one crashes, hangs, takes much memory or leaks."""
    found = deid_mutants.run()
    _page_section("deid-mutants", deid_mutants.section(found))
    print(found)
    return int(not found.holds)


def drill_dciodvfy() -> int:
    """Compares 2,000 outputs with their inputs; fails where dciodvfy finds an error that was not there."""
    found = dciodvfy.run()
    table = f"| {' | '.join(found)} |\n|{'---|' * len(found)}\n| {' | '.join(map(str, found.values()))} |\n"
    _page_section("dciodvfy", table)
    return int(bool(found["new errors"]))


def drill_deid_corpus() -> int:
    """Plants identifiers in every image of many exams and leaks in 5,000 outputs; fails where one is left or passes."""
    totals = deid_corpus.full()
    _page_section("deid-corpus", deid_corpus.section(totals))
    print(deid_corpus.sentence(totals))
    return int(not deid_corpus.is_clean(totals))


def drill_burned_in_text() -> int:
    """Looks at 200 layouts and 400 clean series; fails where one is missed or more than one in a hundred is held."""
    outcome = burned_in_text.run()
    _page_section("burned-in-text", burned_in_text.section(outcome))
    print(outcome)
    return int(not outcome.is_sound)


def drill_study() -> int:
    """Walks the way of a study with 3,000 exams; fails where a step fails."""
    begun = time.monotonic()
    steps = [sys.executable, "-m", "pytest", "-q", "tests/journeys/test_way_of_a_study.py"]
    ended = subprocess.run(steps, env={**os.environ, "CMR_STUDY": "full"}, check=False).returncode
    table = f"| subjects | steps failed | seconds |\n|---|---|---|\n| 2650 | {'some' if ended else 0} "
    _page_section("study", f"{table}| {time.monotonic() - begun:.0f} |\n")
    return ended


def drill_planted_errors() -> int:
    """Checks 5,000 case reports, half of them with an error; fails where one is missed or a clean one is refused."""
    found = planted_errors.run()
    _page_section("planted-errors", planted_errors.section(found))
    print(found)
    return int(not found.is_sound)


def _kills_section(total: dict[str, int], rounds: int, database: str) -> str:
    return (
        "| drill | rounds | kills | before acceptance | lost | duplicated | changed | on |\n"
        "|---|---|---|---|---|---|---|---|\n"
        f"| kills | {rounds} | {total['kills']} | {total['while_open']} | {total['lost']} "
        f"| {total['duplicated']} | {total['changed']} | {database} and files |\n"
    )


def _page_section(name: str, text: str) -> None:
    """Put one drill's figures into the page; those of the others stay as they are."""
    before = PAGE.read_text() if PAGE.exists() else ""
    sections = dict(part.split("\n", 1) for part in before.split("\n## ")[1:])
    sections[name] = f"\n{text}"
    body = "\n".join(f"## {title}\n{sections[title].rstrip()}\n" for title in sorted(sections))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(f"# Drills\n\nWritten by `make drill`.\n\n{body}")


DRILLS = {
    "kills": drill_kills,
    "hazard-coverage": drill_hazard_coverage,
    "disclosure": drill_disclosure,
    "dciodvfy": drill_dciodvfy,
    "deid-mutants": drill_deid_mutants,
    "deid-corpus": drill_deid_corpus,
    "burned-in-text": drill_burned_in_text,
    "planted-errors": drill_planted_errors,
    "study": drill_study,
}


def main(names: list[str]) -> int:
    """Run the named drills, or all."""
    unknown = [name for name in names if name not in DRILLS]
    if unknown:
        print(f"No such drill; there are: {', '.join(DRILLS)}.", file=sys.stderr)
        return 2
    return max(DRILLS[name]() for name in names or DRILLS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
