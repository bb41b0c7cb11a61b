"""What the configuration of Jekyll, Hexo, Hugo and Zola says of addresses, languages and days. Pure: no file is read.

Each function turns the fields of a file, names in lower case, into a `Site`; the generator's own defaults stand where
the file says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from rag.posts.language import as_code
from rag.posts.permalink import STYLES

_ZOLA = "/:lang/:sections/:slug/"
_HEXO_KEYS = frozenset(
    {"source_dir", "public_dir", "new_post_name", "skip_render", "post_asset_folder", "index_generator"}
)
_ZOLA_KEYS = frozenset({"base_url", "default_language"})
_NO_HOST = re.compile(r"(?:localhost|127\.|0\.|(?:www\.)?(?:my)?example\.(?:com|org|net))|$", re.IGNORECASE)
_HUGO_KEYS = frozenset({"baseurl", "languagecode", "defaultcontentlanguage", "contentdir", "permalinks", "frontmatter"})


#: The day in a file's name counts before front matter's, or else, or not at all.
NameDay = Literal["first", "else", "never"]


@dataclass(frozen=True, slots=True)
class Site:
    """How a site makes addresses, languages and days. What is empty was not said."""

    generator: str = ""  # "Jekyll", "Hexo", "Hugo" or "Zola"
    template: str = ""  # of `rag.posts.permalink`, for all posts that have none of their own
    by_section: tuple[tuple[str, str], ...] = ()  # Hugo: a first folder, "" for none, and the template of what is in it
    pages: str = ""  # Jekyll: the template of what is in no _posts
    base: str = ""  # the part of the site's address that stands before all of these
    content: tuple[tuple[str, str], ...] = ()  # folders in which posts begin, "content/ja", each with its language
    main_lang: str = ""  # whose posts have no part of their own in addresses
    unnamed_lang: str = ""  # of posts that name none, where also the main language has a part in addresses
    languages: tuple[str, ...] = ()  # all of them, where the file names them
    lang_by_field: bool = False  # whether front matter's `lang` makes a part of the address
    defaults: tuple[
        tuple[str, tuple[tuple[str, Any], ...]], ...
    ] = ()  # Jekyll: folder, and front matter of posts in it
    name_day: NameDay = "else"  # when the day in a file's name is the post's, and no part of its address
    no_category: str = ""  # Hexo: what stands for the category of a post without one
    zone: str = ""  # time zone in which days are told
    url: str = ""  # where the site is, without a path


NO_SITE = Site()


def site_of(name: str, fields: Mapping[str, Any]) -> Site:
    """The site that a file called `name` configures; NO_SITE when it is none of these generators'."""
    if name.startswith("_config."):
        return _hexo(fields) if _HEXO_KEYS.intersection(fields) else _jekyll(fields)
    if _ZOLA_KEYS.intersection(fields):
        return _zola(fields)
    if name.startswith("hugo.") or _HUGO_KEYS.intersection(fields):
        return _hugo(fields)
    return NO_SITE


def _jekyll(fields: Mapping[str, Any]) -> Site:
    posts = _mapping(_mapping(fields.get("collections")).get("posts"))
    source, collected = _text(fields.get("source")).strip("./"), _text(fields.get("collections_dir")).strip("./")
    said = _text(posts.get("permalink")) or _text(fields.get("permalink")) or "date"
    template = _rooted(STYLES.get(said, said))
    languages = _codes(fields.get("languages"))  # of the plugin jekyll-polyglot
    main = as_code(_text(fields.get("default_lang"))) or as_code(
        _text(fields.get("lang")) or _text(fields.get("locale"))
    )
    if languages and ":lang" not in template:
        template = f"/:lang{template}"
    return Site(
        generator="Jekyll",
        template=template,
        pages="/:sections/:filename/" if template.endswith("/") else "/:sections/:filename:output_ext",
        base=_text(fields.get("baseurl")).strip("/"),
        content=_longest_first((folder, "") for folder in {f"{source}/{collected}".strip("/"), source}),
        main_lang=main,
        languages=languages,
        lang_by_field=bool(languages),
        defaults=_jekyll_defaults(fields.get("defaults")),
        zone=_text(fields.get("timezone")),
        url=_host(_text(fields.get("url"))),
    )


def _jekyll_defaults(said: object) -> tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]:
    """Front matter of the posts in a folder, the wider folders first."""
    found = []
    for one in said if isinstance(said, list) else ():
        scope, values = _mapping(_mapping(one).get("scope")), _mapping(_mapping(one).get("values"))
        if _text(scope.get("type")) in ("", "posts", "post") and values:
            found.append((_text(scope.get("path")).strip("/"), tuple(values.items())))
    return tuple(sorted(found, key=lambda default: len(default[0])))


