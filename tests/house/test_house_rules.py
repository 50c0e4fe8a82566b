"""The hard stops of house.md, measured on every module: sizes, complexity of shape, typing, imports, words."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {"migrations", "standard", "vendor", ".venv", "var", "node_modules"}
SOURCES = sorted(
    path
    for folder in ("packages", "registry", "demo", "benchmarks", "drills", "scripts", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if not LEFT_OUT & set(path.parts)
)
PRODUCT = [path for path in SOURCES if "tests" not in path.parts and path.name != "conftest.py"]
HOUSE = ("cmr_", "demo", "benchmarks", "drills")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(tree: ast.AST):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, the docstring left out."""
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        whole -= (first.end_lineno or first.lineno) - first.lineno + 1
    return whole


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_module_has_at_most_500_lines(path):
    assert len(path.read_text().splitlines()) <= 500


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_a_function_has_at_most_50_lines_and_a_class_at_most_20_methods(path):
    tree = tree_of(path)
    assert [f.name for f in functions(tree) if length(f) > 50] == []
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert [c.name for c in classes if len([n for n in c.body if n in functions(c)]) > 20] == []


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_the_house_is_never_imported_inside_a_function(path):
    deferred = [
        node.lineno
        for function in functions(tree_of(path))
        for node in ast.walk(function)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith(HOUSE))
        or (isinstance(node, ast.Import) and any(alias.name.startswith(HOUSE) for alias in node.names))
    ]
    assert deferred == []


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(tree_of(path)) or path.name.startswith("00")


def test_no_file_names_a_machine_or_a_package_registry():
    suspicious = re.compile(
        r"(?:^|[\s\"'(=])/(?:work|root|farm)/|https?://(?:[\w.-]*pypi|registry\.npmjs)", re.MULTILINE
    )
    texts = [
        path
        for pattern in (
            "**/*.py",
            "**/*.md",
            "**/*.toml",
            "**/*.txt",
            "**/*.html",
            "**/*.js",
            "Makefile",
            "scripts/*",
        )
        for path in ROOT.glob(pattern)
        if path.is_file() and not LEFT_OUT & set(path.parts) and path != Path(__file__)
    ]
    assert [name(path) for path in texts if suspicious.search(path.read_text(errors="replace"))] == []


def test_nothing_claims_what_is_never_claimed():
    claims = re.compile(r"\banonymi[sz]ed\b|HIPAA[- ]compliant|Safe Harbor compliant", re.IGNORECASE)
    allowed = {"GLOSSARY.md", "test_house_rules.py"}
    pages = [
        path
        for pattern in ("**/templates/**/*.html", "README.md", "docs/**/*.md")
        for path in ROOT.glob(pattern)
        if not LEFT_OUT & set(path.parts) and path.name not in allowed
    ]
    found = {
        name(path): claims.findall(path.read_text()) for path in pages if claims.search(path.read_text())
    }
    assert found == {}
