"""Posts put into the folder of posts: names made safe, nothing overwritten unasked, each on the disk when it is told.

Knows nothing about where they come from; an index takes them in with its next build.
"""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.errors import PostsError, StorageError
from rag.posts.load import MAX_BYTES, SUFFIXES, find_posts, read_bytes, unreadable
from rag.posts.parse import parse_post
from rag.storage import disk
from rag.text.unicode import NotText, decode, repair

MAX_FILES = 200  # at once; a whole blog is moved with the file manager
_MAX_NAME = 200  # bytes of UTF-8; file systems take 255
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')

Outcome = Literal["added", "replaced", "same", "exists", "refused"]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file. `note` says why it was refused, or what its owner should know."""

    name: str
    outcome: Outcome
    note: str = ""


def add_posts(folder: Path, files: Sequence[tuple[str, bytes]], *, replace: bool = False) -> list[Added]:
    """Put each (name, bytes) that is a post into `folder`, in this order.

    A post that is there under the same name is left alone unless `replace`. Raises PostsError when there is no such
    folder, StorageError when the disk refuses; what was told before is then complete.
    """
    if not folder.is_dir():
        raise PostsError(f"there is no folder {str(folder)!r}; give the folder that holds your Markdown posts")
    told = []
    for name, data in files[:MAX_FILES]:
        try:
            told.append(_add(folder, safe_name(name), data, replace))
        except OSError as error:
            raise StorageError(f"{name} can't be written ({error.strerror}); the posts before it are there") from error
    return told + [Added(safe_name(n), "refused", f"more than {MAX_FILES} files at once") for n, _ in files[MAX_FILES:]]


def _add(folder: Path, name: str, data: bytes, replace: bool) -> Added:
    why = _why_not(name, data)
    if why:
        return Added(name, "refused", why)
    path, outcome = folder / name, "added"
    if os.path.lexists(path):
        if path.is_symlink() or not path.is_file():
            return Added(name, "refused", "something that is no file has this name")
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return Added(name, "same")
        if not replace:
            return Added(name, "exists")
        outcome = "replaced"
    part = folder / f".{secrets.token_hex(8)}.part"  # hidden from builds, which may run meanwhile
    try:
        disk.replace(path, data, via=part)
    finally:
        disk.remove_file(part)
    disk.sync_folder(folder)
    _, problems = parse_post(name, data)  # a draft, or dated in the future: it is taken in when it comes due
    return Added(name, "replaced" if outcome == "replaced" else "added", problems[0].reason if problems else "")


def _why_not(name: str, data: bytes) -> str:
    """Why these bytes are no post; "" when they are."""
    if Path(name).suffix.lower() not in SUFFIXES:
        return "is no Markdown file (.md)"
    if len(data) > MAX_BYTES:
        return f"is larger than {MAX_BYTES:,} bytes"
    try:
        return "" if decode(data).strip() else "is empty"
    except NotText as error:
        return str(error)


def safe_name(name: str) -> str:
    """The last part of a file name, safe on any file system, never hidden; the suffix stays."""
    base = _UNSAFE.sub("-", repair(unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])))
    named = Path(base.strip(". ") or "post")
    room = _MAX_NAME - len(named.suffix.encode())
    return (named.stem.encode()[:room].decode(errors="ignore").strip() or "post") + named.suffix


def read_folder(folder: Path) -> tuple[list[tuple[str, bytes]], list[Added]]:
    """(name, bytes) of the first posts under a folder, and those that can't be read. Raises PostsError."""
    found, problems = find_posts(folder)
    files, refused = [], [Added(p.path, "refused", p.reason) for p in problems]
    for name, path in found[: MAX_FILES + 1]:  # one more, so that `add_posts` tells that there are more
        try:
            files.append((name, read_bytes(path)))
        except OSError as error:
            refused.append(Added(name, "refused", unreadable(name, error).reason))
    return files, refused
