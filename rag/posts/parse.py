"""From the bytes of a file to a Post. Knows nothing about folders, or about Markdown beyond a title's heading."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

from rag.posts.addresses import address_of, categories_above, defaults_for, lang_part, position_of
from rag.posts.dates import day_and_slug, period_of_post, stem_of
from rag.posts.fields import day_of, names_of, text_of, words_of
from rag.posts.front_matter import FrontMatter, read
from rag.posts.language import language_of_text, language_said
from rag.posts.options import PLAIN, Options
from rag.posts.permalink import Place
from rag.posts.published import comes_on, ends_on, hidden_reason
from rag.text.unicode import NotText, decode, repair, unix_lines
from rag.types import Post, Problem

_FENCE_OR_HEADING = re.compile(
    r"^(?:(```|~~~)|#[ \t]+([^\n]{1,1000})|([^\s#>|-][^\n]{0,1000})\n={3,}[ \t]*$)", re.MULTILINE
)
#: Files that lie about in repositories of posts, also in other languages or for several licences.
_ABOUT = re.compile(
    r"(?:(?i:readme|licen[sc]e|contributing|changelog)|CODE_OF_CONDUCT|SECURITY|AUTHORS|NOTICE|COPYING|SUPPORT)"
    r"(?:[-_.](?:[A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?|MIT|APACHE|CC.{0,20}))?"
)


def parse_post(path: str, data: bytes, options: Options = PLAIN, today: str = "") -> tuple[Post | None, list[Problem]]:
    """The post that `data` holds, and what to tell its owner. Same bytes, path, options and day: same result.

    None when it can't be read as UTF-8, holds no text, isn't a post at all (_index.md, README.md without a day), or is
    not out on the day `today` (by default the machine's): hidden unless `options.drafts`, to come unless
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
    about = _ABOUT.fullmatch(name.rpartition(".")[0])
    if about and not front.fields:
        return None, [Problem(path, "is about the files and no post: it has no front matter")]
    defaults = defaults_for(position_of(path, options), options)
    front = replace(front, fields={**defaults, **front.fields})
    if not options.drafts and (why := hidden_reason(path, front)):
        return None, [Problem(path, why)]
    post, reasons = _describe(path, front, defaults, options, hashlib.sha256(data).hexdigest())
    if about and about[0].isupper() and not post.date:
        return None, [Problem(path, "is about the files and no post: it has no date")]
    today = today or datetime.date.today().isoformat()
    if not options.future and (day := comes_on(front.fields, post.date)) > today:
        return None, [Problem(path, f"is dated {day}, which is still to come")]
    if post.expires and post.expires <= today:
        return None, [Problem(path, f"was to be read until {post.expires}")]
    if not post.body.strip():
        return None, [Problem(path, "is empty: no text after the front matter")]
    return post, [Problem(path, reason, skipped=False) for reason in reasons]


def _describe(
    path: str, front: FrontMatter, defaults: Mapping[str, object], options: Options, digest: str
) -> tuple[Post, list[str]]:
    """The post, and what in its front matter could not be used."""
    fields, site, position = front.fields, options.site, position_of(path, options)
    reasons = [front.problem] if front.problem else []
    for name, understood in (("title", text_of), ("date", day_of), ("permalink", text_of)):
        value = fields.get(name)
        given = bool(value) and (text_of(value) != "" or not isinstance(value, str))
        if given and not understood(value):
            reasons.append(f"its {name} could not be read: {str(value)[:60]!r}")
    heading = text_of(fields.get("title")) or _first_heading(front.body)
    inside = "/".join((*position.folders, path.rpartition("/")[2]))
    said, folder = language_said(inside, fields, heading, front.body, site.languages)
    folder = "" if position.by_content else folder
    lang = said or position.lang or language_of_text(heading, front.body) or options.main_lang
    stem = stem_of(position.path, lang)
    date, slug = day_and_slug(position.path, stem, fields, site.name_day, site.zone)
    title = heading or text_of(re.sub("[-_]+", " ", slug))
    above = categories_above(position, options)
    categories = words_of(fields.get("category"), by_space=False) + words_of(fields.get("categories"))
    place = _place(stem, slug, date, title, fields, options)
    place = replace(
        place,
        categories=(*above, *categories) or tuple(filter(None, [site.no_category])),
        lang=lang_part(position, lang, folder, fields, options),
        folders=above or [name for name in [folder] if name and lang != options.main_lang],
        sections=[name.lstrip("_") if site.pages else name for name in position.folders if name != folder],
        subfolders=position.below,
    )
    own = {name: value for name, value in fields.items() if name not in defaults or defaults[name] is not value}
    url, unused = address_of(own, defaults, place, position, slug != stem, options)
    post = Post(
        path=path,
        title=title,
        date=date,
        url=url,
        tags=tuple(dict.fromkeys(words_of(fields.get("tag"), by_space=False) + words_of(fields.get("tags")))),
        categories=tuple(dict.fromkeys((*above, *categories))),
        body=front.body,
        body_line=front.body_line,
        digest=digest,
        lang=lang,
        authors=_people(fields, "author", "authors"),
        translators=_people(fields, "translator", "translators", "translated_by"),
        period=period_of_post(stem, title),
        expires=ends_on(fields),
    )
    return post, [*reasons, *unused]


def _place(stem: str, slug: str, date: str, title: str, fields: Mapping[str, object], options: Options) -> Place:
    """What names the post in its address."""
    own, name_day = text_of(fields.get("slug")), options.site.name_day
    by_name = slug != stem and (name_day == "first" or (name_day == "else" and not day_of(fields.get("date"))))
    return Place(
        date=date,
        slug=own or (stem if name_day == "never" else slug),
        title=title,
        filename=stem,
        own_slug=own or (slug if by_name else ""),  # Hugo takes the day off a name where it takes the day from it
    )


def _people(fields: Mapping[str, object], *names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person for name in names for person in names_of(fields.get(name))))


def _first_heading(body: str) -> str:
    """The text of the one "# " line outside code blocks; "" when there is none, or several, which are parts."""
    found, in_code = [], False
    for match in _FENCE_OR_HEADING.finditer(body):
        if match[1]:
            in_code = not in_code
        elif not in_code:
            heading = (match[2] or match[3]).rstrip()
            if heading.endswith("}"):  # kramdown's {#id}
                heading = heading.rpartition("{")[0].rstrip() or heading
            found.append(text_of(heading.rstrip("#").replace("**", "").replace("`", "")))
    return found[0] if len(found) == 1 else ""
