"""`/v1` as OpenAI's own client, and so any front end built on it, meets it."""

import pytest

from tests.serving import site
from tests.web.test_over_http import QUESTION

openai = pytest.importorskip("openai", reason="not installed: pip install openai")


@pytest.fixture(scope="module")
def client():
    import httpx

    with httpx.Client(trust_env=False) as http:
        yield openai.OpenAI(base_url=f"{site().url}/v1", api_key="none", http_client=http, max_retries=0)


def asked(client, *messages, **options):
    turns = [{"role": role, "content": content} for role, content in messages]
    return client.chat.completions.create(model="rag", messages=turns, **options)


def test_a_question_is_answered_with_citations_in_the_text_and_in_a_field(client):
    reply = asked(client, ("system", "Say yes."), ("user", QUESTION), temperature=0, max_tokens=5)
    text = reply.choices[0].message.content
    assert "三百二十円" in text
    assert "[2] 2025-04-02 · 駅前のパン屋「こむぎ堂」 · 2025-04-02-bakery.md" in text
    assert reply.choices[0].finish_reason == "stop"
    assert reply.citations[0]["n"] == 1
    assert reply.citations[0]["quote"] in text
    assert reply.rag["answered"]


def test_a_stream_says_the_same_in_lines(client):
    whole = asked(client, ("user", QUESTION)).choices[0].message.content
    pieces = list(asked(client, ("user", QUESTION), stream=True))
    assert "".join(piece.choices[0].delta.content or "" for piece in pieces) == whole
    assert len(pieces) > 3
    assert pieces[-1].choices[0].finish_reason == "stop"
    assert pieces[-1].citations[1]["post"] == "2025-04-02-bakery.md"


def test_the_messages_before_complete_the_question(client):
    said = ("user", "こむぎ堂の石窯について"), ("assistant", "図書館の話です。"), ("user", "それは何度まで上がる？")
    assert "石窯" in asked(client, *said).rag["searched"]


def test_there_is_one_model(client):
    assert [model.id for model in client.models.list()] == ["rag"]


@pytest.mark.parametrize(
    ("messages", "says"),
    [
        ([], "missing"), ([("assistant", "x")], "not the user's"), ([("user", "")], "empty"),
        ([("user", "x" * 2001)], "2,001"),
        ([("root", "x"), ("user", "朝")], "turn 1"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_an_error_of_the_client_s_own(client, messages, says):
    with pytest.raises(openai.UnprocessableEntityError, match=says) as caught:
        asked(client, *messages)
    assert caught.value.param == "messages"
    assert caught.value.type == "invalid_request_error"
