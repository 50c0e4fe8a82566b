"""How the desk says instants, sizes, facts and steps; and the files that belong to it."""

import dataclasses
import datetime
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cmr_connector.desk import words
from cmr_connector.desk.icons import ICONS
from cmr_connector.intake import Source
from cmr_connector.states import DeliveryState, ExamState, InstanceState, ReportState
from cmr_registry.lib.icons import ICONS as REGISTRY_ICONS

PACKAGE = Path(__file__).resolve().parents[2]
VENDOR = PACKAGE / "src/cmr_connector/desk/static/vendor"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "5 s ago"), (120, "2 min ago"), (7200, "2 h ago"), (400_000, "5 days ago"), (-30, "in 30 s")],
)
def test_it_says_how_long_ago(seconds, said):
    assert words.age_in_words(seconds) == said


def test_an_instant_is_on_this_machines_clock_and_keeps_its_exact_form():
    shown = words.moment("2026-01-02T03:04:05Z")
    local = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC).astimezone()
    assert f"{local:%H:%M}" in shown
    assert 'datetime="2026-01-02T03:04:05Z"' in shown
    assert words.moment(None) == "never"


@pytest.mark.parametrize(
    ("n", "said"), [(5, "5 bytes"), (2048, "2.0 KiB"), (3 * 2**20, "3.0 MiB"), (5000 * 2**30, "5000.0 GiB")]
)
def test_it_says_sizes(n, said):
    assert words.size(n) == said


def test_it_says_numbers_of_things():
    assert words.plural(1, "image") == "1 image"
    assert words.plural(1200, "image") == "1,200 images"
    assert words.plural(2, "series", "series") == "2 series"


def test_facts_name_only_what_is_known():
    assert words.facts_in_words({}) == ""
    assert words.facts_in_words({"n_phases": 25, "field_strength_t": 1.5}) == "25 phases, 1.5 T"


def test_every_state_has_words():
    assert set(words.EXAM) == set(ExamState)
    assert set(words.DELIVERY) == set(DeliveryState)
    assert set(words.REPORT) == set(ReportState)
    assert {source.value for source in Source} <= set(words.SOURCES)


def test_steps_of_a_stopped_image_are_read_off_its_files(workplace, cmr_exam):
    exam = cmr_exam()
    taken = workplace.intake.take(exam.root / exam.files[0], Source.SCP)
    row = workplace.store.ledger.get(taken.number)
    assert words.steps_done(row) == 1
    held = dataclasses.replace(row, state=InstanceState.HELD, reason="two_patients")
    assert words.steps_done(held) == 1
    assert words.steps_done(dataclasses.replace(held, out_sha256="a" * 64)) == 3


def test_the_style_sheet_is_the_registrys_byte_for_byte():
    theirs = PACKAGE.parents[1] / "registry/src/cmr_registry/lib/static/vendor/tabler.min.css"
    if not theirs.exists():
        pytest.skip("the registry is not beside this package")
    assert (VENDOR / "tabler.min.css").read_bytes() == theirs.read_bytes()


def test_its_icons_are_the_registrys():
    assert {name: REGISTRY_ICONS[name] for name in ICONS} == ICONS


def test_what_is_vendored_comes_with_its_license():
    listed = (VENDOR / "README.md").read_text()
    for path in VENDOR.iterdir():
        assert path.name == "README.md" or path.name in listed


def test_pages_and_static_files_are_in_the_wheel(tmp_path):
    source = PACKAGE / "src/cmr_connector/desk"
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=PACKAGE,
        check=True,
        capture_output=True,
    )
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
    wanted = [
        path for folder in ("templates", "static") for path in (source / folder).rglob("*") if path.is_file()
    ]
    assert wanted
    for path in wanted:
        assert f"cmr_connector/desk/{path.relative_to(source).as_posix()}" in names
