"""Vectors that were computed are there after any end of the process; what is not whole is computed again."""

import shutil

import numpy as np
import pytest

from rag.errors import StorageError
from rag.storage.vector_log import FILE, VectorLog
from tests.faults import processes, stub
from tests.faults.deepening import numbers_in, rows


def test_what_was_added_is_read_back_in_order(tmp_path):
    log = VectorLog(tmp_path, "m")
    assert (len(log), log.keys.shape, log.vectors.shape) == (0, (0, 2), (0, 0))
    log.append(*rows(3, 1))
    log.append(*rows(2))
    assert numbers_in(log) == numbers_in(VectorLog(tmp_path, "m")) == [3, 1, 2]
    assert log.vectors.dtype == np.float16


def test_vectors_of_another_model_are_not_used_and_are_replaced_by_the_first_of_this_one(tmp_path):
    VectorLog(tmp_path, "m").append(*rows(1))
    other = VectorLog(tmp_path, "other")
    assert len(other) == 0
    other.append(np.ones((1, 2), np.uint64), np.ones((1, 7), np.float16))
    assert VectorLog(tmp_path, "other").vectors.shape == (1, 7)
    assert len(VectorLog(tmp_path, "m")) == 0


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"{}\n", b"[]\n", b'{"model": "m", "dim": -1}\n', b'{"model": "m", "dim": "4"}\n', b"x" * 5_000],
)
def test_what_is_no_log_is_none(tmp_path, data):
    (tmp_path / FILE).write_bytes(data)
    log = VectorLog(tmp_path, "m")
    assert len(log) == 0
    log.append(*rows(1))
    assert numbers_in(VectorLog(tmp_path, "m")) == [1]


def test_a_file_cut_at_any_byte_keeps_its_whole_records_and_can_be_added_to(tmp_path):
    VectorLog(tmp_path, "m").append(*rows(1, 2))
    data = (tmp_path / FILE).read_bytes()
    header = data.index(b"\n") + 1
    size = (len(data) - header) // 2
    for cut in range(len(data)):
        (tmp_path / FILE).write_bytes(data[:cut])
        log = VectorLog(tmp_path, "m")
        whole = [1, 2][: max(0, cut - header) // size]
        assert numbers_in(log) == whole
        log.append(*rows(7))
        assert numbers_in(VectorLog(tmp_path, "m")) == [*whole, 7]


def test_a_record_with_any_bit_flipped_is_left_out_and_the_others_stay(tmp_path):
    VectorLog(tmp_path, "m").append(*rows(1, 2, 3))
    data = (tmp_path / FILE).read_bytes()
    header = data.index(b"\n") + 1
    size = (len(data) - header) // 3
    for bit in range(8 * size):
        altered = bytearray(data)
        altered[header + size + bit // 8] ^= 1 << bit % 8
        (tmp_path / FILE).write_bytes(altered)
        assert numbers_in(VectorLog(tmp_path, "m")) == [1, 3]


def test_removing_it_forgets_all_and_it_can_be_begun_anew(tmp_path):
    log = VectorLog(tmp_path, "m")
    log.append(*rows(1))
    log.remove()
    assert (len(log), (tmp_path / FILE).exists()) == (0, False)
    log.append(*rows(2))
    assert numbers_in(VectorLog(tmp_path, "m")) == [2]


def test_a_disk_that_refuses_is_said_with_the_file_and_the_next_step(tmp_path):
    log = VectorLog(tmp_path, "m")
    shutil.rmtree(tmp_path)
    with pytest.raises(StorageError, match=r"VECTORS.*can't be written: No such file"):
        log.append(*rows(1))


def test_kills_while_it_grows_lose_nothing_but_the_batch_in_hand():
    with stub.empty_folder() as base:
        assert processes.run("log_kills", base, 100)["bad"] == []
