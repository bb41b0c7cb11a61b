"""The command line as a user runs it: output, JSON contracts, exit codes, one clear line for every mistake."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.cli.main import VERBS, main
from tests.web.test_schema import ANSWER_KEYS

ANSWER_KEYS = [
    "answered", "confidence", "text", "citations", "passages", "searched", "limits", "note", "model",
]  # fmt: skip
PASSAGE_KEYS = ["rank", "score", "id", "text", "title", "heading", "post", "url", "date", "tags", "categories",
                "start_line", "end_line", "also_in", "lang", "authors", "translators", "scores"]  # fmt: skip


def run(*args, **options):
    """`rag ARGS` in a process of its own."""
    command = [sys.executable, "-m", "rag.cli", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)


def lines(done):
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_build_prints_counts_and_reasons(blog, tmp_path):
    done = run("build", blog, "--index", tmp_path / "ix")
    assert done.returncode == 0, done.stderr
    assert "6 new, 0 changed, 0 removed, 0 unchanged" in done.stdout
    assert "1 marker" in done.stdout
    assert "seconds    load" in done.stdout
    again = run("build", blog, "--index", tmp_path / "ix")
    assert "0 new, 0 changed, 0 removed, 6 unchanged" in again.stdout


def test_plan_says_what_would_be_done_and_writes_nothing(blog, tmp_path):
    done = run("build", blog, "--index", tmp_path / "ix", "--plan")
    assert "new      2025-04-02-bakery.md" in done.stdout
    assert "planned only: nothing was written" in done.stdout
    assert not (tmp_path / "ix").exists()


def test_search_prints_passages_as_json_lines(index_dir):
    found = lines(run("search", "一日乗車券の値段は？", "-k", "2", "--json", "--index", index_dir))
    assert [list(p) for p in found] == [PASSAGE_KEYS] * len(found)
    assert found[0]["post"] == "2025-05-10-railway.md"
    assert found[0]["rank"] == 1
    assert found[0]["url"] == "/2025/05/10/railway/"
    assert found[0]["date"] == "2025-05-10"
    assert set(found[0]["scores"]) == {"dense", "lexical", "late"}


def test_search_takes_filters(index_dir):
    found = lines(run("search", "パン", "--tag", "冬", "--since", "2025-11", "--json", "--index", index_dir))
    assert {p["post"] for p in found} == {"2025-11-30-bakery-winter.md"}


def test_search_answers_a_file_of_questions(index_dir, tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text(
        '\ufeff{"id": "a", "question": "石窯は何度？"}\n\n{"id": "b", "question": "solar panel"}\n', encoding="utf-8"
    )
    found = lines(run("search", "--queries", path, "-k", "1", "--json", "--index", index_dir))
    assert [(x["id"], x["question"], len(x["passages"])) for x in found] == [
        ("a", "石窯は何度？", 1),
        ("b", "solar panel", 1),
    ]
    assert list(found[0]["passages"][0]) == PASSAGE_KEYS


def test_ask_answers_with_citations(index_dir):
    (answer,) = lines(run("ask", "一日乗車券は大人いくら？", "--json", "--index", index_dir))
    assert list(answer) == ANSWER_KEYS
    for c in answer["citations"]:
        assert c["passage"]["text"][c["start"] : c["end"]] == c["quote"]
        assert f"[{c['n']}]" in answer["text"]


def test_ask_answers_a_file_of_questions_and_conversations(index_dir, tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text(
        '{"id": 1, "question": "石窯は何度まで温度が上がる？"}\n'
        '{"id": 2, "turns": ["こむぎ堂の石窯について", "それは何度まで上がる？"]}\n',
        encoding="utf-8",
    )
    found = lines(run("ask", "--queries", path, "--json", "--index", index_dir))
    assert [list(x) for x in found] == [["id", *ANSWER_KEYS]] * 2
    assert "三百度" in found[1]["passages"][0]["text"]


def test_export_prints_every_passage(index_dir, index):
    found = lines(run("export", "--index", index_dir))
    assert [p["id"] for p in found] == [p.id for p in index.passages()]
    assert list(found[0]) == [k for k in PASSAGE_KEYS if k not in ("rank", "score", "scores")]


def test_status_and_verify(index_dir, index):
    (status,) = lines(run("status", "--json", "--index", index_dir))
    assert status["posts"] == 6
    assert status["generation"] == index.generation.id
    assert "every checksum agrees" in run("verify", "--index", index_dir).stdout
    assert "passages" in run("status", "--index", index_dir).stdout


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["build", "no-such-folder"], "no-such-folder"),
        (["search", ""], "the question is empty"),
        (["search", "パン", "-k", "0"], "k is 0"),
        (["search", "パン", "--since", "soon"], "since is 'soon'"),
        (["search", "パン", "--tag", "無い"], "no post has '無い' among its tags"),
        (["search", "--queries", "nowhere.jsonl"], "nowhere.jsonl can't be read"),
        (["ask", "  "], "the question is empty"),
    ],
)
def test_mistakes_give_one_clear_line_and_exit_code_1(index_dir, args, words):
    done = run(*args, "--index", index_dir)
    assert done.returncode == 1
    assert done.stdout == ""
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_question_of_a_megabyte_on_standard_arguments(index_dir):
    done = run("search", "パ" * 40_000, "--index", index_dir)
    assert done.returncode == 1
    assert "40,000 characters; at most 2,000" in done.stderr


@pytest.mark.parametrize("line", ["not json", "[1]", '{"id": 1}', '{"question": "x"}'])
def test_a_bad_line_of_a_question_file_is_named(index_dir, tmp_path, line):
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 0, "question": "パン"}\n' + line + "\n", encoding="utf-8")
    done = run("search", "--queries", path, "--index", index_dir)
    assert done.returncode == 1
    assert "line 2" in done.stderr


def test_a_missing_index_says_which_command_builds_one(tmp_path):
    done = run("search", "パン", "--index", tmp_path / "none")
    assert done.returncode == 1
    assert "rag build" in done.stderr


def test_a_damaged_index_is_exit_code_3_and_names_the_file(index_dir, tmp_path):
    import shutil

    copy = shutil.copytree(index_dir, tmp_path / "ix")
    (path,) = copy.glob("g-*/vectors.npy")
    path.write_bytes(path.read_bytes()[:-1])
    for verb in (["verify"], ["search", "パン"], ["status"]):
        done = run(*verb, "--index", copy)
        assert done.returncode == 3
        assert "vectors.npy" in done.stderr


def test_wrong_usage_is_exit_code_2():
    assert run("search").returncode == 2
    assert run("no-such-verb").returncode == 2


def test_rollback_goes_back_one_generation(blog, tmp_path):
    import shutil

    posts = shutil.copytree(blog, tmp_path / "posts")
    assert run("build", posts, "--index", tmp_path / "ix").returncode == 0
    (first,) = lines(run("status", "--json", "--index", tmp_path / "ix"))
    (posts / "2025-06-01-tomato.md").unlink()
    assert run("build", posts, "--index", tmp_path / "ix").returncode == 0
    assert run("rollback", "--index", tmp_path / "ix").returncode == 0
    (now,) = lines(run("status", "--json", "--index", tmp_path / "ix"))
    assert now["generation"] == first["generation"]


def test_terminal_escapes_in_posts_are_not_printed(tmp_path):
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_text(
        '---\ntitle: "赤い\\e[31m題"\n---\n\n端末の色を変える文字\x1b[31mが混じった記事でも、表示は乱れない。\n',
        encoding="utf-8",
    )
    assert run("build", tmp_path / "posts", "--index", tmp_path / "ix").returncode == 0
    shown = run("search", "端末の色", "--index", tmp_path / "ix")
    assert shown.returncode == 0
    assert "\x1b" not in shown.stdout


def test_report_shows_each_reason_with_an_example(index_dir):
    shown = run("report", "--index", index_dir).stdout
    assert re.search(r"^marker +1 +1 +a rule, an end mark", shown, re.MULTILINE)
    assert re.search(r"^  2025-11-30-bakery-winter\.md:\d+-\d+  ---END---$", shown, re.MULTILINE)


def test_report_lists_one_reason_or_everything_as_json(index_dir):
    assert run("report", "--reason", "marker", "--index", index_dir).stdout.count("\n") == 1
    (one,) = lines(run("report", "--json", "--index", index_dir))
    assert (one["post"], one["reason"], one["text"]) == ("2025-11-30-bakery-winter.md", "marker", "---END---")


def test_report_writes_a_page_or_says_why_it_cannot(index_dir, tmp_path):
    assert run("report", "--html", tmp_path / "r.html", "--index", index_dir).returncode == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "---END---" in page
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    done = run("report", "--html", tmp_path / "no" / "r.html", "--index", index_dir)
    assert done.returncode == 1
    assert "r.html can't be written (No such file or directory)" in done.stderr


#: What people get wrong, in every verb: each is one line that names the value, exit code 1 or 2, nothing on stdout.
WRONG = [
    ["search", ""], ["search", "   "], ["search", "？！"], ["search", "x" * 2001], ["search", "パン", "-k", "0"],
    ["search", "パン", "-k", "-3"], ["search", "パン", "-k", "1.5"], ["search", "パン", "-k", "三"],
    ["search", "パン", "-k"], ["search", "パン", "--since", "soon"], ["search", "パン", "--since", "2025-13"],
    ["search", "パン", "--until", "2025-02-30"], ["search", "パン", "--since", "2026", "--until", "2025"],
    ["search", "パン", "--since", "'; DROP TABLE"], ["search", "パン", "--tag", "無い"],
    ["search", "パン", "--tag", ""], ["search", "パン", "--category", "無い"], ["search", "パン", "--jsn"],
    ["search", "--queries", "nowhere.jsonl"], ["search", "--queries", "/"], ["search"],
    ["search", "パン", "--queries", "q.jsonl"], ["search", "パン", "--rerank", "./no-model"], ["ask", ""], ["ask"],
    ["ask", "パン", "--generator-key", "key.txt"],
    ["ask", "パン", "--generator", "openai:http://x#m", "--generator-key", "none.txt"],
    ["ask", "パン", "--generator", "gpt"], ["ask", "パン", "--generator", "openai:"],
    ["ask", "パン", "--generator", ""], ["ask", "パン", "--generator", "openai:ftp://x#m"],
    ["ask", "パン", "--generator", "transformers:./no-model"], ["ask", "パン", "--since", "\x1b[31m"], ["build"],
    ["build", "no-such-folder"], ["build", "/dev/null"], ["build", ""], ["build", "a", "b"],
    ["build", ".", "--permalink", ":nonsense"], ["build", ".", "--rules", "none.toml"],
    ["watch", "no-such-folder"], ["report", "--html", "/"], ["report", "--html", "no/such/r.html"],
    ["eval", "none.jsonl"], ["eval"], ["serve", "--port", "0"], ["serve", "--port", "99999"],
    ["serve", "--port", "x"], ["serve", "--host", "0.0.0.0"], ["serve", "--site-url", "blog"],
    ["serve", "--auth", "none"], ["serve", "--owner", "me"], ["serve", "--lang", "fr"], ["status", "extra"],
    ["verify", "--jsn"], ["rollback", "now"], ["serach", "パン"], ["completion", "fish"], ["--jsn"],
]  # fmt: skip


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_calls_give_one_line_and_no_traceback(index_dir, words, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    index = ["--index", str(index_dir)] if words[0] in VERBS else []
    building = words[0] in ("build", "watch")
    try:
        code = main([*words, *(["--index", str(tmp_path / "ix")] if building else index)])
    except SystemExit as end:
        code = end.code
    out, err = capsys.readouterr()
    assert code in (1, 2), err
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "\x1b" not in err
    assert "Traceback" not in err


@pytest.mark.parametrize("index", ["none", "a-file", "", "an-empty-folder", "\udcff"])
@pytest.mark.parametrize("verb", ["search", "ask", "status", "verify", "rollback", "report", "export"])
def test_an_index_that_is_none_is_said_in_one_line(verb, index, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("x")
    (tmp_path / "an-empty-folder").mkdir()
    code = main([verb, *(["パン"] if verb in ("search", "ask") else []), "--index", index])
    out, err = capsys.readouterr()
    assert code in (1, 3)
    assert out == ""
    assert len(err.splitlines()) == 1


VALUES = st.text(max_size=20).filter(lambda text: "\0" not in text and not text.startswith("-"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=VALUES, since=VALUES, tag=VALUES, k=st.integers(-3, 10**30))
def test_any_values_give_passages_or_one_line(index_dir, question, since, tag, k, capsys):
    for limits in ([], ["--since", since], ["--tag", tag]):
        try:
            code = main(["search", question, "-k", str(k), "--json", "--index", str(index_dir), *limits])
        except SystemExit as end:
            code = end.code
        _, err = capsys.readouterr()
        assert code in (0, 1, 2)
        assert len(err.splitlines()) == (1 if code else 0)


def test_g5_a_key_comes_from_the_environment_or_a_file(index_dir, tmp_path, monkeypatch, capsysbinary):
    command = [sys.executable, str(Path(__file__).parents[1] / "model_server.py"), "none"]
    (tmp_path / "key").write_text("open-sesame\n")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        spec = f"openai:http://127.0.0.1:{server.stdout.readline().strip()}/v1#key"
        ask = ["ask", "石窯は何度まで温度が上がる？", "--json", "--index", str(index_dir), "--generator", spec]
        for words, key, used in (
            (ask, "", False), (ask, "open-sesame", True), ([*ask, "--generator-key", str(tmp_path / "key")], "x", True),
        ):  # fmt: skip
            monkeypatch.setenv("RAG_GENERATOR_KEY", key)
            assert main(words) == 0
            answer = json.loads(capsysbinary.readouterr().out)
            assert bool(answer["model"]) is used
            assert ("鍵を求めて" in answer["note"]) is not used
        monkeypatch.setenv("RAG_GENERATOR_KEY", "two words")
        assert main(ask) == 1
        server.stdin.close()
