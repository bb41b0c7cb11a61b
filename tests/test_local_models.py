"""A real llama.cpp server, with a small real model: `make llama` installs both, some minutes of compiling."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

import pytest

from rag.answering.prompt import build_prompt
from rag.chatbot import Chatbot
from rag.models.generate import OpenAIGenerator

LLAMA = Path(os.environ.get("RAG_LLAMA", Path.home() / ".cache/rag-llama"))
QUESTION = "石窯は何度まで温度が上がる？"

pytestmark = pytest.mark.skipif(
    not (LLAMA / "model.gguf").exists(), reason="llama.cpp is not installed: `make llama` compiles it, once"
)


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [LLAMA / "bin/python", "-m", "llama_cpp.server", "--model", LLAMA / "model.gguf", "--host", "127.0.0.1",
               "--port", str(port), "--n_ctx", "4096", "--n_threads", "2"]  # fmt: skip
    log = tmp_path_factory.mktemp("llama") / "log"
    with log.open("w") as said:
        server = subprocess.Popen(command, stdout=said, stderr=said)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/v1"
    server.terminate()
    server.wait(20)


def test_a_real_model_writes_what_is_shown_or_not_but_never_unchecked(index, llama):
    generator = OpenAIGenerator(llama, "gemma-3-270m", total_s=30)
    answer = Chatbot(index, generator).ask(QUESTION, [])
    assert answer.answered
    assert "三百度" in answer.citations[0].passage.text
    for c in answer.citations:
        assert c.passage.text[c.start : c.end] == c.quote
    assert {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)} == {c.n for c in answer.citations}
    if answer.model:
        assert answer.note == ""
    else:
        assert answer.note.startswith("生成モデルの回答は使いませんでした（モデル")
        assert answer.text == Chatbot(index).ask(QUESTION, []).text
        assert "つながりません" not in answer.note


def test_a_real_server_streams(index, llama):
    (hit,) = index.search(QUESTION, 1)
    pieces = []
    for piece in OpenAIGenerator(llama, "gemma-3-270m").stream(build_prompt(QUESTION, [hit.passage], "ja")):
        pieces.append(piece)
        if len(pieces) == 3:
            break
    assert len("".join(pieces)) >= 3
