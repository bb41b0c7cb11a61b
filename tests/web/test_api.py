"""Plain HTTP as programs meet it: right calls, wrong calls, other sites, what is described."""

import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rag
from rag.web.schema import answer_json, passage_json
from tests.serving import site, start
from tests.web.test_over_http import ANSWER_KEYS, PASSAGE_KEYS, QUESTION, accounts_file

FRONT = "https://front.example.org"


@pytest.fixture(scope="module")
def http():
    with httpx.Client(base_url=site().url, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def index():
    opened = rag.open_index(site().index)
    yield opened
    opened.close()


def test_search_and_ask_give_the_same_json_as_python(http, index):
    found = http.post("/api/search", json={"question": QUESTION, "k": 3})
    assert found.json() == [passage_json(rank, hit) for rank, hit in enumerate(index.search(QUESTION, 3), start=1)]
    answer = http.post("/api/ask", json={"question": QUESTION})
    assert answer.json() == answer_json(rag.Chatbot(index).ask(QUESTION, []))


def test_a5_limits_and_the_completed_question_are_in_the_json(http):
    limited = http.post("/api/ask", json={"question": "2025年11月の記事でこむぎ堂の開店は？"}).json()
    assert limited["limits"] == {
        "since": "2025-11-01",
        "until": "2025-11-30",
        "tags": [],
        "categories": [],
        "authors": [],
    }
    assert (limited["note"], limited["model"]) == ("", "")
    followed = http.post(
        "/api/ask", json={"question": "それは何度まで上がる？", "history": ["こむぎ堂の石窯について"]}
    ).json()
    assert "石窯" in followed["searched"]
    plain = http.post("/api/ask", json={"question": QUESTION}).json()
    assert plain["searched"] == QUESTION
    assert plain["limits"] == {"since": None, "until": None, "tags": [], "categories": [], "authors": []}


@pytest.mark.parametrize(
    "history",
    [
        ["こむぎ堂の石窯について"],
        [["こむぎ堂の石窯について", "冬は朝八時に開きます。"]],
        [{"role": "user", "content": "こむぎ堂の石窯について"}, {"role": "assistant", "content": "図書館です"}],
        [{"role": "user", "content": [{"type": "text", "text": "こむぎ堂の石窯について"}], "metadata": {}}],
    ],
    ids=["questions", "pairs", "messages", "blocks"],
)
def test_a_history_in_any_form_completes_a_question(http, history):
    answer = http.post("/api/ask", json={"question": "それは何度まで上がる？", "history": history}).json()
    assert "石窯" in answer["searched"]
    assert "図書館" not in answer["searched"]


#: (body, the parameter that is named, a word of the message): for both ways to call `search`, and `ask`.
WRONG = [
    ({}, "question", "missing"), ({"q": "朝"}, "q", "no parameter"),
    ({"qestion": "朝"}, "qestion", "did you mean question"),
    ({"question": "朝", "limit": 3}, "limit", "it takes question"),
    ({"question": "朝", "top_k": 3}, "top_k", "no parameter"),
    ({"Question": "朝"}, "Question", "no parameter"), ({"question": ""}, "question", "empty"),
    ({"question": "？！ 🙂"}, "question", "empty"), ({"question": None}, "question", "give a text"),
    ({"question": 12}, "question", "give a text"), ({"question": ["a"]}, "question", "give a text"),
    ({"question": {}}, "question", "give a text"), ({"question": True}, "question", "give a text"),
    ({"question": "x" * 2001}, "question", "2,001 characters"), ({"question": "\x00"}, "question", "empty"),
    ({"since": "2025-13-01"}, "since", "2025-13-01"), ({"since": 20250101}, "since", "no day"),
    ({"since": ["2025"]}, "since", "no day"), ({"until": "soon"}, "until", "soon"), ({"until": {}}, "until", "no day"),
    ({"since": "2026", "until": "2025"}, "until", "after"), ({"tags": "パン"}, "tags", "no list"),
    ({"tags": [1]}, "tags", "no list"), ({"tags": {"a": 1}}, "tags", "no list"), ({"tags": 3}, "tags", "no list"),
    ({"categories": [None]}, "categories", "no list"), ({"categories": "店"}, "categories", "no list"),
    ({"authors": "x"}, "authors", "no list"), ({"author": ["x"]}, "author", "did you mean authors"),
    ({"category": ["店"]}, "category", "did you mean categories"), ({"tag": "パン"}, "tag", "did you mean tags"),
    ({"since": "0000"}, "since", "0000"), ({"since": "2025-02-30"}, "since", "2025-02-30"),
]  # fmt: skip
WRONG_K = [0, -1, 1.5, "x", "3", True, 10**9, [], {}]
WRONG_HISTORY = [
    "朝",
    7,
    {},
    [7],
    [None],
    [{}],
    [["a", "b", "c"]],
    [{"role": "root", "content": "x"}],
    [{"role": "user"}],
]
PATHS = {
    "/api/search": "search",
    "/gradio_api/call/v2/search": "search",
    "/api/ask": "ask",
    "/gradio_api/call/v2/ask": "ask",
}


@pytest.mark.parametrize("path", PATHS)
def test_s2_a_wrong_call_is_422_with_the_parameter_and_an_example_that_works(http, path):
    special = [({"k": k}, "k", "k is") for k in WRONG_K] if PATHS[path] == "search" else [
        ({"history": history}, "history", "history") for history in WRONG_HISTORY
    ]  # fmt: skip
    for body, parameter, says in WRONG + special:
        named = "question" in body or not {"since", "until", "tags", "categories", "authors", "k", "history"} & set(
            body
        )
        answer = http.post(path, json=body if named else {"question": "朝", **body})
        assert answer.status_code == 422, body
        told = answer.json()
        assert list(told) == ["error", "parameter", "example"]
        assert told["parameter"] == parameter, told
        assert says in told["error"]
        assert "\n" not in told["error"]
        assert "Traceback" not in answer.text
    assert http.post(path, json=told["example"]).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"x", b"[]", b'"x"', b"null", b"7", b'{"question": ', b"\xff\xfe", b"[" * 50_000]
)
@pytest.mark.parametrize("path", [*PATHS, "/v1/chat/completions"])
def test_a_body_that_is_no_object_is_said(http, path, body):
    answer = http.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert "JSON" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/gradio_api/call/v2/nothing", {"question": "朝"}), ("POST", "/gradio_api/call/nothing", {"data": []}),
        ("POST", "/gradio_api/call/search", {}), ("POST", "/gradio_api/call/search", {"data": "x"}),
        ("POST", "/gradio_api/call/search", {"data": {}}), ("GET", "/gradio_api/call/search", None),
        ("GET", "/api/search", None), ("PUT", "/api/ask", {"question": "朝"}), ("DELETE", "/v1/models", None),
        ("POST", "/v1/models", {}), ("GET", "/v1/chat/completions", None), ("POST", "/api", {}), ("POST", "/api/", {}),
        ("POST", "/v1/embeddings", {"input": "朝"}), ("POST", "/v1/completions", {"prompt": "朝"}),
        ("POST", "/api/answer", {"question": "朝"}), ("GET", "/v2", None), ("POST", "/healthz", {}),
    ],
)  # fmt: skip
def test_a_wrong_address_or_method_is_4xx_without_a_traceback(http, method, path, body):
    answer = http.request(method, path, json=body)
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    assert "Traceback" not in answer.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["question", "k", "history", "since", "until", "tags", "categories", "q", "messages", "stream"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(NAMES, JSON, max_size=4) | JSON)
def test_any_json_gets_an_answer_or_one_line(http, body):
    for path in ("/api/search", "/api/ask", "/v1/chat/completions"):
        answer = http.post(path, json=body)
        assert answer.status_code in (200, 422)
        if answer.status_code == 422:
            error = answer.json()["error"]
            assert "\n" not in (error if isinstance(error, str) else error["message"])


