"""`rag serve --mcp`, as a real assistant's client meets it."""

import ast
import asyncio

import httpx
import pytest

import rag
from rag.errors import InputError
from rag.web.schema import passage_json
from tests.serving import site, start
from tests.web.test_over_http import QUESTION, accounts_file, options

mcp = pytest.importorskip("mcp", reason="the extra is not installed: pip install 'rag[mcp]'")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    return start(site().index, tmp_path_factory.mktemp("mcp"), "--mcp")


def call(url, name, **arguments):
    """(the tools there are, what calling one gives) over one session."""
    from mcp.client.streamable_http import streamable_http_client

    async def run():
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            address = f"{url}/gradio_api/mcp/"
            connected = streamable_http_client(address, http_client=http)
            async with connected as (read, write, _), mcp.ClientSession(read, write) as session:
                await session.initialize()
                return (await session.list_tools()).tools, await session.call_tool(name, arguments)

    return asyncio.run(run())


def test_search_and_ask_are_the_only_tools_and_are_described(served):
    tools, _ = call(served.url, "search", question=QUESTION)
    by_name = {tool.name: tool for tool in tools}
    assert set(by_name) == {"search", "ask"}
    assert "best first" in by_name["search"].description
    assert list(by_name["search"].inputSchema["properties"]) == [
        "question", "k", "since", "until", "tags", "categories", "authors",
    ]  # fmt: skip
    assert by_name["ask"].inputSchema["required"] == ["question"]


def test_tools_give_what_python_gives(served):
    _, found = call(served.url, "search", question=QUESTION, k=2)
    index = rag.open_index(site().index)
    assert ast.literal_eval(found.content[0].text) == [
        passage_json(rank, hit) for rank, hit in enumerate(index.search(QUESTION, 2), start=1)
    ]
    index.close()
    _, answer = call(served.url, "ask", question=QUESTION)
    assert ast.literal_eval(answer.content[0].text)["answered"]


def test_what_can_not_be_searched_for_is_an_error_in_words(served):
    _, refused = call(served.url, "search", question="")
    assert refused.isError
    assert "empty" in refused.content[0].text


def test_the_door_is_as_strict_as_for_the_page(served):
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"accept": "application/json, text/event-stream"}
    with httpx.Client(base_url=served.url, timeout=60, trust_env=False, headers=accept) as http:
        assert http.post("/gradio_api/mcp/", json=hello, headers={"host": "evil.test"}).status_code == 400
        assert http.post("/gradio_api/mcp/", json=hello, headers={"origin": "http://evil.test"}).status_code == 403
        assert http.post("/gradio_api/mcp/", content=b"x" * 70_000).status_code == 413
    with httpx.Client(base_url=site().url, timeout=60, trust_env=False) as http:
        assert http.post("/gradio_api/mcp/", json=hello).status_code == 404, "off unless asked for"


def test_it_is_for_this_machine_only(tmp_path):
    assert options("--mcp").mcp
    path = accounts_file(tmp_path, "me:x")
    for words in (["--auth", str(path)], ["--host", "0.0.0.0", "--auth", str(path)]):
        with pytest.raises(InputError, match="this machine only"):
            options("--mcp", *words)
