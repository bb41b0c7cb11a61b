"""Imports go one way: only from lower levels, stages never each other, heavy packages never at the top of a file."""

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEVELS = {
    0: {"types", "errors"},
    # 1: everything not named here: stages and the small tools they share
    2: {"plan", "prepare", "arrays", "search", "written", "adding"},
    3: {"parts", "takeover"},
    4: {"build"},
    5: {"index", "watch", "background"},
    6: {"chat", "evaluate"},
    7: {"cli", "api", "arguments", "terminal", "web", "__init__"},
}
LEVEL = {name: level for level, names in LEVELS.items() for name in names}
STAGES = {
    "load", "clean", "mend", "split", "dedupe", "embed", "adapt", "dense", "lexical", "late", "store", "generation",
    "calibrate", "followup", "generate", "report",
}  # fmt: skip
HEAVY = {"torch", "gradio", "sentence_transformers", "transformers"}


def _files():
    return sorted((ROOT / "rag").rglob("*.py"))


def _name(path):
    return path.relative_to(ROOT / "rag").parts[0].removesuffix(".py")


def _imported(tree):
    """(module, is at the top of the file) of every import."""
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in top
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"rag.{alias.name}" for alias in node.names] if node.module == "rag" else [node.module]
            for name in names:
                yield name, id(node) in top


def _rag_imports(path):
    """The names of this package's files and folders that a file imports."""
    for module, _ in _imported(ast.parse(path.read_text(encoding="utf-8"))):
        parts = module.split(".")
        if parts[0] == "rag" and len(parts) > 1:
            yield parts[1]


@pytest.mark.parametrize("path", _files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path):
    own = _name(path)
    for other in _rag_imports(path):
        if own == other or own == "__init__" or (LEVEL.get(own) == 7 and LEVEL.get(other) == 7):
            continue
        level, other_level = LEVEL.get(own, 1), LEVEL.get(other, 1)
        assert other_level < level or level == other_level == 1, f"{own} ({level}) imports {other} ({other_level})"
        assert level > 1 or other not in STAGES, f"{own} imports the stage {other}: compose them one level up"


def test_no_circles():
    """Tools of level 1 may use each other, one way."""
    graph = {_name(p): {n for n in _rag_imports(p) if LEVEL.get(n, 1) == 1} for p in _files() if p.parent.name == "rag"}
    tuple(graphlib.TopologicalSorter({n: g - {n} for n, g in graph.items() if LEVEL.get(n, 1) == 1}).static_order())


@pytest.mark.parametrize("path", _files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_only_heavy_packages_are_imported_inside_functions_and_never_at_the_top(path):
    if _name(path) == "web":
        return  # the page is gradio, and is itself imported only when it is served
    for module, top in _imported(ast.parse(path.read_text(encoding="utf-8"))):
        package = module.split(".")[0]
        if package in HEAVY:
            assert not top, f"{path.name} imports {package} at the top"