def test_the_description_is_true_to_what_is_served(http):
    described = http.get("/gradio_api/openapi.json").json()
    shapes = described["components"]["schemas"]
    assert list(shapes["Answer"]["properties"]) == ANSWER_KEYS
    assert shapes["Answer"]["required"] == ANSWER_KEYS
    assert list(shapes["Passage"]["properties"]) == PASSAGE_KEYS
    assert not [path for path in described["paths"] if "upload" in path]
    jsonschema = pytest.importorskip("jsonschema", reason="comes with the extra mcp")
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            if "{" in path:
                continue
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            answer = http.request(method, path, json=body.get("example"))
            assert answer.status_code == 200, path
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            jsonschema.validate(answer.json(), {**schema, "components": described["components"]})
            if body:
                jsonschema.validate(body["example"], {**body["schema"], "components": described["components"]})
                refused = http.request(method, path, json={})
                assert str(refused.status_code) in operation["responses"]


def test_other_sites_may_call_only_where_they_are_named(http, tmp_path):
    ask = {"url": "/api/ask", "json": {"question": QUESTION}}
    refused = http.post(**ask, headers={"origin": FRONT})
    assert refused.status_code == 403
    assert "--allow-origin" in refused.text
    assert http.options("/api/ask", headers={"origin": FRONT}).status_code == 405
    named = start(site().index, tmp_path, "--allow-origin", FRONT + "/")
    with httpx.Client(base_url=named.url, timeout=60, trust_env=False) as other:
        preflight = other.options("/api/ask", headers={"origin": FRONT, "access-control-request-method": "POST"})
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == FRONT
        assert "content-type" in preflight.headers["access-control-allow-headers"]
        answer = other.post(**ask, headers={"origin": FRONT})
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == FRONT
        assert "access-control-allow-credentials" not in answer.headers
        for origin in ("https://evil.example", "null", FRONT + ".evil.example", "http://front.example.org"):
            assert other.post(**ask, headers={"origin": origin}).status_code == 403
            assert other.options("/api/ask", headers={"origin": origin}).status_code == 405
        for path in ("/", "/config", "/gradio_api/queue/join"):
            assert "access-control-allow-origin" not in other.get(path, headers={"origin": FRONT}).headers
        assert other.post("/gradio_api/queue/join", json={}, headers={"origin": FRONT}).status_code == 403


