"""Which rule makes the address of a post, and where in its site the post lies. Knows nothing about texts.

In order: what front matter says, the rule that was asked for, what the site's configuration says of a folder, its
rule for all posts, Jekyll's default.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass

from rag.posts import permalink as permalinks
from rag.posts.dates import is_bundle
from rag.posts.fields import is_false, text_of
from rag.posts.language import FIELDS, as_code, ending_of
from rag.posts.options import Options
from rag.posts.permalink import Place

_POSTS = frozenset({"_posts", "_drafts"})
#: Generators in which a folder called like a language is only one if the configuration says so.
_BY_CONTENT = ("Hugo", "Zola")
#: Those in which folders above _posts are categories, or would be.
_BY_FOLDER = ("Jekyll", "")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a post lies in its site."""

    path: str  # from the site's folder on, or as far as it is known
    folders: tuple[str, ...]  # from where the site's content begins, without the post's own, if it is a bundle
    lang: str = ""  # what the configuration says of that content
    by_content: bool = False  # whether a folder can't be a language by its name

    @property
    def in_posts(self) -> bool:
        """Whether it lies where Jekyll and Hexo have posts, and not pages."""
        return not _POSTS.isdisjoint(self.path.split("/")[:-1])

    @property
    def above(self) -> tuple[str, ...]:
        """The folders above _posts."""
        at = next((i for i, name in enumerate(self.folders) if name in _POSTS), 0)
        return self.folders[:at]

    @property
    def below(self) -> tuple[str, ...]:
        """The folders below _posts."""
        at = next((i + 1 for i, name in enumerate(self.folders) if name in _POSTS), len(self.folders))
        return self.folders[at:]


def position_of(path: str, options: Options) -> Position:
    """Where the post at `path`, relative to the folder of posts, lies in the site."""
    full = "/".join((*options.above, path))
    folders = tuple(full.split("/")[: -2 if is_bundle(full) else -1])
    for content, lang in options.site.content:
        begin = tuple(content.split("/")) if content else ()
        if folders[: len(begin)] == begin:
            return Position(full, folders[len(begin) :], lang, options.site.generator in _BY_CONTENT)
    return Position(full, folders)


def defaults_for(position: Position, options: Options) -> Mapping[str, object]:
    """The front matter that the site's configuration gives to posts there."""
    fields: dict[str, object] = {}
    for scope, values in options.site.defaults:
        inside = position.path.startswith(f"{scope}/") or not scope
        if inside or position.path == scope or ("*" in scope and fnmatch.fnmatchcase(position.path, f"{scope}*")):
            fields |= dict(values)
    return fields


def categories_above(position: Position, options: Options) -> tuple[str, ...]:
    """Jekyll's categories by folder."""
    return position.above if options.site.generator in _BY_FOLDER else ()


def lang_part(position: Position, lang: str, folder: str, fields: Mapping[str, object], options: Options) -> str:
    """A language's part of the address: its folder or the ending of the file's name, as written; what front matter
    says only where that counts; none for the main language, or one that only the text tells.
    """
    site, asked = options.site, options.permalink not in ("", permalinks.STYLES["hugo"])
    ending = ending_of(position.path)
    if position.by_content:
        code = ending if ending in site.languages else position.lang or site.unnamed_lang
        return "" if code == options.main_lang else code
    if lang == options.main_lang:
        return ""
    by_field = site.lang_by_field or asked or not (site.generator or options.permalink)
    said = any(as_code(text_of(fields.get(name))) == lang for name in FIELDS)
    return folder or (lang if ending == lang or (by_field and said) else "")


def address_of(
    fields: Mapping[str, object], defaults: Mapping[str, object], place: Place, position: Position, dated: bool,
    options: Options,
) -> tuple[str, list[str]]:  # fmt: skip
    """The address, and what in front matter could not be used for it. `dated`: whether the file's name has a day."""
    base = "" if options.permalink else options.site.base
    own, reasons = _own(fields, place, options)
    if not own and not options.permalink:
        own, _ = _own({"permalink": defaults.get("permalink")}, place, options)
    address = own or permalinks.fill(_rule(place, position, dated, options), place)
    return permalinks.safe(f"/{base}{address}") if base else address, reasons


def _own(fields: Mapping[str, object], place: Place, options: Options) -> tuple[str, list[str]]:
    """What front matter says: a permalink; Hugo's url; Zola's path, which is a folder; "" when it says nothing."""
    reasons = []
    for name in ("permalink", "url", "path"):
        said = text_of(fields.get(name))
        if not said or is_false(said):  # Eleventy's `permalink: false`
            continue
        if not permalinks.is_path(said):
            if name == "permalink":  # a url elsewhere is what the post is about
                reasons.append(f"its {name} is not a path on the blog: {said[:60]!r}")
            continue
        template = permalinks.STYLES.get(said, said)
        if name == "path" and not said.startswith("/"):
            template += "/" * (not said.endswith("/"))
        if name == "url" and not said.startswith("/") and options.site.generator == "Hugo":
            template = f"/{place.lang}/{template}"
        return permalinks.fill(template, place), reasons
    return "", reasons


def _rule(place: Place, position: Position, dated: bool, options: Options) -> str:
    site = options.site
    if options.permalink:
        return options.permalink
    if site.pages and not (position.in_posts or dated):
        return "/:sections/:filename/" if is_bundle(position.path) else site.pages
    section = place.sections[0].lower() if place.sections else ""
    return dict(site.by_section).get(section, site.template) or permalinks.DEFAULT
