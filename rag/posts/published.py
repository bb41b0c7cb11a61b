"""Whether a post is out: what generators keep back by front matter or folder. In doubt it is not.

Knows nothing about files or formats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rag.posts.fields import day_of, is_false, is_true, text_of
from rag.posts.front_matter import FrontMatter

_DRAFT_FOLDERS = frozenset({"_drafts"})
#: Fields that keep a post from its readers when they are true; some of them say that it is out, but in no list.
_HIDING = ("draft", "private", "unlisted", "hidden")
_UNLISTED = ("unlisted", "hidden")
#: Fields that do so when they are false: Jekyll's and Hexo's, Obsidian's, Zola's, Docusaurus's and Hugo's.
_SHOWING = ("published", "publish", "render", "listed")
#: What exports of blogs and Pelican write.
_HIDDEN_STATUS = frozenset({"draft", "hidden", "private", "pending", "unpublished", "trash", "future"})
#: Hugo's `build`: whether a page is made, and in which lists it stands.
_BUILD, _NEVER = ("build", "_build"), frozenset({"never", "false"})
_PUBLISH_DAY = ("publishdate", "publish_date", "pubdate", "published_at", "scheduled")
_ENDS = ("expirydate", "unpublishdate", "expires", "expiry_date")
_MAY_HIDE = re.compile(
    r"^[ \t]*[\"']?(draft|private|unlisted|hidden|published|publish|status)[\"']?[ \t]*[:=]",
    re.MULTILINE | re.IGNORECASE,
)


def hidden_reason(path: str, front: FrontMatter) -> str:
    """Why a post is none that readers are to find, whatever the day: a draft, unlisted; "" when it is."""
    fields = front.fields
    if _DRAFT_FOLDERS.intersection(path.split("/")[:-1]):
        return "is a draft: it lies in _drafts"
    for name in _HIDING:
        if is_true(fields.get(name)):
            return f"is {'unlisted' if name in _UNLISTED else 'a draft'}: {name} is true"
    for name in _SHOWING:
        if is_false(fields.get(name)):
            return f"is {'unlisted' if name == 'listed' else 'a draft'}: {name} is false"
    status = text_of(fields.get("status")).lower()
    if status in _HIDDEN_STATUS:
        return f"is a draft: status is {status}"
    draft = fields.get("draft")
    if draft and not is_false(draft) and text_of(draft) != "":
        return f"may be a draft: draft is {str(draft)[:60]!r}; write true or false"
    return _by_build(fields) or _in_doubt(front)


def _by_build(fields: Mapping[str, object]) -> str:
    for name in _BUILD:
        build = fields.get(name)
        for part in ("render", "list"):
            if isinstance(build, dict) and text_of(build.get(part)).lower() in _NEVER:
                return f"is unlisted: {name}.{part} is {text_of(build.get(part))}"
    return ""


def _in_doubt(front: FrontMatter) -> str:
    """What could not be read may say that it is a draft: each such line has to be one that plainly says it is not."""
    for found in _MAY_HIDE.finditer(front.unread):
        name = found[1].lower()
        if not _says_public(front.fields, name):
            return f"may be a draft: its front matter can't be read and names {found[1]}; mend it"
    return ""


def _says_public(fields: Mapping[str, object], name: str) -> bool:
    value = fields.get(name)
    if name in _HIDING:
        return is_false(value)
    return is_true(value) or bool(day_of(value)) or text_of(value).lower() in {"publish", "published", "public"}


def comes_on(fields: Mapping[str, object], day: str) -> str:
    """The day from which a post is out: what front matter names for that, else `day`, its own."""
    return next((given for name in _PUBLISH_DAY if (given := day_of(fields.get(name)))), day)


def ends_on(fields: Mapping[str, object]) -> str:
    """The day from which a post is out no more; "" when it stays."""
    return next((day for name in _ENDS if (day := day_of(text_of(fields.get(name))))), "")
