"""What a build is asked for, and how that meets what the index was built with. Knows nothing about building."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from rag.cleaning.site_rules import SiteRules


@dataclass(frozen=True, slots=True)
class Settings:
    """What a build is asked for. None stands for: as the index that is there was built, or else the default."""

    model: str | None = None  # "builtin", or a sentence-transformers model by name or path
    adapt: bool | None = None  # fit the built-in model to the posts
    permalink: str | None = None  # one of Jekyll's styles or templates; "" is the default one
    drafts: bool | None = None  # drafts are indexed too
    future: bool | None = None  # so are posts dated in the future
    rules: SiteRules | None = None  # the site's own, for cleaning
    main_lang: str | None = None  # whose posts have no part of their own in addresses; "" is as the site says
    site_url: str | None = None  # where citations link to


DEFAULTS = Settings(
    model="builtin",
    adapt=True,
    permalink="",
    drafts=False,
    future=False,
    rules=SiteRules(),
    main_lang="",
    site_url="",
)
_NAMES = tuple(field.name for field in fields(Settings))


def settle(asked: Settings, stored: Settings) -> Settings:
    """What to build with, nothing of it None: what is asked for, else what is stored, else the default."""
    values = {
        name: next(v for v in (getattr(s, name) for s in (asked, stored, DEFAULTS)) if v is not None) for name in _NAMES
    }
    return Settings(**values)


def taken_over(asked: Settings, settled: Settings) -> tuple[str, ...]:
    """The options, as the command line has them, that were not asked for now and are not the default."""
    found = []
    for name in _NAMES:
        value = getattr(settled, name)
        if getattr(asked, name) is None and value != getattr(DEFAULTS, name):
            no = "no-" if value is False else ""
            found.append(f"--{no}{name.replace('_', '-')}" + (f" {value}" if isinstance(value, str) else ""))
    return tuple(found)


def as_json(settings: Settings) -> dict[str, Any]:
    """For the index's manifest."""
    return asdict(settings)


def from_json(stored: object) -> Settings:
    """As `as_json` made it, now or in an earlier version; what can't be used is None."""
    values = stored if isinstance(stored, Mapping) else {}

    def text(name: str) -> str | None:
        return value if isinstance(value := values.get(name), str) else None

    def flag(name: str) -> bool | None:
        return value if isinstance(value := values.get(name), bool) else None

    rules = _rules(values["rules"]) if isinstance(values.get("rules"), Mapping) else None
    return Settings(
        text("model"), flag("adapt"), text("permalink"), flag("drafts"), flag("future"), rules, text("main_lang"),
        text("site_url"),
    )  # fmt: skip


def _rules(stored: Mapping[str, Any]) -> SiteRules | None:
    known = {field.name for field in fields(SiteRules)}
    if stored.keys() != known:  # of a version with other rules: these can't be told any more
        return None
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in stored.items()}
    return SiteRules(**values)
