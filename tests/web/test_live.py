"""A server goes on answering while its index is replaced, damaged or taken away: no failed request, no step back."""

import shutil
import threading
import time

import httpx
import pytest

import rag
from rag.web.live import LiveChatbot
from tests.conftest import POSTS, write_post
from tests.serving import start
from tests.web.test_over_http import call

PUBLISHES = 6
QUESTION = "この索引は第何版？"


def write_version(folder, number):
    write_post(folder, "2025-09-09-version.md", "版のこと", "2025-09-09", ["版"], [],
               f"この索引は第{number}版であり、前の版は第{number - 1}版と呼ばれていた。")  # fmt: skip


@pytest.fixture
def posts(tmp_path):
    folder = tmp_path / "posts"
    folder.mkdir()
    for name, fields in POSTS.items():
        write_post(folder, name, *fields)
    write_version(folder, 1)
    return folder


def version_of(passage):
    return int(passage["text"].partition("第")[2].partition("版")[0])


def until(holds):
    """Wait for something that the server does in the background."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_server_swaps_generations_without_a_failed_request_and_keeps_the_last_good_one(posts, tmp_path):
    index = tmp_path / "ix"
    rag.build_index(posts, index).close()
    site = start(index, tmp_path)
    seen, failures, done = ([1], [1]), [], threading.Event()

    def ask(own):
        with httpx.Client(base_url=site.url, timeout=60, trust_env=False) as http:
            while not done.is_set():
                event, found = call(http, "search", QUESTION, k=1)
                if event != "complete" or not found[0]:
                    failures.append((event, found))
                else:
                    own.append(version_of(found[0][0]))

    readers = [threading.Thread(target=ask, args=[own]) for own in seen]
    for reader in readers:
        reader.start()
    with httpx.Client(base_url=site.url, timeout=60, trust_env=False) as http:

        def health():
            return http.get("/healthz").json()

        def publish(number):
            write_version(posts, number)
            return rag.build_index(posts, index).generation

        for number in range(2, PUBLISHES + 1):
            made = publish(number)
            until(lambda made=made: health()["generation"] == made.id)
        until(lambda: all(own[-1] == PUBLISHES for own in seen))
        done.set()
        for reader in readers:
            reader.join()
        assert failures == []
        assert all(own == sorted(own) for own in seen)

        good = health()
        damaged = publish(PUBLISHES + 1)
        (damaged.path / "vectors.npy").unlink()  # cutting it short would kill a server that has mapped it already
        shutil.move(index, tmp_path / "away")
        until(lambda: health()["status"] == "degraded")
        assert health()["problem"] == "the index folder is gone or damaged"
        assert call(http, "search", "石窯は何度？", k=1)[0] == "complete"
        shutil.move(tmp_path / "away", index)
        assert good["status"] == "ok"


def test_readers_never_see_an_older_generation(posts, tmp_path):
    rag.build_index(posts, tmp_path / "ix").close()
    bot, stop, seen = LiveChatbot(tmp_path / "ix"), threading.Event(), [1]
    following = bot.follow(stop, every=0.01)
    for number in range(2, 12):
        write_version(posts, number)
        rag.build_index(posts, tmp_path / "ix").close()
        while seen[-1] < number:
            seen.append(version_of({"text": bot.index.search(QUESTION, k=1)[0].passage.text}))
    stop.set()
    following.join()
    assert seen == sorted(seen)


def test_an_answer_comes_from_the_generation_it_was_begun_with(posts, tmp_path):
    rag.build_index(posts, tmp_path / "ix").close()
    bot = LiveChatbot(tmp_path / "ix")

    class Slow:
        name = "slow"

        def stream(self, prompt):
            write_version(posts, 2)
            rag.build_index(posts, tmp_path / "ix").close()
            assert bot.refresh()
            yield "この索引は第1版です [1]。"

    bot.generator = Slow()
    answer = bot.ask(QUESTION, [])
    assert {version_of({"text": c.passage.text}) for c in answer.citations} == {1}
    bot.generator = None
    assert {version_of({"text": c.passage.text}) for c in bot.ask(QUESTION, []).citations} == {2}


def test_a_damaged_generation_is_not_taken_and_the_next_good_one_is(posts, tmp_path):
    rag.build_index(posts, tmp_path / "ix").close()
    bot = LiveChatbot(tmp_path / "ix")
    good = bot.index.generation.id
    write_version(posts, 2)
    damaged = rag.build_index(posts, tmp_path / "ix").generation
    (damaged.path / "vectors.npy").write_bytes(b"")
    assert not bot.refresh()
    assert (bot.index.generation.id, bot.problem) == (good, "the newer index can't be used")
    assert bot.ask(QUESTION, []).hits
    rag.build_index(posts, tmp_path / "ix").close()
    assert bot.refresh()
    assert bot.problem == ""
    assert version_of({"text": bot.index.search(QUESTION, k=1)[0].passage.text}) == 2
    shutil.rmtree(tmp_path / "ix")
    assert not bot.refresh()
    assert bot.problem == "the index folder is gone or damaged"
    assert bot.ask(QUESTION, []).hits


def test_models_are_shared_by_generations_and_files_of_the_old_one_are_closed(posts, tmp_path):
    rag.build_index(posts, tmp_path / "ix").close()
    bot = LiveChatbot(tmp_path / "ix")
    tokens, store = bot.index.parts.tokens, bot.index.parts.store._db
    write_version(posts, 2)
    rag.build_index(posts, tmp_path / "ix").close()
    assert bot.refresh()
    assert bot.index.parts.tokens is tokens
    with pytest.raises(Exception, match="closed"):
        store.execute("SELECT 1")
