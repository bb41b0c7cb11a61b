"""`rag.Client`: a served index asked as one's own."""

import dataclasses
import socket

import pytest

import rag
from rag.errors import InputError, ServerError
from tests.serving import site
from tests.web.test_over_http import QUESTION


@pytest.fixture(scope="module")
def local():
    index = rag.open_index(site().index)
    yield index
    index.close()


def rounded(hits):
    return [
        dataclasses.replace(h, score=round(h.score, 6), scores={leg: round(s, 6) for leg, s in h.scores.items()})
        for h in hits
    ]


def test_a_served_index_gives_what_one_s_own_gives(local):
    bot = rag.Client(site().url + "/")
    assert bot.search(QUESTION, 4, since="2025", tags=["パン"]) == rounded(
        local.search(QUESTION, 4, since="2025", tags=["パン"])
    )
    there, here = bot.ask(QUESTION), rag.Chatbot(local).ask(QUESTION)
    assert (there.text, there.answered, there.question) == (here.text, here.answered, here.question)
    assert there.hits == tuple(rounded(here.hits))
    assert [dataclasses.replace(c, marks=()) for c in here.citations] == list(there.citations)
    assert bot.status()["status"] == "ok"


def test_it_remembers_its_conversation_as_a_chatbot_does(local):
    there, here = rag.Client(site().url), rag.Chatbot(local)
    for question in ("こむぎ堂の石窯について", "それは何度まで上がる？"):
        assert there.ask(question).searched == here.ask(question).searched
    assert there.history == here.history
    assert there.ask("それは何度まで上がる？", []).searched == here.ask("それは何度まで上がる？", []).searched
    limited = rag.Filters(since="2025-11-01", until="2025-12-31")
    assert there.ask("こむぎ堂", [], filters=limited).hits == tuple(
        rounded(here.ask("こむぎ堂", [], filters=limited).hits)
    )


def test_errors_are_those_of_the_index():
    bot = rag.Client(site().url)
    for call in (lambda: bot.ask(""), lambda: bot.search("朝", 0), lambda: bot.search("朝", tags=["無い"])):
        with pytest.raises(InputError):
            call()
    assert bot.history == []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(ServerError, match="is `rag serve` running"):
        rag.Client(f"http://127.0.0.1:{port}").ask("朝")
    with pytest.raises(ServerError, match="answered 404"):
        rag.Client(site().url + "/web").status()