def test_accounts_guard_the_api_and_a_client_names_one(tmp_path):
    guarded = start(site().index, tmp_path, "--auth", str(accounts_file(tmp_path, "読者:open sesame")))
    with httpx.Client(base_url=guarded.url, timeout=60, trust_env=False) as http:
        for call in (
            ("POST", "/api/ask"),
            ("POST", "/api/search"),
            ("POST", "/v1/chat/completions"),
            ("GET", "/v1/models"),
        ):
            for headers in (
                {},
                {"authorization": "Bearer x"},
                {"authorization": "Basic !"},
                {"authorization": "Bearer 読者:x".encode()},
            ):
                refused = http.request(*call, json={"question": QUESTION}, headers=headers)
                assert refused.status_code == 401
                assert "実験" not in refused.text
    bot = rag.Client(guarded.url, auth=("読者", "open sesame"))
    assert bot.ask(QUESTION).answered
    with pytest.raises(rag.RagError, match="say who you are"):
        rag.Client(guarded.url).ask(QUESTION)


def test_answers_are_valid_utf_8_json_whatever_is_asked(http):
    for question in ("\ud800食パン", "食パン\x00\x1b[31m", "ｶﾞ㍿\ufdfa" * 100):
        answer = http.post(
            "/api/ask", content=json.dumps({"question": question}), headers={"content-type": "application/json"}
        )
        assert list(json.loads(answer.content.decode("utf-8"))) == ANSWER_KEYS


def test_no_other_site_reads_a_server_under_a_name_of_its_own(tmp_path):
    """Gradio by itself lets any site read a server that isn't called localhost, with the reader's cookies."""
    public = start(site().index, tmp_path, "--public-url", "https://blog.example.org/ask")
    with httpx.Client(base_url=public.url, timeout=60, trust_env=False) as http:
        for path in ("/", "/config", "/healthz", "/gradio_api/openapi.json"):
            answer = http.get(path, headers={"origin": "https://evil.example", "host": "blog.example.org"})
            assert answer.status_code == 200
            assert not [name for name in answer.headers if name.startswith("access-control")]
        asked = {"url": "/api/ask", "json": {"question": QUESTION}}
        own = {"origin": "https://blog.example.org"}
        assert http.post(**asked, headers={**own, "host": "blog.example.org"}).status_code == 200
        assert http.post(**asked, headers=own).status_code == 200, "nginx without proxy_set_header Host"
        for origin in ("http://blog.example.org", "https://blog.example.org.evil.example", "https://evil.example"):
            assert http.post(**asked, headers={"origin": origin}).status_code == 403
        refused = http.get("/healthz", headers={"host": "other.example.org"})
        assert refused.status_code == 400
        assert "--public-url https://other.example.org" in refused.text


def test_a_long_conversation_is_taken_whole_and_a_larger_one_refused(http):
    turns = [["窯の話" * 100, "長い答え" * 1000]] * 25
    assert http.post("/api/ask", json={"question": "食パンは？", "history": turns}).status_code == 200
    assert http.post("/api/ask", json={"question": "食パンは？", "history": turns * 4}).status_code == 413
