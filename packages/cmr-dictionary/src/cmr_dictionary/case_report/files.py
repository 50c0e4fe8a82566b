"""The script and the style of the form, which both hosts serve as they are."""

from pathlib import Path

STATIC_FILES = (
    "case_report.css",
    "case_report.js",
    "case_report_branching.js",
    "case_report_bullseye.js",
)
"""Names of the files; a page links the style and `case_report.js`, a module that fetches the others."""


def static_folder() -> Path:
    """Where the files lie; their names are unique among those of both hosts."""
    return Path(__file__).with_name("static")
