"""What the command line writes where the console, the pipe or the disk can't take it."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import write_post

RAG = [sys.executable, "-m", "rag.cli"]


@pytest.fixture(scope="module")
def emoji(tmp_path_factory):
    """The index of a post with signs that no old encoding holds, in a folder such as people have."""
    posts = tmp_path_factory.mktemp("マイ ブログ") / "記事 フォルダ"
    posts.mkdir()
    body = "うちの猫の体重は四・二キログラムです🐈。猫は渡邉さん・髙橋さんから譲ってもらいました。"
    write_post(posts, "2024-07-20-neko.md", "猫の体重🐾 — “こむぎ”", "2024-07-20", ["猫"], [], body)
    index = posts.parent / "索引 ix"
    assert subprocess.run([*RAG, "build", posts, "--index", index], capture_output=True, check=False).returncode == 0
    return index


@pytest.mark.parametrize("encoding", ["cp932", "ascii", "utf-16"])
def test_k1_output_in_any_encoding(emoji, encoding):
    environ = {**os.environ, "PYTHONIOENCODING": encoding}
    for words in (["search", "猫の体重", "--index", emoji], ["ask", "猫の体重は？", "--index", emoji], ["status"]):
        done = subprocess.run([*RAG, *words], capture_output=True, env=environ, check=False)
        text = (done.stdout or done.stderr).decode(encoding)
        assert "Traceback" not in text
        assert done.returncode == (1 if words == ["status"] else 0), done.stderr
        if encoding == "cp932" and words[0] == "search":
            assert "2024-07-20 - 猫の体重? - “こむぎ”" in text
            assert "四・二キログラムです?。" in text


def test_json_is_utf_8_whatever_the_console_is(emoji):
    environ = {**os.environ, "PYTHONIOENCODING": "cp932"}
    done = subprocess.run(
        [*RAG, "search", "猫", "--json", "--index", emoji], capture_output=True, env=environ, check=True
    )
    assert "です🐈。" in done.stdout.decode("utf-8")


def in_a_terminal(*words, **environ):
    """What a terminal is sent."""
    here, there = pty.openpty()
    child = subprocess.Popen(
        [*RAG, *map(str, words)],
        stdout=there,
        stderr=there,
        stdin=there,
        env={**os.environ, "TERM": "xterm", **environ},
    )
    os.close(there)
    sent = b""
    while True:
        try:
            piece = os.read(here, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        sent += piece
    os.close(here)
    assert child.wait() == 0
    return sent.decode("utf-8")


def test_no_color_and_dumb_terminals_get_no_escapes(emoji):
    assert "\x1b[" in in_a_terminal("report", "--index", emoji, NO_COLOR="")
    assert "\x1b" not in in_a_terminal("report", "--index", emoji, NO_COLOR="1")
    assert "\x1b" not in in_a_terminal("report", "--index", emoji, TERM="dumb")


def test_a_narrow_terminal_cuts_nothing_off(emoji):
    shown = in_a_terminal("status", "--index", emoji, COLUMNS="30", NO_COLOR="1")
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 30
    generation = re.search(r"^generation +(\S+)", shown, re.MULTILINE)[1]
    assert (emoji / generation).is_dir() or "…" not in shown


def test_a_table_in_a_pipe_keeps_its_lines(emoji):
    done = subprocess.run([*RAG, "report", "--index", emoji], capture_output=True, text=True, check=True)
    assert "…" not in done.stdout.split("\n\n")[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_said_in_one_line(emoji):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*RAG, "export", "--index", emoji], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == "rag: the output can't be written (No space left on device)\n"


@pytest.mark.skipif(os.name != "posix", reason="needs a shell that can close a stream")
def test_a_closed_stream_is_no_error(emoji):
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *RAG, "status", "--index", emoji], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def interrupted(*words, wait_for_a_line=False, after=0.0, how=signal.SIGINT):
    """(what was said, exit code) of a call that is ended from the keyboard."""
    child = subprocess.Popen(
        [sys.executable, "-c", AS_FROM_A_KEYBOARD, *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    if wait_for_a_line:
        assert child.stdout.readline()
    time.sleep(after)
    os.killpg(child.pid, how)
    said = child.communicate(timeout=60)[1]
    return said, child.returncode


AS_FROM_A_KEYBOARD = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)   # a shell's background jobs ignore it
from rag.cli.__main__ import run
sys.exit(run())
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of a terminal are a POSIX matter")
def test_ctrl_c_is_quiet_everywhere(emoji, tmp_path):
    posts, port = emoji.parent / "記事 フォルダ", free_port()
    for words, line, after, said, codes in (
        (["watch", posts, "--index", tmp_path / "w"], True, 0.0, "rag: stopped watching; the index is complete\n", {0}),
        (["serve", "--index", emoji, "--port", port], True, 0.5, "", {0}),
        (["build", posts, "--index", tmp_path / "b"], False, 0.4, "rag: stopped", {130, -2, 0}),
        (["search", "猫", "--index", emoji], False, 0.4, "rag: stopped", {130, -2, 0}),
    ):
        said_then, code = interrupted(*words, wait_for_a_line=line, after=after)
        assert code in codes, (words, said_then)
        assert said_then in ("", said) or said_then.startswith(said)
        assert len(said_then.splitlines()) <= 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.skipif(os.name != "posix", reason="service managers that send SIGTERM are a POSIX matter")
def test_a_service_manager_ends_a_server_without_an_error(emoji):
    said, code = interrupted("serve", "--index", emoji, "--port", free_port(), wait_for_a_line=True, how=signal.SIGTERM)
    assert (code, said) == (0, "")
