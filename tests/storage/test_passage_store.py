"""What is written comes back, filters are exact, and the same input gives the same bytes."""

import sqlite3

import numpy as np
import pytest

from rag.errors import IndexDamaged
from rag.storage.passage_store import PassageStore
from rag.storage.passage_writer import FILE, write_store
from rag.types import Copy, Dropped, Filters, Passage, Post


def _passage(i, **changes):
    fields = {
        "id": f"{i:016x}",
        "text": f"本文{i}",
        "title": "題",
        "heading": "章 › 節",
        "post": f"p{i % 3}.md",
        "url": "/p/",
        "date": f"2025-0{i % 3 + 1}-01",
        "tags": ("パン", "O'Brien"),
        "categories": (),
        "start_line": 9 - i,
        "end_line": 9 - i,
        "also_in": (),
    }
    return Passage(**{**fields, **changes})


PASSAGES = [
    _passage(0),
    _passage(1, tags=(), date=""),
    _passage(2, also_in=(Copy("b.md", "/b/", "2025-01-01"),)),
    _passage(3),
]
POSTS = [Post(p.post, p.title, p.date, p.url, p.tags, p.categories, "", 1, f"d{i}") for i, p in enumerate(PASSAGES[:3])]
DROPPED = [Dropped("p1.md", 3, 4, "marker", "---END---"), Dropped("p0.md", 1, 1, "repeat", "同じ")]


@pytest.fixture
def store(tmp_path):
    write_store(tmp_path, POSTS, PASSAGES, DROPPED)
    opened = PassageStore(tmp_path)
    yield opened
    opened.close()


def test_passages_come_back_as_they_were(store):
    assert list(store.all()) == PASSAGES
    assert store.get([2, 0]) == [PASSAGES[2], PASSAGES[0]]
    assert len(store) == 4


def test_an_unknown_row_is_a_key_error(store):
    with pytest.raises(KeyError):
        store.get([4])


def test_passages_of_a_post_come_in_the_order_of_the_post(store):
    assert [p.start_line for p in store.of_post("p0.md")] == [6, 9]
    assert store.of_post("nothing.md") == []


def test_filters(store):
    def rows(**limits):
        return store.rows_matching(Filters(**limits)).tolist()

    assert rows(since="2025-02-01") == [2]
    assert rows(until="2025-01-31") == [0, 3]  # a post without a date is in no period
    assert rows(tags=("O'Brien",)) == [0, 2, 3]
    assert rows(tags=("' OR 1=1 --",)) == []
    assert rows() == [0, 1, 2, 3]
    assert store.rows_matching(Filters()).dtype == np.int64


def test_drops_by_reason_and_post(store):
    assert [d.post for d in store.dropped()] == ["p0.md", "p1.md"]
    assert store.dropped(reason="marker") == [DROPPED[0]]
    assert store.dropped(post="p0.md") == [DROPPED[1]]


def test_more_rows_are_read_than_sqlite_takes_values_in_one_query(tmp_path):
    """34,000 passages that waited for the transformer were asked for at once; SQLite is often built for 32,766."""
    passages = [_passage(i) for i in range(2_500)]
    write_store(tmp_path, POSTS, passages, [])
    store = PassageStore(tmp_path)
    store._db.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    backwards = range(len(passages) - 1, -1, -1)
    assert [p.id for p in store.get(backwards)] == [passages[i].id for i in backwards]
    assert [p.id for p in store.all()] == [p.id for p in passages]
    store.close()


def test_facets_count_posts(store):
    assert store.facets() == {"tags": [("O'Brien", 2), ("パン", 2)], "categories": [], "authors": []}


def test_digests_and_posts(store):
    assert store.digests() == {"p0.md": ("d0", "/p/"), "p1.md": ("d1", "/p/"), "p2.md": ("d2", "/p/")}
    assert store.posts()[0] == ("p0.md", "題", "2025-01-01", "/p/")


def test_the_same_input_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_store(tmp_path / name, POSTS, PASSAGES, DROPPED)
    assert (tmp_path / "a" / FILE).read_bytes() == (tmp_path / "b" / FILE).read_bytes()


@pytest.mark.parametrize("name", ["plain", "a?b#c%20d 'e"])  # SQLite is told where by an address
def test_rows_that_stood_there_before_are_copied_and_the_bytes_are_those_of_a_full_write(tmp_path, name):
    old, full, copied = (tmp_path / name / part for part in ("old", "full", "copied"))
    for folder in (old, full, copied):
        folder.mkdir(parents=True)
    other_copies = _passage(2, also_in=(Copy("c.md", "/c/", "2025-02-02"),))
    now = [_passage(7, text="新" * 30_000), PASSAGES[0], PASSAGES[1], other_copies, _passage(8), PASSAGES[3]]
    write_store(old, POSTS, PASSAGES, DROPPED)
    write_store(full, POSTS, now, DROPPED)
    write_store(copied, POSTS, now, DROPPED, standing=np.array([-1, 0, 1, 2, -1, 3]), before=old)
    assert (copied / FILE).read_bytes() == (full / FILE).read_bytes()


def test_what_stood_there_is_copied_not_written_again(tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    write_store(tmp_path / "old", POSTS, [_passage(0, text="前の本文"), PASSAGES[3]], DROPPED)
    write_store(tmp_path / "new", POSTS, [PASSAGES[0], PASSAGES[3]], DROPPED, (), np.array([0, 1]), tmp_path / "old")
    opened = PassageStore(tmp_path / "new")
    assert [p.text for p in opened.all()] == ["前の本文", "本文3"]
    opened.close()


def test_a_file_that_is_no_database_is_damage(tmp_path):
    (tmp_path / FILE).write_bytes(b"not a database, but long enough to look at " * 50)
    with pytest.raises(IndexDamaged, match=r"passages.sqlite can't be read"):
        PassageStore(tmp_path)
