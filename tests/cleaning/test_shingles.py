"""Shared shingles: the same shares as a slow count, and every copy found in linear time."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.cleaning.shingles import WIDTH, overlaps


def shingles(text: str) -> set[str]:
    return {text[at : at + WIDTH] for at in range(len(text) - WIDTH + 1)}


def slow(keys: list[str], least: float) -> list[tuple[int, int, float]]:
    found = []
    for i, j in combinations(range(len(keys)), 2):
        a, b = shingles(keys[i]), shingles(keys[j])
        share = len(a & b) / min(len(a), len(b)) if len(a & b) > 1 else 0
        if share >= least:
            found.append((i, j, pytest.approx(share)))
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="窯粉水塩", min_size=0, max_size=30), max_size=10))
def test_shares_are_those_of_a_slow_count(keys: list[str]) -> None:
    i, j, share = overlaps(keys, 0.3, sample=1)
    assert list(zip(i.tolist(), j.tolist(), share.tolist(), strict=True)) == slow(keys, 0.3)


def test_a_sample_estimates_the_share() -> None:
    one = "".join(chr(0x4E00 + n) for n in range(4000))
    i, j, share = overlaps([one, one[:2000] + one[:2000][::-1]], 0.2, sample=4)
    assert (i.tolist(), j.tolist()) == ([0], [1])
    assert share[0] == pytest.approx(0.5, abs=0.05)


def test_nothing_shared_and_nothing_given() -> None:
    for keys in ([], ["窯"], ["窯は北向きに建てる", "粉は三種類を混ぜる"], ["", ""]):
        assert [len(column) for column in overlaps(keys, 0.5, sample=1)] == [0, 0, 0]


def test_of_many_copies_each_is_linked_to_the_next() -> None:
    """Work must not grow with the square of a group of copies."""
    text = "窯の温度は二百八十度まで上がります"
    i, j, share = overlaps([text] * 500, 0.5, sample=1)
    assert set(zip(i.tolist(), j.tolist(), strict=True)) >= {(n, n + 1) for n in range(499)}
    assert len(i) < 500 * 17
    assert (share == 1).all()


def test_half_a_surrogate_pair_is_a_letter_like_others() -> None:
    i, _, _ = overlaps(["窯の温度は\ud800二百八十度", "窯の温度は\ud800二百八十度"], 0.5, sample=1)
    assert len(i) == 1
