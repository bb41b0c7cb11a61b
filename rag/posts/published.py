"""Whether a post is out: what generators keep back by front matter or folder. In doubt it is not.

Knows nothing about files or formats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rag.posts.fields import day_of, is_false, is_true, text_of
from rag.posts.front_matter import FrontMatter

_HIDING = ("draft", "private", "unlisted")
_LATER = ("publishdate", "publish_date", "pubdate", "date")
_ENDS = ("expirydate", "unpublishdate", "expires")
_MAY_HIDE = re.compile(r"^[ \t]*[\"']?(draft|private|unlisted|published)[\"']?[ \t]*[:=]", re.MULTILINE | re.IGNORECASE)


def hidden_reason(path: str, front: FrontMatter) -> str:
    """Why a post is none that readers are to find, whatever the day: a draft, unlisted; "" when it is."""
    fields = front.fields
    if "_drafts" in path.split("/")[:-1]:
        return "is a draft: it lies in _drafts"
    for name in _HIDING:
        if is_true(fields.get(name)):
            return f"is {'unlisted' if name == 'unlisted' else 'a draft'}: {name} is true"
    if is_false(fields.get("published")):
        return "is a draft: published is false"
    named = _MAY_HIDE.search(front.unread)
    if named and not _says_public(fields, named[1].lower()):
        return f"may be a draft: its front matter can't be read and names {named[1]}; mend it"
    return ""


def _says_public(fields: Mapping[str, object], name: str) -> bool:
    value = fields.get(name)
    return is_true(value) or bool(day_of(value)) if name == "published" else is_false(value)


def comes_on(fields: Mapping[str, object], day: str) -> str:
    """The day from which a post is out: the latest of `day`, its own, and what front matter says."""
    return max([day, *(day_of(fields.get(name)) for name in _LATER)])


def ends_on(fields: Mapping[str, object]) -> str:
    """The day from which a post is out no more; "" when it stays."""
    return next((day for name in _ENDS if (day := day_of(text_of(fields.get(name))))), "")
