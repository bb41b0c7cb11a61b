"""What the documents say is so: verbs and options are described, files they name exist, their code runs."""

import re
from pathlib import Path

import pytest

from rag.cli.arguments import make_parser
from rag.cli.main import VERBS

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "README.ja.md", "CONTRIBUTING.md", "CHANGELOG.md")


def _verbs():
    (action,) = (a for a in make_parser(VERBS)._actions if hasattr(a, "choices") and isinstance(a.choices, dict))
    return action.choices


def test_every_verb_is_in_the_readme_and_has_help():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, verb in _verbs().items():
        assert f"`rag {name}" in readme, name
        assert verb.description, name
        for option in verb._actions:
            assert option.help or option.dest == "question", f"rag {name} {option.dest}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_documents_link_to_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_files_that_contributing_names_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for target in re.findall(r"`((?:rag|tests|bench|training|examples)/[\w./]+)`", text):
        assert (ROOT / target).exists(), target


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(ROOT)
    exec(compile(code.replace('"indexes/demo"', repr(str(tmp_path / "ix"))), "README.md", "exec"), {})
    first = capsys.readouterr().out.splitlines()[0]
    assert "2025-05-20-dentetsu-new-cars.md" in first


def test_both_readmes_show_the_same_commands():
    line = re.compile(r"^(?:\$ )?((?:make|rag) [^#\n]*?)\s*(?:#.*)?$", re.MULTILINE)
    english, japanese = ({*line.findall((ROOT / name).read_text(encoding="utf-8"))} for name in DOCUMENTS[:2])
    assert japanese <= english
    assert {"make run", "make test"} <= japanese


def test_tests_that_their_readme_names_exist():
    text = (ROOT / "tests/README.md").read_text(encoding="utf-8")
    for file, names in re.findall(r"`((?:\w+/)?test_\w+)`: ([^|;`]+)", text):
        source = (ROOT / f"tests/{file}.py").read_text(encoding="utf-8")
        for name in re.findall(r"\w{8,}\*?|\w+_\*", names):
            wanted = f"def test_{name.removesuffix('*')}" + ("" if name.endswith("*") else "(")
            assert wanted in source, f"{file}: {name}"
