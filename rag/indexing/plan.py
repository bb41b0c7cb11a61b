"""What a build has to do: the posts as they are now against the index as it is. Reads only; computes nothing.

By content, never by time stamp: a file whose bytes were indexed before is not even parsed.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import sudachipy

from rag.errors import IndexMissing, PostsError, UnusableIndex
from rag.indexing.build_cache import CachedPost, read_cache
from rag.indexing.settings import Settings, from_json, settle, taken_over
from rag.models.e5 import e5_name
from rag.models.embed import builtin_name
from rag.posts.load import Known, load_posts
from rag.posts.options import Options, options_for
from rag.posts.site import Found
from rag.storage import disk, generation, manifest
from rag.storage.generation import Generation
from rag.storage.passage_store import PassageStore
from rag.text.keys import digest
from rag.types import Post, Problem

#: Raised by one whenever a stage makes something else of the same input: older generations are then not taken over.
PIPELINE = 18
#: A build that would drop more than this part of the posts, and at least so many, looks at the wrong folder.
MAX_VANISHED, MIN_VANISHED = 0.3, 5
_NAMED = 3  # of the posts that would vanish


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, or would do. Post paths are sorted; a renamed post is one removed and one new."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    passages: int = 0
    embedded: int = 0  # passages whose vector was computed now
    shallow: int = 0  # passages that wait for the transformer's vector; 0 in an index that is deep, or of another model
    dropped: dict[str, int] = field(default_factory=dict)  # by reason
    seconds: dict[str, float] = field(default_factory=dict)  # by stage
    options: tuple[str, ...] = ()  # not given now, but taken over from the index
    anew: str = ""  # why nothing could be taken over from the index that is there; "" when it was
    addresses: str = ""  # the rule that was guessed from the site's configuration, and its file
    guard: str = ""  # why a build would refuse to remove so many posts; "" when it would not

    @property
    def anything_changed(self) -> bool:
        """Whether the posts differ from those of the generation in use."""
        return bool(self.new or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Plan:
    """The input of a build. A post whose cleaned form `before` keeps may have "" for its body."""

    folder: Path
    posts: list[Post]
    total_bytes: int  # of their files
    settings: Settings  # nothing of it is None
    options: Options
    site_url: str  # where citations link to; "" when nothing says so
    in_use: str | None  # id of the generation that the build replaces
    before: Generation | None  # the same, if its results can be taken over
    vectors_of: Generation | None  # the same, if its vectors can: the transformer's follow from text and weights alone
    report: BuildReport

    @property
    def needed(self) -> bool:
        """Whether the build would publish anything."""
        if self.before is None or self.report.anything_changed:
            return True
        meta = self.before.meta
        return from_json(meta.get("settings")) != self.settings or meta.get("site_url") != self.site_url


def make_plan(folder: Path, root: Path, asked: Settings, *, rebuild: bool = False) -> Plan:
    """Compare the posts in `folder` with the index in `root`; with `rebuild` nothing is to be taken over from it.

    Raises PostsError when there is nothing to index.
    """
    pointed = generation.in_use(root)
    found, anew = _look(root)
    in_use = found.generation if found else None
    stored = from_json(in_use.meta.get("settings")) if in_use else _last_settings(root)
    settings = settle(asked, stored)
    if in_use:
        anew = "it was asked for" if rebuild else _not_reusable(in_use, stored, settings)
    options, found_site = options_for(
        folder, settings.permalink, settings.main_lang, drafts=bool(settings.drafts), future=bool(settings.future)
    )
    if in_use and not anew and in_use.meta.get("addresses") != addresses(options):
        anew = "addresses are made by another rule"
    kept = found.kept if found and not anew else {}
    today = datetime.date.today().isoformat()
    known = _as_kept(kept, today, future=options.future)
    posts, problems, total = load_posts(folder, options, today=today, known=known)
    if not posts:
        why = f" ({problems[0].path}: {problems[0].reason})" if problems else ""
        raise PostsError(f"{folder} holds no post that can be indexed{why}; give a folder of Markdown files (*.md)")
    before = found.digests if found else {}
    report = replace(
        _compare(posts, before), problems=tuple(problems), options=taken_over(asked, settings), anew=anew,
        guard=_guard(folder, posts, before), addresses=_told(options, found_site),
    )  # fmt: skip
    taken = None if anew else in_use
    lasting = in_use and not rebuild and in_use.meta["model"] == e5_name()
    site_url = settings.site_url or options.site.url
    return Plan(folder, posts, total, settings, options, site_url, pointed, taken, in_use if lasting else taken, report)


def addresses(options: Options) -> str:
    """Names all that decides how posts got their addresses, days and languages, for the manifest."""
    return digest(repr((options.permalink, options.main_lang, replace(options.site, url=""), options.above)))


def _told(options: Options, found: Found) -> str:
    """What was guessed from the site's configuration, in a line; "" when nothing was."""
    lang = (
        f"; posts in {options.main_lang} have no language in theirs"
        if options.main_lang and found.site.languages
        else ""
    )
    guessed = f"{options.rule} (by {found.file}{lang})" if found.file and not options.permalink else ""
    return "; ".join(filter(None, (guessed, found.problem)))


