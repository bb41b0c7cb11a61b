"""Generators against a real server process and a real (tiny, random) model: what they write is checked, and whatever
is wrong with them, the reader gets the quotes and one line that says why.
"""

import re
import socket
import subprocess
import sys
import typing
from pathlib import Path

import pytest

from rag.answering.fallbacks import _WORDS, fallback_note
from rag.answering.phrases import FRAMES
from rag.chatbot import Chatbot
from rag.errors import InputError, ModelError, Why
from rag.models.generate import MAX_CHARS, OpenAIGenerator, TransformersGenerator, load_generator

QUESTION = "石窯は何度まで温度が上がる？"


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory) -> Path:
    """A GPT-2 with two small layers and random weights, and a byte-level tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate([*alphabet, "<e>"])}, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    folder = tmp_path_factory.mktemp("tiny")
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<e>", pad_token="<e>").save_pretrained(folder)
    torch.manual_seed(5)
    config = GPT2Config(
        vocab_size=257, n_positions=8192, n_embd=16, n_layer=2, n_head=2, bos_token_id=256, eos_token_id=256
    )
    GPT2LMHeadModel(config).save_pretrained(folder, safe_serialization=True)
    return folder


@pytest.fixture(scope="module")
def server(tiny_model):
    """The address of a running server."""
    command = [sys.executable, str(Path(__file__).parents[1] / "model_server.py"), str(tiny_model)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        process.stdin.close()
        process.wait(timeout=10)


def generator(server, model, **limits):
    return OpenAIGenerator(server, model, **limits)


def assert_sound(answer):
    for c in answer.citations:
        assert c.passage.text[c.start : c.end] == c.quote
    assert {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)} == {c.n for c in answer.citations}
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))


def test_a_server_over_a_real_model_streams(server):
    pieces = list(generator(server, "tiny").stream("パン"))
    assert 1 <= len("".join(pieces)) <= MAX_CHARS


def test_what_a_passage_supports_is_shown_with_its_number(index, server):
    answer = Chatbot(index, generator(server, "quote")).ask(QUESTION, [])
    assert_sound(answer)
    assert answer.note == ""
    first = answer.hits[0].passage
    assert answer.text.startswith(re.match("[^。]*", first.text)[0])
    assert [c.passage for c in answer.citations] == [first]


def test_steps_grow_and_the_last_is_the_answer(index, server):
    *steps, last = Chatbot(index, generator(server, "quote")).stream(QUESTION, [])
    assert steps
    assert all(last.text.startswith(step.text.split(" [1]")[0]) for step in steps)


def test_a_sentence_without_support_is_left_out(index, server):
    answer = Chatbot(index, generator(server, "half")).ask(QUESTION, [])
    assert_sound(answer)
    assert answer.citations
    assert "パリ" not in answer.text


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("tiny", "確かめられません|何も書きません|示しません"), ("empty", "何も書きません"),
        ("runaway", "終わりません"),
        ("again", "終わりません"), ("refuse", "500"), ("garbage", "no JSON"), ("error", "no such model"),
        ("mute", "in time"), ("drip", "more than"), ("key", "鍵を求めて.*401.*RAG_GENERATOR_KEY"),
        ("none", "記事に答えがないと判断"), ("unmarked", "どの記事によるかを示しません"), ("muses", "考えるだけ"),
        ("thinks", "考えるだけ"), ("invents", "記事で確かめられません"),
    ],
)  # fmt: skip
def test_what_goes_wrong_leaves_the_quotes_and_one_line(index, server, model, why):
    answer = Chatbot(index, generator(server, model, read_s=1.0, total_s=1.0)).ask(QUESTION, [])
    quoted = Chatbot(index).ask(QUESTION, [])
    assert (answer.text, answer.citations, answer.confidence) == (quoted.text, quoted.citations, quoted.confidence)
    assert re.search(why, answer.note)
    assert "\n" not in answer.note


def test_g5_a_server_s_key_is_sent_and_its_lack_is_said(index, server):
    answer = Chatbot(index, OpenAIGenerator(server, "key", "open-sesame")).ask(QUESTION, [])
    assert (answer.note, answer.model) == ("", f"key at {server}")
    refused = Chatbot(index, OpenAIGenerator(server, "key", "x")).ask("How many euros does the station cost?", [])
    assert "the model's server wants a key" in refused.note
    assert refused.model == ""


@pytest.mark.parametrize("model", ["whole", "wide", "aloud", "aside", "headless"])
def test_g4_servers_that_do_not_stream_and_models_that_reason_are_used(index, server, model):
    answer = Chatbot(index, generator(server, model)).ask(QUESTION, [])
    assert_sound(answer)
    assert answer.note == ""
    assert "hmm" not in answer.text
    assert "三百度" in answer.citations[0].passage.text


@pytest.mark.parametrize("model", ["round", "labelled", "ranged"])
def test_g6_marks_in_another_form_are_marks(index, server, model):
    answer = Chatbot(index, generator(server, model)).ask(QUESTION, [])
    assert_sound(answer)
    assert answer.note == ""
    assert answer.citations[0].passage == answer.hits[0].passage


def test_every_language_says_every_reason():
    reasons = set(typing.get_args(Why))
    for language, words in _WORDS.items():
        assert set(words) == reasons, language
        for why in reasons:
            note = fallback_note(language, ModelError("http://x {reason}", why))
            assert "{detail}" not in note
            assert "\n" not in note
    assert set(_WORDS) == set(FRAMES)


def test_a_dead_server_leaves_the_quotes(index):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = Chatbot(index, OpenAIGenerator(f"http://127.0.0.1:{port}/v1", "m")).ask(QUESTION, [])
    assert answer.answered
    assert "サーバーにつながりません" in answer.note


def test_without_evidence_no_generator_is_asked(index):
    class Never:
        name = "never"

        def stream(self, prompt):
            raise AssertionError("asked")
            yield

    answer = Chatbot(index, Never()).ask("量子コンピュータの誤り訂正符号の閾値定理とは？", [])
    assert not answer.answered
    assert answer.note == ""


def test_a_model_in_this_process_streams_and_is_checked(index, tiny_model):
    local = TransformersGenerator(str(tiny_model), max_tokens=6)
    assert "".join(local.stream("パン")) != ""
    answer = Chatbot(index, local).ask(QUESTION, [])
    assert_sound(answer)
    assert answer.note


def test_a_model_that_is_not_there_is_a_model_error(tmp_path):
    with pytest.raises(ModelError, match="can't be loaded"):
        list(TransformersGenerator(str(tmp_path)).stream("パン"))


def test_what_the_option_names(tmp_path):
    remote = load_generator("openai:http://127.0.0.1:11434/v1#qwen3:4b")
    assert (remote.url, remote.model) == ("http://127.0.0.1:11434/v1", "qwen3:4b")
    assert load_generator(f"transformers:{tmp_path}").name == str(tmp_path)


@pytest.mark.parametrize(
    "spec", ["", "openai", "openai:", "openai:http://127.0.0.1/v1", "openai:file:///etc/passwd#m", "ollama:qwen",
             "transformers:",
             "transformers:/no/such/folder"]
)  # fmt: skip
def test_an_option_that_names_nothing_is_refused(spec):
    with pytest.raises(InputError):
        load_generator(spec)