def _hexo(fields: Mapping[str, Any]) -> Site:
    """Hexo's :title is the path below _posts, with a day in it unless `new_post_name` takes that off."""
    dated = ":year" in _text(fields.get("new_post_name"))
    template = _rooted(_text(fields.get("permalink")) or ":year/:month/:day/:title/")
    template = re.sub(
        ":(?:title|name|id)", lambda found: (":subfolders/" * (found[0] == ":title")) + ":title", template
    )
    said = fields.get("language")
    languages = _codes(said if isinstance(said, list) else [said])
    return Site(
        generator="Hexo",
        template=template,
        base=_text(fields.get("root")).strip("/"),
        content=((_text(fields.get("source_dir")) or "source", ""),),
        pages="/:sections/:filename:output_ext",
        no_category=_text(fields.get("default_category")) or "uncategorized",
        name_day="else" if dated else "never",
        main_lang=languages[0] if languages else "",
        languages=languages if len(languages) > 1 else (),
        url=_host(_text(fields.get("url"))),
    )


def _hugo(fields: Mapping[str, Any]) -> Site:
    permalinks = _mapping(fields.get("permalinks"))
    permalinks = _mapping(permalinks.get("page")) or permalinks
    by_section = {name.strip("/"): _hugo_template(rule) for name, rule in permalinks.items() if isinstance(rule, str)}
    main = as_code(_text(fields.get("defaultcontentlanguage"))) or as_code(
        _text(fields.get("languagecode")) or _text(fields.get("locale"))
    )
    languages = _mapping(fields.get("languages"))
    content = {_text(fields.get("contentdir")) or "content": ""}
    content |= {_text(_mapping(said).get("contentdir")) or "": as_code(name) for name, said in languages.items()}
    in_folder = _text(fields.get("defaultcontentlanguageinsubdir")).lower() == "true"
    ugly = _text(fields.get("uglyurls")).lower() == "true"
    address = _text(fields.get("baseurl"))
    return Site(
        generator="Hugo",
        template=STYLES["hugo"][: -1 if ugly else None] + ".html" * ugly,
        by_section=tuple(sorted(by_section.items())),
        base=urlsplit(address).path.strip("/"),
        content=_longest_first((folder.strip("./"), lang) for folder, lang in content.items() if folder),
        main_lang="" if in_folder else main,
        unnamed_lang=main if in_folder else "",
        languages=tuple(filter(None, map(as_code, languages))),
        name_day=_name_day(_mapping(fields.get("frontmatter")).get("date")),
        url=_host(address),
    )


def _name_day(sources: object) -> NameDay:
    """By the sources of days that a Hugo site names: only one of them is the file's name, and only if it is named."""
    if not isinstance(sources, list) or ":filename" not in sources:
        return "never"
    return "first" if sources[0] == ":filename" else "else"


def _hugo_template(rule: str) -> str:
    """Hugo's :title and :slug are made of a post's title, Jekyll's of its file's name."""
    template = re.sub(r":slug(?!or)", ":slugorposttitle", rule.replace(":title", ":post_title"))
    return template if ":lang" in template else f"/:lang{_rooted(template)}"


def _zola(fields: Mapping[str, Any]) -> Site:
    paths = _text(_mapping(fields.get("slugify")).get("paths"))
    languages = tuple(filter(None, map(as_code, _mapping(fields.get("languages")))))
    main = as_code(_text(fields.get("default_language")))
    address = _text(fields.get("base_url"))
    return Site(
        generator="Zola",
        template=_ZOLA.replace(":slug", ":title") if paths in ("safe", "off") else _ZOLA,
        base=urlsplit(address).path.strip("/"),
        content=(("content", ""),),
        main_lang=main,
        languages=(*languages, main) if languages and main else (),
        url=_host(address),
    )


def _longest_first(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pairs, key=lambda pair: (-pair[0].count("/"), -len(pair[0]), pair[0])))


def _codes(said: object) -> tuple[str, ...]:
    """Those of a list that are languages' codes."""
    return tuple(filter(None, (as_code(_text(one)) for one in said))) if isinstance(said, list) else ()


def _rooted(template: str) -> str:
    return template if template.startswith("/") else f"/{template}"


def _host(address: str) -> str:
    parts = urlsplit(address)
    real = parts.scheme in ("http", "https") and not _NO_HOST.match(parts.netloc)
    return f"{parts.scheme}://{parts.netloc}" if real else ""


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, (str, bool, int)) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return {str(name).lower(): inner for name, inner in value.items()} if isinstance(value, dict) else {}