def pipeline_version() -> str:
    """Names everything outside the posts that decides what a build makes of them, model and settings aside."""
    return f"{PIPELINE}/sudachi {sudachipy.__version__}"


@dataclass(frozen=True, slots=True)
class _Found:
    """The generation in use and what it knows of the posts, by path."""

    generation: Generation
    digests: dict[str, tuple[str, str]]
    kept: dict[str, CachedPost]


def _look(root: Path) -> tuple[_Found | None, str]:
    """The generation in use, every byte checked, or why it can't be read; neither when there is none."""
    try:
        return generation.open_current(root, _read), ""
    except IndexMissing:
        return None, ""
    except UnusableIndex as error:
        return None, str(error)


def _read(found: Generation) -> _Found:
    store = PassageStore(found.path)
    try:
        return _Found(found, store.digests(), read_cache(found.path))
    finally:
        store.close()


def _last_settings(root: Path) -> Settings:
    """Those of the newest build, whatever became of its files."""
    found = []
    with suppress(UnusableIndex), manifest.reading(root):
        for name in filter(manifest.FOLDER.fullmatch, disk.names(root)):
            with suppress(UnusableIndex):
                found.append(manifest.read(root / name))
    newest = max(found, key=lambda g: g.seq, default=None)
    return from_json(newest.meta.get("settings") if newest else None)


def _not_reusable(found: Generation, stored: Settings, settings: Settings) -> str:
    """Why nothing can be taken over from a generation; "" when it can."""
    meta = found.meta
    if meta.get("pipeline") != pipeline_version():
        return "it was built by another version of this program"
    if replace(stored, site_url=settings.site_url) != settings:
        return "other settings"
    if meta.get("base_model") != builtin_name():
        return "another built-in model"
    return ""


def _as_kept(kept: Mapping[str, CachedPost], today: str, *, future: bool) -> Known:
    """Posts whose files are as they were and that are out today."""

    def known(name: str, data: bytes) -> tuple[Post, Sequence[Problem]] | None:
        old = kept.get(name)
        if not old or old.post.digest != hashlib.sha256(data).hexdigest():
            return None
        out = (future or old.post.date <= today) and not (old.post.expires and old.post.expires <= today)
        return (old.post, old.problems) if out else None

    return known


def _compare(posts: list[Post], known: Mapping[str, tuple[str, str]]) -> BuildReport:
    now = {p.path: (p.digest, p.url) for p in posts}
    return BuildReport(
        new=tuple(sorted(now.keys() - known.keys())),
        changed=tuple(sorted(path for path in now.keys() & known.keys() if now[path] != known[path])),
        removed=tuple(sorted(known.keys() - now.keys())),
        unchanged=sum(now[path] == known[path] for path in now.keys() & known.keys()),
        problems=(),
    )


def _guard(folder: Path, posts: list[Post], known: Mapping[str, tuple[str, str]]) -> str:
    """Why a build should not go on: too many of the posts are gone, those aside that only have another name."""
    now = {p.path for p in posts}
    appeared = Counter(p.digest for p in posts if p.path not in known)
    gone = []
    for path in sorted(known.keys() - now):
        if appeared[known[path][0]]:
            appeared[known[path][0]] -= 1
        else:
            gone.append(path)
    if len(gone) < MIN_VANISHED or len(gone) <= MAX_VANISHED * len(known):
        return ""
    return (
        f"{len(gone)} of the {len(known)} posts in the index are not in {folder} any more "
        f"({', '.join(gone[:_NAMED])}, …). If they are meant to go, build with --allow-removals; if not, check that "
        "this is the right folder"
    )
