"""How the posts of one folder are read: what was asked for, and what the site's own configuration says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rag.posts.generators import NO_SITE, Site
from rag.posts.permalink import DEFAULT, expand_style
from rag.posts.site import Found, find_site


@dataclass(frozen=True, slots=True)
class Options:
    """The same for all posts of a build."""

    permalink: str = ""  # a template that was asked for, no style's name; "" is the site's, or DEFAULT
    drafts: bool = False  # drafts and unlisted posts count too
    future: bool = False  # so do posts that are still to come
    main_lang: str = ""  # its posts have no part of their own in addresses, and posts that tell no language are in it
    site: Site = NO_SITE
    above: tuple[str, ...] = ()  # folders between the site's and that of the posts

    @property
    def rule(self) -> str:
        """By which most posts get their address, and where another one holds."""
        if self.permalink or not self.site.template:
            return self.permalink or DEFAULT
        sections = "".join(f", {rule} in {section}/" for section, rule in self.site.by_section)
        return (f"/{self.site.base}" if self.site.base else "") + self.site.template + sections


def options_for(
    folder: Path, permalink: str | None, main_lang: str | None, *, drafts: bool = False, future: bool = False
) -> tuple[Options, Found]:
    """How the posts of a folder are read, and the site's configuration by which what is not given was guessed.

    `permalink` is a template, or the name of a style. Raises InputError when it is neither.
    """
    found = find_site(folder)
    template = expand_style(permalink) if permalink else ""
    if not _is_jekylls(template, folder, found.site):
        template = re.sub(r":slug(?!or)", ":slugorname", template)
    lang = (main_lang or found.site.main_lang).lower().replace("_", "-")
    return Options(template, drafts, future, lang, found.site, found.above), found


def _is_jekylls(template: str, folder: Path, site: Site) -> bool:
    """Whether a template's :slug is Jekyll's and Zola's, who make 3-6 of 3.6 and of 3_6, or Hugo's, who keeps both.

    By the site's configuration, else by placeholders and folders that only one of them has.
    """
    if site.generator or any(name in template for name in (":lang", ":section", ":filename", ":contentbasename")):
        return site.generator in ("Jekyll", "Zola")
    return ":categories" in template or folder.absolute().name == "_posts"


#: Nothing was asked for, and nothing found.
PLAIN = Options()
