"""Finds the posts of a folder and reads each into a Post. Knows nothing about what is in a file.

A file that can't be read, or is not meant to be, becomes a Problem with its reason; only the folder itself can fail.
Three steps: `find_posts` lists, `read_bytes` reads, `rag.posts.parse` understands.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from rag.errors import PostsError
from rag.posts.options import PLAIN, Options
from rag.posts.parse import parse_post
from rag.types import Post, Problem

SUFFIXES = frozenset({".md", ".markdown", ".mkdown", ".mkdn", ".mkd"})  # Jekyll's
_OTHER_SUFFIXES = {".mdx": "is MDX, which is not read; save it as .md"}
MAX_BYTES = 2_000_000  # the longest real post seen holds 60 KB; a larger file is a log or an export
#: Other people's files, and what Jekyll generates: posts once more.
_SKIPPED_FOLDERS = frozenset({"node_modules", "bower_components", "_site"})
#: The same where a site's own folders are beside it; elsewhere a category may be called so.
_SKIPPED_IN_SITES = frozenset(
    {"vendor", "themes", "exampleSite", "public", "archetypes", "scaffolds", "_includes", "_layouts", "layouts"}
)
_OF_SITES = re.compile(r"_posts|content|archetypes|scaffolds|(?:_?config|hugo|zola)\.(?:toml|ya?ml|json)")
_GEMS = ("bundle", "cache", "gems", "ruby")  # in a `vendor` that is Bundler's, wherever it lies
#: What a system's file manager adds to the name of a copy.
_COPY_END = re.compile(
    r"(?i)(?:[ _-]+(?:copy|kopie|copie|copia|cópia)|[ _-]?(?:のコピー|コピー|副本|복사본)| \(\d+\))(?: \d+)?$"
)
#: A copy whose text is another, as far as one line in so many, was made to write a new post.
_NEW_LINES = 10
_SHARES = "shares the address"
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")

#: From a file's name and bytes the post and its problems as they are known already, or None.
Known = Callable[[str, bytes], tuple[Post, Sequence[Problem]] | None]


def load_posts(
    folder: str | Path, options: Options = PLAIN, *, today: str = "", max_bytes: int = MAX_BYTES,
    known: Known = lambda name, data: None,
) -> tuple[list[Post], list[Problem], int]:  # fmt: skip
    """Every post under `folder`, in order of path; what was left out or repaired, likewise; and the bytes read.

    `known` may return what it has of a file from before, instead of its being parsed. Raises PostsError when the folder
    itself can't be read.
    """
    found, problems = find_posts(Path(folder))
    posts, total, paths = list[Post](), 0, dict(found)
    for name, path in found:
        try:
            data = read_bytes(path, max_bytes)
        except OSError as error:
            problems.append(unreadable(name, error))
            continue
        total += len(data)
        original = _original_of(name, paths)
        if original and _is_twin(data, paths[original], max_bytes):
            problems.append(Problem(name, f"is a copy of {original}, by its name and its text"))
            continue
        post, its_problems = known(name, data) or parse_post(name, data, options, today)
        problems += (p for p in its_problems if not p.reason.startswith(_SHARES))
        if post:
            posts.append(post)
    problems += _sharing(posts)
    return posts, sorted(problems, key=lambda problem: problem.path), total


def _sharing(posts: Sequence[Post]) -> Iterator[Problem]:
    """Each post that has the address of one before it."""
    first: dict[str, str] = {}
    for post in posts:
        if (other := first.setdefault(post.url, post.path)) != post.path:
            yield Problem(post.path, f"{_SHARES} {post.url} with {other}", skipped=False)


def find_posts(folder: Path) -> tuple[list[tuple[str, Path]], list[Problem]]:
    """The Markdown files under `folder`: (name, path) pairs in order of name, where name is relative, with "/".

    Hidden files and folders are not looked at. Folders of others' files, such as node_modules, are left out, links are
    not followed, and what is no regular file is not opened: these are reported. Names are kept as the disk has them
    (composed and decomposed twins are two posts), except that bytes which are not UTF-8 and control characters are
    written as \\xff.
    Raises PostsError when there is no such folder, or it can't be listed.
    """
    _check_folder(folder)
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    folders = [folder]
    while folders:
        parent = folders.pop()
        try:
            entries = sorted(parent.iterdir())
        except OSError as error:  # unreadable, or gone since it was listed
            problems.append(unreadable(_name(parent, folder), error))
            continue
        of_site = any(_OF_SITES.fullmatch(path.name) for path in entries)
        for path in entries:
            kind, reason = _kind(path, of_site)
            if kind == "folder":
                folders.append(path)
            if kind != "post" and not reason:
                continue
            name = _name(path, folder)
            if reason or name in found:
                problems.append(Problem(name, reason or "its name reads the same as another's; rename one"))
            else:
                found[name] = path
    return sorted(found.items()), sorted(problems, key=lambda problem: problem.path)


def _original_of(name: str, names: Collection[str]) -> str:
    """The file of which another is a copy by its name, "post copy.md" beside "post.md"; "" when it is none."""
    stem, _, suffix = name.rpartition(".")
    found = _COPY_END.search(stem)
    original = f"{stem[: found.start()]}.{suffix}" if found else ""
    return original if original in names else ""


def _is_twin(data: bytes, original: Path, max_bytes: int) -> bool:
    """Whether nearly every line of a copy is one of the original, which need not have stayed as it was."""
    try:
        lines, others = data.split(b"\n"), set(read_bytes(original, max_bytes).split(b"\n"))
    except OSError:
        return False
    return sum(line not in others for line in lines) * _NEW_LINES <= len(lines)


def _kind(path: Path, of_site: bool) -> tuple[str, str]:
    """ "folder", "post" or "" for what is passed over; and why, where the blog's owner should hear of it."""
    if path.name.startswith("."):
        return "", ""
    gems = path.name == "vendor" and any((path / name).is_dir() for name in _GEMS)
    if path.name in _SKIPPED_FOLDERS or gems or (of_site and path.name in _SKIPPED_IN_SITES):
        return "", "is left out: such a folder holds no posts of one's own" if path.is_dir() else ""
    if other := _OTHER_SUFFIXES.get(path.suffix.lower()):
        return "", other
    markdown = path.suffix.lower() in SUFFIXES
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            return "", "is a link; links are not followed" if markdown or path.is_dir() else ""
    except OSError as error:
        return "", f"can't be read: {error.strerror}" if markdown else ""
    if stat.S_ISDIR(mode):
        return "folder", ""
    if markdown and not stat.S_ISREG(mode):
        return "", "is not a regular file"
    return "post" if markdown else "", ""


