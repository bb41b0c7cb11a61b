"""From the bytes of a file to a Post. Knows nothing about folders, or about Markdown beyond a "# " title."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from rag.posts import permalink as permalinks
from rag.posts.dates import day_and_slug, is_bundle, month_of, stem_of
from rag.posts.fields import day_of, names_of, text_of, words_of
from rag.posts.front_matter import FrontMatter, read
from rag.posts.language import as_code, language_of_post
from rag.posts.permalink import Place
from rag.posts.published import comes_on, ends_on, hidden_reason
from rag.text.unicode import NotText, decode, repair, unix_lines
from rag.types import Post, Problem

_FENCE_OR_HEADING = re.compile(r"^(?:(```|~~~)|#[ \t]+([^\n]{1,1000}))", re.MULTILINE)
_BY = ("author", "authors", "translator", "translators")
#: Files that lie about in repositories of posts and are none, unless front matter says that they are.
_ABOUT = re.compile(
    r"(?i)(?:readme|licen[sc]e|contributing|changelog|code_of_conduct|security|authors|notice)(?:[-_.].*)?"
)


@dataclass(frozen=True, slots=True)
class Options:
    """How posts are read; the same for all posts of a build."""

    permalink: str = permalinks.DEFAULT  # a template, no style's name
    drafts: bool = False  # drafts and unlisted posts count too
    future: bool = False  # so do posts that are still to come
    main_lang: str = ""  # its posts have no part of their own in addresses
    above: tuple[str, ...] = ()  # folders between the site's root and that of the posts


def parse_post(
    path: str, data: bytes, options: Options = Options(), today: str = ""
) -> tuple[Post | None, list[Problem]]:
    """The post that `data` holds, and what to tell its owner. Same bytes, path, options and day: same result.

    None when it can't be read as UTF-8, holds no text, isn't a post at all (_index.md, README.md without front matter),
    or is not out on the day `today` (by default the machine's): hidden unless `options.drafts`, to come unless
    `options.future`, or past its end.
    """
    try:
        text = decode(data)
    except NotText as error:
        return None, [Problem(path, str(error))]
    front = read(repair(unix_lines(text)))
    name = path.rpartition("/")[2]
    if name.startswith("_index."):
        return None, [Problem(path, "lists the posts of its folder, and is none itself")]
    if not front.fields and _ABOUT.fullmatch(name.rpartition(".")[0]):
        return None, [Problem(path, "is about the files and no post: it has no front matter")]
    if not options.drafts and (why := hidden_reason(path, front)):
        return None, [Problem(path, why)]
    post, reasons = _describe(path, front, options, hashlib.sha256(data).hexdigest())
    today = today or datetime.date.today().isoformat()
    if not options.future and (day := comes_on(front.fields, post.date)) > today:
        return None, [Problem(path, f"is dated {day}, which is still to come")]
    if post.expires and post.expires <= today:
        return None, [Problem(path, f"was to be read until {post.expires}")]
    if not post.body.strip():
        return None, [Problem(path, "is empty: no text after the front matter")]
    return post, [Problem(path, reason, skipped=False) for reason in reasons]


def _describe(path: str, front: FrontMatter, options: Options, digest: str) -> tuple[Post, list[str]]:
    """The post, and what in its front matter could not be used."""
    fields, reasons = front.fields, [front.problem] if front.problem else []
    for name, understood in (("title", text_of), ("date", day_of), ("permalink", text_of)):
        value = fields.get(name)
        given = bool(value) and (text_of(value) != "" or not isinstance(value, str))
        if given and not understood(value):
            reasons.append(f"its {name} could not be read: {str(value)[:60]!r}")
    date, slug = day_and_slug(path, fields)
    heading = text_of(fields.get("title")) or _first_heading(front.body)
    lang, folder = language_of_post(path, fields, heading, front.body)
    if not is_bundle(path) and as_code(slug.rpartition(".")[2]) == lang:
        slug = slug.rpartition(".")[0]  # post.ja.md
    title = heading or text_of(re.sub("[-_]+", " ", slug))
    categories = words_of(fields.get("category"), by_space=False) + words_of(fields.get("categories"))
    folders = [name for name in path.split("/")[: -2 if is_bundle(path) else -1]]
    above = _above_posts([*options.above, *folders])
    own_slug = text_of(fields.get("slug"))
    place = Place(
        date=date,
        slug=own_slug or slug,
        categories=(*above, *categories),
        title=title,
        filename=stem_of(path) if day_of(fields.get("date")) else slug,
        own_slug=own_slug,
        lang="" if lang == options.main_lang else _lang_part(folder, lang, fields),
        folders=above or [name for name in [folder] if name and lang != options.main_lang],
        sections=[name for name in folders if name != folder and not name.startswith("_")],
    )
    post = Post(
        path=path,
        title=title,
        date=date,
        url=_address(fields, options, place, reasons),
        tags=tuple(dict.fromkeys(words_of(fields.get("tag"), by_space=False) + words_of(fields.get("tags")))),
        categories=tuple(dict.fromkeys((*above, *categories))),
        body=front.body,
        body_line=front.body_line,
        digest=digest,
        lang=lang,
        authors=tuple(dict.fromkeys(name for field in _BY for name in names_of(fields.get(field)))),
        month=month_of(path, title),
        expires=ends_on(fields),
    )
    return post, reasons


def _above_posts(folders: list[str]) -> list[str]:
    """Jekyll's categories by folder: those above _posts."""
    return folders[: folders.index("_posts")] if "_posts" in folders else []


def _lang_part(folder: str, lang: str, fields: Mapping[str, object]) -> str:
    """A language's part of addresses, as its folder is written; one that only the text tells has none."""
    return folder or (lang if any(text_of(fields.get(name)) for name in ("lang", "language", "locale")) else "")


def _address(fields: Mapping[str, object], options: Options, place: Place, reasons: list[str]) -> str:
    """By what front matter says: a permalink or url, Zola's path; else by the blog's rule."""
    for name in ("permalink", "url", "path"):
        own = text_of(fields.get(name))
        if own and not permalinks.is_path(own):
            reasons.append(f"its {name} is not a path on the blog: {own[:60]!r}")
        elif own:
            ends = name == "path" and not own.endswith("/")  # Zola's are folders
            return permalinks.fill(permalinks.STYLES.get(own, own) + "/" * ends, place)
    return permalinks.fill(options.permalink, place)


def _first_heading(body: str) -> str:
    """The text of the one "# " line outside code blocks; "" when there is none, or several, which are parts."""
    found, in_code = [], False
    for match in _FENCE_OR_HEADING.finditer(body):
        if match[1]:
            in_code = not in_code
        elif not in_code:
            heading = match[2].rstrip()
            if heading.endswith("}"):  # kramdown's {#id}
                heading = heading.rpartition("{")[0].rstrip() or heading
            found.append(text_of(heading.rstrip("#").replace("**", "").replace("`", "")))
    return found[0] if len(found) == 1 else ""
