"""Finds the posts of a folder and reads each into a Post. Knows nothing about Markdown beyond a "# " title.

A file that can't be read, or is not meant to be, becomes a Problem with its reason; only the folder itself can fail.
Three steps that a build may call one by one: `find_posts` lists, `read_bytes` reads, `parse_post` understands.
"""

from __future__ import annotations

import datetime
import errno
import hashlib
import os
import re
import stat
import unicodedata
from pathlib import Path

from rag.errors import PostsError
from rag.posts import permalink as permalinks
from rag.posts.front_matter import FrontMatter, day_of, is_false, is_true, read, text_of, words_of
from rag.text.unicode import NotText, decode, repair, unix_lines
from rag.types import Post, Problem

SUFFIXES = frozenset({".md", ".markdown"})
MAX_BYTES = 2_000_000  # the longest real post seen holds 60 KB; a larger file is a log or an export
_SKIPPED_FOLDERS = frozenset({"node_modules", "_site"})  # _site: what Jekyll generates, posts once more

_DATED_NAME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})-(.+)")
_FENCE_OR_HEADING = re.compile(r"^(?:(```|~~~)|#[ \t]+([^\n]{1,1000}))", re.MULTILINE)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def load_posts(
    folder: str | Path,
    *,
    permalink: str | None = None,
    drafts: bool = False,
    future: bool = False,
    today: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> tuple[list[Post], list[Problem]]:
    """Every post under `folder`, in order of path, and what was left out or repaired, in the same order.

    Options are those of `parse_post` and `read_bytes`. Raises PostsError when the folder itself can't be read.
    """
    found, problems = find_posts(Path(folder))
    posts = []
    for name, path in found:
        try:
            data = read_bytes(path, max_bytes)
        except OSError as error:
            problems.append(unreadable(name, error))
            continue
        post, its_problems = parse_post(name, data, permalink=permalink, drafts=drafts, future=future, today=today)
        problems += its_problems
        if post:
            posts.append(post)
    return posts, sorted(problems, key=lambda problem: problem.path)


def find_posts(folder: Path) -> tuple[list[tuple[str, Path]], list[Problem]]:
    """The Markdown files under `folder`: (name, path) pairs in order of name, where name is relative, with "/".

    Hidden files and folders, node_modules and _site are not looked at. Links are not followed, and what is no regular
    file is not opened: these are reported. Names are kept as the disk has them (composed and decomposed twins are two
    posts), except that bytes which are not UTF-8 and control characters are written as \\xff.
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
        for path in entries:
            kind, reason = _kind(path)
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


def _kind(path: Path) -> tuple[str, str]:
    """ "folder", "post" or "" for what is passed over; and why, where the blog's owner should hear of it."""
    if path.name.startswith(".") or path.name in _SKIPPED_FOLDERS:
        return "", ""
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


def parse_post(
    path: str,
    data: bytes,
    *,
    permalink: str | None = None,
    drafts: bool = False,
    future: bool = False,
    today: str | None = None,
) -> tuple[Post | None, list[Problem]]:
    """The post that `data` holds, and what to tell its owner. Same bytes, path and options: same result.

    None when it can't be read as UTF-8, holds no text, or is not published: a draft (`draft: true`, `private: true`,
    `published: false`, a folder _drafts) unless `drafts`, or dated after `today` (ISO day; by default the machine's)
    unless `future`. `permalink` is one of Jekyll's styles or templates for posts that name none themselves; raises
    InputError when it isn't.
    """
    template = permalinks.expand_style(permalink)
    try:
        text = decode(data)
    except NotText as error:
        return None, [Problem(path, str(error))]
    front = read(repair(unix_lines(text)))
    post, reasons = _describe(path, front, template, hashlib.sha256(data).hexdigest())
    if not drafts and (why := _draft_reason(path, front.fields)):
        return None, [Problem(path, why)]
    if not future and post.date > (today or datetime.date.today().isoformat()):
        return None, [Problem(path, f"is dated {post.date}, which is still to come")]
    if not post.body.strip():
        return None, [Problem(path, "is empty: no text after the front matter")]
    return post, [Problem(path, reason, skipped=False) for reason in reasons]


def _draft_reason(path: str, fields: dict[str, object]) -> str:
    if "_drafts" in path.split("/")[:-1]:
        return "is a draft: it lies in _drafts"
    for name in ("draft", "private"):
        if is_true(fields.get(name)):
            return f"is a draft: {name} is true"
    return "is a draft: published is false" if is_false(fields.get("published")) else ""


def _describe(path: str, front: FrontMatter, template: str, digest: str) -> tuple[Post, list[str]]:
    """The post, and what in its front matter could not be used."""
    fields, reasons = front.fields, [front.problem] if front.problem else []
    stem = unicodedata.normalize("NFC", path.rpartition("/")[2].rpartition(".")[0])
    dated = _DATED_NAME.fullmatch(stem)
    slug = dated[2] if dated else stem
    for name, understood in (("title", text_of), ("date", day_of), ("permalink", text_of)):
        value = fields.get(name)
        given = bool(value) and (text_of(value) != "" or not isinstance(value, str))
        if given and not understood(value):
            reasons.append(f"its {name} could not be read: {str(value)[:60]!r}")
    date = day_of(fields.get("date")) or day_of(dated[1] if dated else None)
    categories = words_of(fields.get("category"), by_space=False) + words_of(fields.get("categories"))
    tags = words_of(fields.get("tag"), by_space=False) + words_of(fields.get("tags"))
    own = text_of(fields.get("permalink"))
    if own and not permalinks.is_path(own):
        reasons.append(f"its permalink is not a path on the blog: {own[:60]!r}")
        own = ""
    url = permalinks.fill(
        permalinks.STYLES.get(own, own) or template,
        date=date,
        slug=text_of(fields.get("slug")) or slug,
        categories=categories,
    )
    title = text_of(fields.get("title")) or _first_heading(front.body) or text_of(re.sub("[-_]+", " ", slug))
    post = Post(
        path=path,
        title=title,
        date=date,
        url=url,
        tags=tuple(dict.fromkeys(tags)),
        categories=tuple(dict.fromkeys(categories)),
        body=front.body,
        body_line=front.body_line,
        digest=digest,
    )
    return post, reasons


def _first_heading(body: str) -> str:
    """The text of the first "# " line outside a code block; "" when there is none."""
    in_code = False
    for found in _FENCE_OR_HEADING.finditer(body):
        if found[1]:
            in_code = not in_code
        elif not in_code:
            heading = found[2].rstrip()
            if heading.endswith("}"):  # kramdown's {#id}
                heading = heading.rpartition("{")[0].rstrip() or heading
            return text_of(heading.rstrip("#").replace("**", "").replace("`", ""))
    return ""