def _check_folder(folder: Path) -> None:
    advice = "give the folder that holds your Markdown posts, such as _posts"
    try:
        mode = folder.stat().st_mode
        if stat.S_ISDIR(mode):
            next(folder.iterdir(), None)
            return
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PostsError(f"there is no folder {str(folder)!r}; {advice}") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise PostsError(f"the folder {str(folder)!r} can't be read ({reason}); check its permissions") from error
    raise PostsError(f"{str(folder)!r} is a file, not a folder; {advice}")


def _name(path: Path, folder: Path) -> str:
    written = os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "backslashreplace")
    return _UNPRINTABLE.sub(lambda c: f"\\x{ord(c[0]):02x}", written)


def unreadable(name: str, error: OSError) -> Problem:
    """What to report for a file that `read_bytes` refused."""
    return Problem(name, f"can't be read: {error.strerror}")


def read_bytes(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """The file's bytes. Never follows a link, waits on a pipe, or reads more than `max_bytes` + 1.

    Raises OSError, whose `strerror` says why: too large (errno EFBIG), not a regular file, or as the system has it.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        data = b"" if status.st_size > max_bytes else file.read(status.st_size + 1)
        if len(data) > status.st_size:  # it grew; to ask for so much at once would take that much memory for each post
            data += file.read(max_bytes + 1 - len(data))
        if status.st_size > max_bytes or len(data) > max_bytes:  # the second: it grew while it was read
            raise OSError(errno.EFBIG, f"it is larger than {max_bytes:,} bytes", str(path))
    return data
