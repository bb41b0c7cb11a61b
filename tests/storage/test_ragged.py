"""Rows of different length: what goes in comes out, in whatever order it is asked for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.storage.ragged import Ragged

ROWS = st.lists(st.lists(st.integers(0, 60_000), max_size=5), max_size=8)


def rows_of(ragged):
    return [ragged.row(i).tolist() for i in range(len(ragged))]


@given(ROWS, ROWS, st.data())
def test_rows_are_kept_joined_and_taken(one, other, data):
    joined = Ragged.of(one, np.uint16).then(Ragged.of(other, np.uint16))
    assert rows_of(joined) == one + other
    assert joined.values.dtype == np.uint16
    places = data.draw(st.lists(st.integers(0, len(joined) - 1), max_size=9)) if len(joined) else []
    assert rows_of(joined.take(np.array(places, np.int64))) == [(one + other)[i] for i in places]
