"""A stand-in for an index: the files of build n follow from n, so that any mix of two builds is seen."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.storage import disk, generation
from rag.storage.generation import Generation
from tests.faults.calls import Unsynced

_MEMORY = Path("/dev/shm")  # where thousands of builds take seconds, and wear no disk out


@contextmanager
def empty_folder() -> Iterator[Path]:
    """In memory where that can be; gone afterwards."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as name:
        yield Path(name)


def three_builds(root: Path) -> Path:
    """An index in which builds 2 and 3 are there, and 3 is in use."""
    with Unsynced().installed():
        for n in (1, 2, 3):
            build(root, n)
    return root


def expected(n: int) -> dict[str, bytes]:
    """Name and content of every file of build n: some blocks, less than one, and none."""
    return {"a.bin": random.Random(n).randbytes(1500 + 700 * (n % 3)), "b.json": b'{"n": %d}\n' % n, "c.txt": b""}


def build(root: Path, n: int, *, wait: bool = False) -> Generation:
    with generation.writer(root, wait=wait) as writer:
        for name, data in expected(n).items():
            write(writer.path / name, data)
        return writer.publish({"n": n}, check=lambda path: None)


def write(path: Path, data: bytes) -> None:
    """As a library would: in two pieces, without a sync. Through `disk.os`, so that stand-ins see it."""
    fd = disk.os.open(path, disk.os.O_WRONLY | disk.os.O_CREAT | disk.os.O_EXCL, 0o666)
    try:
        for piece in (data[:1000], data[1000:]):
            while piece:
                piece = piece[disk.os.write(fd, piece) :]
    finally:
        disk.os.close(fd)


def read(root: Path) -> int:
    """The number of the build in use, every file of which must be exactly as that build wrote it."""
    return generation.open_current(root, load)


def load(opened: Generation) -> int:
    files = {path.name: path.read_bytes() for path in opened.path.iterdir() if path.name != "MANIFEST.json"}
    n = opened.meta["n"]
    if files.keys() != expected(n).keys():
        raise FileNotFoundError(2, "a file is gone", str(opened.path))  # listed while the folder was being removed
    assert files == expected(n), f"{opened.id} mixes two builds"
    return int(n)


def folders(root: Path) -> list[str]:
    return sorted(path.name for path in root.glob("g-*"))
