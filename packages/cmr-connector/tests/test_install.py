"""What a hospital installs: no server stack, at most 20 third-party distributions."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = ROOT / "requirements" / "connector.txt"
OURS = ("cmr-exchange", "cmr-dictionary", "cmr-deid", "cmr-imaging", "cmr-connector")
MOST = 20
SERVER_STACK = {"django", "numpy", "pandas", "granian", "obstore"}

LIST = """
import importlib.metadata
print("\\n".join(sorted({d.metadata["Name"].lower() for d in importlib.metadata.distributions()})))
"""


def locked():
    return set(re.findall(r"^([a-z0-9-]+)==", REQUIREMENTS.read_text(), re.MULTILINE))


def test_the_locked_requirements_are_at_most_twenty_and_hold_no_server_stack():
    assert 10 < len(locked()) <= MOST
    assert not locked() & SERVER_STACK


def test_every_locked_requirement_is_pinned_by_hash():
    blocks = re.split(r"\n(?=[a-z0-9-]+==)", REQUIREMENTS.read_text())[1:]
    assert len(blocks) == len(locked())
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.journey
def test_the_connector_alone_installs_and_runs_in_a_clean_environment(tmp_path):
    uv = [sys.executable, "-m", "uv"]
    home = tmp_path / "venv"
    python = home / "bin" / "python"
    subprocess.run([*uv, "venv", "--python", sys.executable, str(home)], check=True, capture_output=True)
    install = [*uv, "pip", "install", "--python", str(python)]
    subprocess.run([*install, "--require-hashes", "-r", str(REQUIREMENTS)], check=True, capture_output=True)
    packages = [str(ROOT / "packages" / name) for name in OURS]
    subprocess.run([*install, "--no-deps", *packages], check=True, capture_output=True)
    listed = subprocess.run(
        [str(python), "-c", LIST], check=True, capture_output=True, text=True
    ).stdout.split()
    assert set(OURS) <= set(listed)
    assert len(set(listed) - set(OURS)) <= MOST
    assert not set(listed) & SERVER_STACK
    done = subprocess.run(
        [
            str(home / "bin" / "cmr-connector"),
            "init",
            "--center",
            "center-a",
            "--registry",
            "https://r.example",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    status = subprocess.run(
        [str(home / "bin" / "cmr-connector"), "status"], cwd=tmp_path, capture_output=True, text=True
    )
    assert status.returncode == 0, status.stderr
    assert "center   center-a" in status.stdout
