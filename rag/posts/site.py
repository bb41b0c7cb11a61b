"""What a site's own configuration says of its addresses and languages: Jekyll, Hexo, Hugo or Zola, by the file's keys.

Read above the posts, never written; a file that can't be read is as if it weren't there. Knows nothing about posts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag.posts.language import as_code
from rag.posts.yaml_block import MAX_CHARS, Refused, load_yaml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_NAMES = ("_config.yml", "_config.yaml", "hugo", "config/_default/hugo", "config/_default/config", "config", "zola")
_SUFFIXES = (".toml", ".yaml", ".yml", ".json")
_ABOVE = 4  # folders, that of the posts among them
_HEXO = frozenset({"source_dir", "public_dir", "new_post_name", "skip_render"})


@dataclass(frozen=True, slots=True)
class Site:
    """How a site makes addresses. What is "" was not said."""

    file: str = ""  # the configuration, as found
    root: Path | None = None  # its folder
    permalink: str = ""  # a template of `rag.posts.permalink`, with the site's own first parts
    main_lang: str = ""  # the language whose posts have no part of their own in their addresses
    url: str = ""  # where the site is, without a path


def find_site(folder: Path) -> Site:
    """The configuration in `folder` or up to three above it, the nearest first; Site() when there is none."""
    here = folder.absolute()
    for root in [here, *here.parents][:_ABOVE]:
        for name in _NAMES:
            for path in [root / name] if "." in name else [root / f"{name}{suffix}" for suffix in _SUFFIXES]:
                fields = _read(path)
                if fields:
                    return _site(path, root, fields)
    return Site()


def _read(path: Path) -> dict[str, Any]:
    try:
        if not path.is_file() or path.stat().st_size > MAX_CHARS:
            return {}
        text = path.read_text(encoding="utf-8-sig")
        loaded: object = {".toml": tomllib.loads, ".json": json.loads}.get(path.suffix, load_yaml)(text)
    except (OSError, ValueError, RecursionError, Refused):
        return {}
    return {str(name).lower(): value for name, value in loaded.items()} if isinstance(loaded, dict) else {}


def _site(path: Path, root: Path, fields: Mapping[str, Any]) -> Site:
    address = urlsplit(_text(fields.get("url")) or _text(fields.get("baseurl")) or _text(fields.get("base_url")))
    lang, several = _languages(fields)
    prefix = ""
    if path.name.startswith("_config") and not _HEXO.intersection(fields):
        prefix, permalink = _text(fields.get("baseurl")), _jekyll(fields)
    elif path.name.startswith("_config"):
        prefix, permalink = (
            _text(fields.get("root")),
            "/" + (_text(fields.get("permalink")) or ":year/:month/:day/:title/"),
        )
    else:
        prefix, permalink = address.path, _hugo(fields)
    if several and ":lang" not in permalink and ":categories" not in permalink:
        permalink = f"/:lang{permalink}"
    if prefix.strip("/"):
        permalink = f"/{prefix.strip('/')}{permalink}"
    url = f"{address.scheme}://{address.netloc}" if address.scheme and address.netloc else ""
    return Site(str(path), root, permalink, lang, url)


def _jekyll(fields: Mapping[str, Any]) -> str:
    """A template, or the name of a style, which is Jekyll's "date" where nothing is said."""
    from rag.posts.permalink import STYLES

    posts = _mapping(_mapping(fields.get("collections")).get("posts"))
    scoped = (
        _text(_mapping(default.get("values")).get("permalink"))
        for default in fields.get("defaults") or ()
        if isinstance(default, dict) and _mapping(default.get("scope")).get("type") in (None, "", "posts")
    )
    said = _text(posts.get("permalink")) or next(filter(None, scoped), "") or _text(fields.get("permalink")) or "date"
    template = STYLES.get(said, said)
    return template if template.startswith("/") else f"/{template}"


def _hugo(fields: Mapping[str, Any]) -> str:
    """The template of the section that has one, if only one has: which section posts are in, a file doesn't say."""
    permalinks = _mapping(fields.get("permalinks"))
    permalinks = _mapping(permalinks.get("page")) or permalinks
    templates = {value for value in permalinks.values() if isinstance(value, str)}
    if len(templates) != 1:
        return "/:sections/:slugorfilename/"
    template = templates.pop().replace(":title", ":post_title").replace("[1:]", "")
    return template if template.startswith("/") else f"/{template}"


def _languages(fields: Mapping[str, Any]) -> tuple[str, bool]:
    """The main language, and whether the others have a part of their own in addresses."""
    names = ("defaultcontentlanguage", "default_language", "default_lang", "languagecode", "lang", "language", "locale")
    said = fields.get("language")
    first = said[0] if isinstance(said, list) and said else ""
    main = next(
        (code for name in names if (code := as_code(_text(fields.get(name)).replace("_", "-")))), as_code(_text(first))
    )
    several = fields.get("languages")
    count = len(several) if isinstance(several, (dict, list)) else 0
    if str(fields.get("defaultcontentlanguageinsubdir", "")).lower() == "true":
        return "", count > 0
    return main, count > 1


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return {str(name).lower(): inner for name, inner in value.items()} if isinstance(value, dict) else {}
