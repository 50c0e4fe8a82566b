"""Write requirements/uv.txt: the one package that installs all others, with the hashes of the workspace's lock."""

import re
from pathlib import Path

WORKSPACE = Path("requirements/workspace.txt")


def main() -> None:
    """Cut uv's entry out of the workspace's lock."""
    entry = re.search(r"^uv==[^\n]*(?:\n    --hash=[^\n]*)+", WORKSPACE.read_text(), re.MULTILINE)
    if entry is None:
        raise SystemExit("requirements/workspace.txt does not lock uv")
    text = entry.group().rstrip().rstrip("\\").rstrip()
    target, wanted = Path("requirements/uv.txt"), f"# This file is written by: make lock\n{text}\n"
    if not target.exists() or target.read_text() != wanted:
        target.write_text(wanted)


if __name__ == "__main__":
    main()
