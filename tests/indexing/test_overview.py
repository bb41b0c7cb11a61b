"""The map of the posts: principal axes of their mean vectors, the same on every run."""

import numpy as np
import pytest

import rag
from rag.indexing.overview import FILE, place_posts, read_places
from tests.conftest import POSTS, write_post


def vectors(n=40, dim=8, seed=1):
    rows = np.random.default_rng(seed).normal(size=(n, dim)) * np.arange(dim, 0, -1)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


def test_places_are_the_first_two_principal_axes():
    rows = vectors()
    names = [f"{i:02}.md" for i in range(40)]
    places = place_posts(rows, names, names)
    centred = rows.astype(np.float64) - rows.astype(np.float64).mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    for axis in range(2):
        expected = u[:, axis] * s[axis]
        sign = np.sign(places[:, axis] @ expected)
        assert places[:, axis] == pytest.approx(sign * expected, abs=1e-5)


def test_a_post_lies_at_the_mean_of_its_passages_wherever_they_stand():
    rows = vectors(6)
    mixed = place_posts(rows, ["a", "b", "c", "a", "b", "c"], ["a", "b", "c"])
    order = [0, 3, 1, 4, 2, 5]
    assert place_posts(rows[order], ["a", "a", "b", "b", "c", "c"], ["a", "b", "c"]) == pytest.approx(mixed, abs=1e-6)


def test_posts_without_passages_have_no_place():
    places = place_posts(vectors(2), ["a", "b"], ["a", "x", "b"])
    assert np.isnan(places[1]).all()
    assert np.isfinite(places[[0, 2]]).all()
    assert np.isnan(place_posts(np.empty((0, 8), np.float16), [], ["x"])).all()


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_posts_have_a_place(count):
    names = ["a", "b"][:count]
    assert np.isfinite(place_posts(vectors(count), names, names)).all()


def test_every_build_writes_the_same_map_also_an_incremental_one(tmp_path):
    posts = tmp_path / "posts"
    posts.mkdir()
    for name, fields in POSTS.items():
        write_post(posts, name, *fields)
    rag.build_index(posts, tmp_path / "a").close()
    write_post(
        posts,
        "2025-12-01-new.md",
        "渡し船",
        "2025-12-01",
        [],
        [],
        "霧の渡し船は風の強い日には休み、運賃は二百四十円である。",
    )
    grown = rag.build_index(posts, tmp_path / "a")
    full = rag.build_index(posts, tmp_path / "b")
    assert (grown.generation.path / FILE).read_bytes() == (full.generation.path / FILE).read_bytes()
    places = read_places(full.generation.path)
    assert places.shape == (len(full.posts()), 2)
    assert np.isfinite(places).all()
    grown.close()
    full.close()


def test_an_index_without_a_map_is_no_error(tmp_path):
    assert read_places(tmp_path) is None
    (tmp_path / FILE).write_bytes(b"no array")
    assert read_places(tmp_path) is None
    np.save(tmp_path / FILE, np.zeros(3))
    assert read_places(tmp_path) is None
