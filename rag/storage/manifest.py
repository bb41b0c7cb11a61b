"""What CURRENT and MANIFEST.json say, and whether the files are as they say. Reads only; takes no lock.

Knows nothing of how a generation is made or replaced (`rag.storage.generation`), or of what its files hold.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import IndexDamaged, IndexMismatch, IndexMissing, UnusableIndex
from rag.storage import disk

FORMAT = 1
CURRENT, MANIFEST = "CURRENT", "MANIFEST.json"
FOLDER = re.compile(r"g-[0-9a-f]{16}")

#: The same in every format, so that any version of this program finds the manifest, and the format in it.
_POINTER = '{"gen": "%s", "manifest_sha256": "%s"}\n'
_POINTER_PATTERN = re.compile(rb'\{"gen": "(g-[0-9a-f]{16})", "manifest_sha256": "([0-9a-f]{64})"\}\n')
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CURRENT_LIMIT = 4096  # bytes; a real one has 120
_MANIFEST_LIMIT = 1 << 26  # bytes; guards memory against a file that isn't ours
HASHERS = 2  # threads; more would take the processor from whoever is being served during a check
_LOST = {errno.ENOENT, errno.ENOTDIR, errno.EINVAL, errno.ELOOP, errno.ENXIO, errno.EFBIG}  # missing, or no plain file


@dataclass(frozen=True)
class Generation:
    """One complete copy of the index: a folder and its manifest, which are never changed after they were published.

    The manifest has "format", "id", "seq", "created" (UTC, for people), "meta", "files" ({name: {"size", "sha256"}})
    and "seal", the SHA-256 of all the rest.
    """

    id: str
    path: Path
    manifest: dict[str, Any]

    @property
    def seq(self) -> int:
        """A later generation has a greater number; clocks play no part."""
        return int(self.manifest["seq"])

    @property
    def meta(self) -> dict[str, Any]:
        """What the builder gave to `publish`."""
        return dict(self.manifest["meta"])

    @property
    def size(self) -> int:
        """Bytes of all files but the manifest."""
        return sum(entry["size"] for entry in self.manifest["files"].values())


def read_pointer(root: Path) -> tuple[str, str]:
    """Id and manifest hash of the generation in use. Raises IndexMissing, IndexDamaged, UnusableIndex."""
    with reading(root):
        try:
            data = disk.read(root / CURRENT, _CURRENT_LIMIT)
        except (FileNotFoundError, NotADirectoryError):
            raise IndexMissing(f"{root} holds no index. Build one with `rag build POSTS --index {root}`.") from None
    match = _POINTER_PATTERN.fullmatch(data)
    if match is None:
        raise damaged(root / CURRENT, "altered")
    return match[1].decode(), match[2].decode()


def pointer_to(generation: Generation) -> bytes:
    """The content of CURRENT that puts a generation in use."""
    return (_POINTER % (generation.id, _sha256(dump(generation.manifest)))).encode()


def seal(body: dict[str, Any]) -> bytes:
    """The content of a manifest, its seal added. ValueError or TypeError for what JSON can't hold."""
    return dump(body | {"seal": _sha256(dump(body))})


def dump(value: object) -> bytes:
    """JSON in the one form that is accepted back, so that no altered byte can mean the same."""
    return json.dumps(value, sort_keys=True, indent=1, allow_nan=False).encode("ascii")


def read(path: Path, manifest_sha256: str | None = None) -> Generation:
    """The generation in a folder by its manifest alone, whatever became of the files. Raises as `load` does."""
    with reading(path):
        data = disk.read(path / MANIFEST, _MANIFEST_LIMIT)
        if manifest_sha256 not in (None, _sha256(data)):
            raise damaged(path / MANIFEST, "altered")
        return Generation(path.name, path, _parse(path / MANIFEST, data))


def load(path: Path, manifest_sha256: str | None = None) -> Generation:
    """The generation in a folder: manifest sound, files all there, of the right size, and no others. Hashes no file.

    Raises IndexDamaged, IndexMismatch for another format, UnusableIndex when something may not be read.
    """
    with reading(path):
        generation = read(path, manifest_sha256)
        files = generation.manifest["files"]
        for name, entry in files.items():
            size = disk.size(path / name)
            if size != entry["size"]:
                raise damaged(path / name, f"{size:,} bytes long instead of {entry['size']:,}")
        for name in disk.names(path):
            # SQLite would replay a journal laid beside its file. Names with a dot come from file managers.
            if name not in files and name != MANIFEST and not name.startswith("."):
                raise damaged(path / name, "no part of the index")
        return generation


def verify(generation: Generation) -> None:
    """Hash every file. Raises IndexDamaged naming those whose bytes are not what was published."""
    files = generation.manifest["files"]
    with reading(generation.path), ThreadPoolExecutor(HASHERS) as pool:
        hashes = pool.map(disk.sha256, [generation.path / name for name in files])
        altered = [name for name, found in zip(files, hashes, strict=True) if found != files[name]["sha256"]]
    if altered:
        raise damaged(generation.path / altered[0], "altered" + "".join(f", so is {name}" for name in altered[1:]))


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Turns what the system says about a file in `folder`, or about no known file, into what it means for the index."""
    try:
        yield
    except OSError as exc:
        if not concerns(exc, folder):
            raise
        path = exc.filename or folder
        if exc.errno in _LOST:
            raise damaged(path, f"missing or no plain file ({exc.strerror})") from exc
        raise UnusableIndex(
            f"{path} can't be read: {exc.strerror or exc}. Check its permissions and the disk."
        ) from exc


def concerns(exc: OSError, folder: Path) -> bool:
    """Whether an error is about something in `folder`, or about no known file."""
    return exc.filename is None or Path(str(exc.filename)).absolute().is_relative_to(folder.absolute())


def damaged(path: Path | str, how: str) -> IndexDamaged:
    """The error for a file that is not as it was published."""
    return IndexDamaged(
        f"{path} is {how}. Return to the index before with `rag rollback`, or build it anew with `rag build --rebuild`."
    )


def _parse(path: Path, data: bytes) -> dict[str, Any]:
    """A manifest in this format whose seal is right and whose parts have their types."""
    try:
        manifest = json.loads(data)
        version = manifest["format"]
        if type(version) is int and version != FORMAT:
            step = "Update this program" if version > FORMAT else "Build the index anew with `rag build --rebuild`"
            raise IndexMismatch(f"{path} has format {version}, this program reads format {FORMAT}. {step}.")
        body = {key: value for key, value in manifest.items() if key != "seal"}
        sound = data == seal(body) and _well_formed(path, manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise damaged(path, "altered")
    return dict(manifest)


def _well_formed(path: Path, manifest: dict[str, Any]) -> bool:
    return (
        type(manifest["format"]) is int
        and manifest["id"] == path.parent.name
        and type(manifest["seq"]) is int
        and isinstance(manifest["meta"], dict)
        and all(
            Path(name).name == name not in (MANIFEST, "..", "")
            and 0 not in os.fsencode(name)
            and type(entry["size"]) is int
            and _SHA256.fullmatch(entry["sha256"]) is not None
            for name, entry in manifest["files"].items()
        )
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
