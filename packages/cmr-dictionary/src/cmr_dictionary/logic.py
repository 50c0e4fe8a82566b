"""What a REDCap expression refers to: variables, and codes they are compared with."""

import re
from collections.abc import Iterator, Mapping

VARIABLE = re.compile(r"\[([A-Za-z0-9_]+)(?:\(([A-Za-z0-9_]+)\))?\]")
COMPARISON = re.compile(r"\[([a-z0-9_]+)\]\s*(?:=|<>|!=)\s*[\"']([^\"']*)[\"']")


def variables(expression: str) -> frozenset[str]:
    """Names of the items that the expression refers to."""
    return frozenset(match[1] for match in VARIABLE.finditer(expression))


def compared_codes(expression: str) -> Iterator[tuple[str, str]]:
    """Item and code of each comparison with a code, and of each checkbox reference; not with empty."""
    for match in COMPARISON.finditer(expression):
        if match[2]:
            yield match[1], match[2]
    for match in VARIABLE.finditer(expression):
        if match[2]:
            yield match[1], match[2]


def cycle_in(references: Mapping[str, frozenset[str]]) -> str | None:
    """An item that depends on itself through others; None where there is none."""
    settled: set[str] = set()
    for start in references:
        if _reaches_itself(start, references, settled):
            return start
        settled.add(start)
    return None


def _reaches_itself(start: str, references: Mapping[str, frozenset[str]], settled: set[str]) -> bool:
    seen: set[str] = set()
    open_names = list(references[start])
    while open_names:
        name = open_names.pop()
        if name == start:
            return True
        if name not in seen and name not in settled:
            seen.add(name)
            open_names.extend(references.get(name, frozenset()))
    return False
