"""What people write after `rag`: questions without quotes, misspelt words, nothing at all."""

import contextlib
import io
import subprocess
from importlib import metadata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.cli.arguments import SHELLS, make_parser, parse
from rag.cli.main import VERBS, main

NOTHING_RUNS = dict.fromkeys(VERBS, lambda args: None)


def parsed(*words):
    return parse(NOTHING_RUNS, words)


def ended(capsys, call, *words):
    """(exit code, what was printed, what was said) of a call that parses or runs."""
    try:
        code = call(list(words))
    except SystemExit as end:
        code = end.code
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("words", "question"),
    [
        (["霧浜電鉄の乗客数は？"], "霧浜電鉄の乗客数は？"),
        (["枕木", "は", "いくら"], "枕木 は いくら"),
        (["枕木", "は", "--json", "いくら", "で", "-k", "3", "売られた"], "枕木 は いくら で 売られた"),
        (["--json", "what", "is", "it?"], "what is it?"),
        (["--", "-5度", "は", "寒い?"], "-5度 は 寒い?"),
        ([""], ""),
    ],
)
def test_a_question_needs_no_quotes(words, question):
    verb = "search" if "-k" in words else "ask"
    assert parsed(verb, *words).question == question


def test_rag_alone_shows_what_people_need_first(capsys):
    code, out, err = ended(capsys, main)
    assert (code, err) == (0, "")
    assert [line.split()[1] for line in out.splitlines() if line.startswith("  rag")] == ["build", "ask", "serve"]
    assert len(out.splitlines()) <= 8


def test_version_is_the_package_s(capsys):
    code, out, _ = ended(capsys, main, "--version")
    assert (code, out) == (0, f"rag {metadata.version('rag')}\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["serach", "パン"], "serach is no verb; did you mean rag search?"),
        (["パン屋は何時に開く？"], "to ask it, write: rag ask パン屋は何時に開く？"),
        (["frobnicate"], "there are build, watch, search"),
        (["search", "パン", "--jsn"], "--jsn is not known; did you mean --json?"),
        (["search", "パン", "--sinse=2025"], "--sinse is not known; did you mean --since?"),
        (["ask", "パン", "-k", "3"], "-k is not known"),
        (["build", "posts", "--rebuilt"], "did you mean --rebuild?"),
        (["build", "my", "posts"], "posts is not known"),
        (["status", "--jason"], "did you mean --json?"),
        (["--jsn"], "--jsn is not known"),
        (["ask"], "give a question, or --queries FILE"),
        (["ask", "パン", "--queries", "q.jsonl"], "give a question, or --queries FILE"),
        (["search", "パン", "-k", "三"], "-k: invalid int value: '三'"),
        (["search", "パン", "-k"], "-k: expected one argument"),
        (["serve", "--lang", "fr"], "--lang takes ja or en, not fr"),
        (["completion", "cmd"], "SHELL takes bash or zsh or tcsh, not cmd"),
        (["build"], "POSTS"),
        (["eval"], "QUESTIONS.jsonl"),
    ],
)
def test_wrong_usage_is_one_line_with_a_hint(capsys, words, says):
    code, out, err = ended(capsys, main, *words)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1
    assert "--help` lists" in err


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_gets_its_completions(capsys, shell):
    code, out, _ = ended(capsys, main, "completion", shell)
    assert code == 0
    assert all(word in out for word in ("search", "queries", "read-only"))


def test_bash_completes_a_verb_and_an_option(capsys):
    _, script, _ = ended(capsys, main, "completion", "bash")
    probe = "COMP_WORDS=(rag sear); COMP_CWORD=1; _shtab_rag rag sear rag; echo ${COMPREPLY[@]};"
    done = subprocess.run(["bash", "-c", f"{script}\n{probe}"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["search"]


WORDS = st.one_of(
    st.sampled_from(
        [*VERBS, "--json", "--index", "-k", "--tag", "--port", "--lang", "--", "-", "--plan", "2025", "パン"]
    ),
    st.text(max_size=12).filter(lambda word: "\0" not in word),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=6))
def test_whatever_is_written_is_parsed_or_refused_in_one_line(words):
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            parse(NOTHING_RUNS, words)
        except SystemExit as end:
            code = end.code
    assert code in (0, 2)
    assert len(err.getvalue().splitlines()) == (1 if code else 0)
    assert "\x1b" not in err.getvalue()


def test_every_verb_says_how_it_is_used(capsys):
    for verb in VERBS:
        code, out, _ = ended(capsys, main, verb, "--help")
        assert code == 0
        assert out.startswith(f"usage: rag {verb}")
    assert make_parser(VERBS).prog == "rag"
