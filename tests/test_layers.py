"""Imports go one way: this table is the truth, CONTRIBUTING.md and the packages' door-plates show it."""

import ast
import graphlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: From the top down. A package imports what stands on lower lines, never its neighbours and never upwards.
LAYERS = """
cli
web
chatbot  evaluation
indexing
answering  cleaning  retrieval  posts
text  models  storage
types  errors
"""
ROWS = [line.split() for line in LAYERS.strip().splitlines()]
DEPTH = {name: depth for depth, names in enumerate(ROWS) for name in names}
FACE = "__init__"  # rag/__init__.py, the public names: imports from the whole house, which imports nothing from it
HEAVY = {"torch", "gradio", "sentence_transformers", "transformers", "onnxruntime"}
MOST_LINES, MOST_ENTRIES = 250, 16
FILES = sorted((ROOT / "rag").rglob("*.py"))


def _module(path):
    """rag/text/keys.py -> ("rag", "text", "keys"); a package is its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[:-1] if parts[-1] == FACE else parts


def _imported(path):
    """(module, is at the top of the file) of every import; `from rag.text import keys` names rag.text.keys."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield (name if _file_of(name) else node.module), id(node) in top


def _file_of(module):
    path = ROOT / Path(*module.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


def _id(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_imports_point_down(path):
    if _module(path) == ("rag",):
        return
    own = _module(path)[1]
    for module, _ in _imported(path):
        root, *rest = module.split(".")
        if root == "rag" and rest[:1] != [own]:
            assert rest, f"{_id(path)} imports the public names of rag"
            assert DEPTH[rest[0]] > DEPTH[own], f"{own} must not import {module}"


def test_no_circles_between_files():
    graph = {}
    for path in FILES:
        found = {_file_of(module) for module, _ in _imported(path) if module.startswith("rag.")}
        # A package's own __init__ is a door-plate: whoever imports from the package runs it, it imports nothing back.
        graph[path] = {p for p in found if p and p != path and p.name != "__init__.py"}
    tuple(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_heavy_packages_are_imported_inside_functions(path):
    if _module(path)[1:2] == ("web",):
        return  # the page is gradio, and is itself imported only when it is served
    for module, top in _imported(path):
        if module.split(".")[0] in HEAVY:
            assert not top, f"{_id(path)} imports {module} at the top"


def test_the_house_is_small_enough_to_look_through():
    shown = [p.name for p in (ROOT / "rag").iterdir() if p.name != "__pycache__"]
    assert len(shown) <= MOST_ENTRIES, sorted(shown)
    assert [_id(p) for p in FILES if len(p.read_text(encoding="utf-8").splitlines()) > MOST_LINES] == []


def test_the_table_names_what_is_there():
    there = {p.stem for p in (ROOT / "rag").iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file()}
    assert set(DEPTH) == there - {FACE}


def test_contributing_shows_the_table():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert LAYERS in text


@pytest.mark.parametrize("name", [n for n in DEPTH if (ROOT / "rag" / n).is_dir()])
def test_every_package_has_a_door_plate(name):
    """What lives here, where to begin, what it may import, how to change it; names are exported by `rag` alone."""
    tree = ast.parse((ROOT / "rag" / name / "__init__.py").read_text(encoding="utf-8"))
    plate = ast.get_docstring(tree)
    (said,) = re.findall(r"^May import: (.*)\.$", plate, re.MULTILINE)
    below = sorted(other for other in DEPTH if DEPTH[other] > DEPTH[name])
    assert said == ("everything" if name == "cli" else ", ".join(below))
    (begin,) = re.findall(r"^Begin with `(\w+)`", plate, re.MULTILINE)
    assert (ROOT / "rag" / name / f"{begin}.py").is_file()
    assert re.search(r"^To (change|add) ", plate, re.MULTILINE)
    source = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "rag" / name).glob("*.py"))
    for word in re.findall(r"`(\w+)`", plate):
        known = (ROOT / "rag" / name / f"{word}.py").is_file() or re.search(rf"^(def )?{word}\b", source, re.MULTILINE)
        assert known or word == "rag", f"{word} is neither a file of rag/{name} nor a function or constant in it"
    imported = {m for m, _ in _imported(ROOT / "rag" / name / "__init__.py") if m.startswith("rag")}
    assert imported <= {"rag.web.lean"}, "a door-plate exports nothing"


def test_tests_stand_where_their_file_stands():
    """tests/<package>/test_<file>.py is about rag/<package>/<file>.py, but for the few that are about a whole edge."""
    wide = {"web/test_over_http.py", "web/test_mcp.py"}
    for path in (ROOT / "tests").glob("*/test_*.py"):
        place = f"{path.parent.name}/{path.name}"
        if path.parent.name in DEPTH and place not in wide:
            assert (ROOT / "rag" / path.parent.name / path.name.removeprefix("test_")).is_file(), place
