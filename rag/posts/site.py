"""The configuration of a site, looked for in the folder of posts and above it. Knows nothing about posts.

Read, never written; `rag.posts.generators` says what it means. A file that can't be read is as if it weren't there, and
is named.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.posts.generators import NO_SITE, Site, site_of
from rag.posts.permalink import unknown_in
from rag.posts.yaml_block import MAX_CHARS, Refused, load_yaml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_NAMES = ("_config", "hugo", "config", "zola")
_SUFFIXES = (".toml", ".yaml", ".yml", ".json")
_FOLDER = "config/_default"  # where Hugo may have its configuration in several files
_PARTS = ("permalinks", "languages", "frontmatter")  # those of them that matter here
_ABOVE = 6  # folders, that of the posts among them: content/ja/blog/_posts is four below the site's


@dataclass(frozen=True, slots=True)
class Found:
    """A site's configuration, and where it was found."""

    site: Site = NO_SITE
    file: str = ""
    above: tuple[str, ...] = ()  # folders from the site's own down to that of the posts
    problem: str = ""  # what in it could not be used


def find_site(folder: Path) -> Found:
    """The configuration in `folder` or above it, the nearest first, no further than the repository's own folder."""
    here = folder.absolute()
    problem = ""
    for root in [here, *here.parents][:_ABOVE]:
        for path in _files(root):
            try:
                fields = _read(path)
            except (OSError, ValueError, RecursionError, Refused) as error:
                problem = problem or f"{path} could not be read ({error}), so it says nothing about addresses"
                continue
            site = site_of(path.name, fields) if fields else NO_SITE
            if site.generator:
                site, unknown = _usable(site)
                return Found(site, str(path), here.relative_to(root).parts, unknown or problem)
        if (root / ".git").exists():
            break
    return Found(problem=problem)


def _files(root: Path) -> Iterator[Path]:
    """The files in a folder that may be a configuration."""
    for folder in (root, root / _FOLDER):
        for name in _NAMES:
            yield from (path for suffix in _SUFFIXES if (path := folder / f"{name}{suffix}").is_file())


def _read(path: Path) -> dict[str, Any]:
    fields = _load(path)
    if path.parent.match(_FOLDER):
        for part in sorted(path.parent.iterdir()):
            name, *rest = part.stem.lower().split(".")
            if name in _PARTS and part.suffix in _SUFFIXES:
                inner = _load(part)
                held = fields.get(name)
                fields[name] = {**(held if isinstance(held, dict) else {}), **({rest[0]: inner} if rest else inner)}
    return fields


def _load(path: Path) -> dict[str, Any]:
    if path.stat().st_size > MAX_CHARS:
        raise ValueError(f"it is longer than {MAX_CHARS:,} bytes")
    text = path.read_text(encoding="utf-8-sig")
    loaded: object = {".toml": tomllib.loads, ".json": json.loads}.get(path.suffix, load_yaml)(text)
    return {str(name).lower(): value for name, value in loaded.items()} if isinstance(loaded, dict) else {}


def _usable(site: Site) -> tuple[Site, str]:
    """`site` without the rules that hold a placeholder which isn't known, and a word about the first of them."""
    rules = [site.template, *(rule for _, rule in site.by_section)]
    unknown = next(
        (f"{rule} holds {unknown_in(rule)}, which is not known here" for rule in rules if unknown_in(rule)), ""
    )
    if not unknown:
        return site, ""
    by_section = tuple((section, rule) for section, rule in site.by_section if not unknown_in(rule))
    return replace(site, template="" if unknown_in(site.template) else site.template, by_section=by_section), unknown
