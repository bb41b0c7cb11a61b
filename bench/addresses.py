"""Addresses and days of posts, held against what a blog says of itself: its own links from post to post.

    python -m bench.addresses --blog NAME POSTS RULE MAIN_LANG [--blog …]

RULE and MAIN_LANG are those of `rag build`, "" for none. A link counts when its last part is the name of a post that is
there: it is right when a post has that very address, but for ".html", the last "/" and what a browser adds. A day
counts as right when the address that links use has it. Results go to bench/results/addresses.md.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rag.posts.load import load_posts
from rag.posts.options import options_for
from rag.types import Post

RESULTS = Path(__file__).parent / "results" / "addresses.md"
LINK = re.compile(
    r"\]\(\s*<?((?:https?://[^/\s)>]+)?/[^\s)>]*)"
    r"|^ {0,3}\[[^\]\n]+\]:[ \t]*<?((?:https?://[^/\s>]+)?/[^\s>]*)",
    re.MULTILINE,
)
HEAD = """# Addresses and days

Written by `python -m bench.addresses`: links between a blog's own posts, and what its posts have for days.
Read one by one, the links that miss go to other pages of the same name, to versions of a post that are not among these
files, or (in the machine's blog) to days on which there was no such post; none shows a wrong rule. The rules of sites
whose configuration isn't beside the posts are given as options.

| blog | rule | posts | without a day | addresses twice | links to own posts | right |
|---|---|--:|--:|--:|--:|--:|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blog", nargs=4, action="append", required=True, metavar=("NAME", "POSTS", "RULE", "LANG"))
    rows = [on_blog(name, Path(posts), rule, lang) for name, posts, rule, lang in parser.parse_args().blog]
    text = HEAD + "".join(rows)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


def on_blog(name: str, folder: Path, rule: str, lang: str) -> str:
    options, _ = options_for(folder, rule or None, lang or None)
    posts, problems, _ = load_posts(folder, options)
    twice = sum(problem.reason.startswith("shares the address") for problem in problems)
    right, links = held_against_links(posts)
    share = f"{right / links:.1%}" if links else ""
    undated = sum(not post.date for post in posts)
    return f"| {name} | `{options.permalink}` | {len(posts):,} | {undated} | {twice} | {links} | {share} |\n"


def held_against_links(posts: Iterable[Post]) -> tuple[int, int]:
    """How many links go to an address that a post has, of those to the name of a post."""
    posts = list(posts)
    known = {plain(post.url) for post in posts}
    names = {address.rpartition("/")[2] for address in known}
    hosts = own_hosts(posts, known)
    right = links = 0
    for post in posts:
        for found in LINK.finditer(post.body):
            target = urlsplit(found[1] or found[2])
            address = plain(unquote(target.path))
            if target.netloc in hosts and address.rpartition("/")[2] in names and address.count("/") > 1:
                links += 1
                right += address in known
    return right, links


def own_hosts(posts: Iterable[Post], known: set[str]) -> set[str]:
    """No host, and those to which a link with a post's address goes."""
    targets = (urlsplit(found[1] or found[2]) for post in posts for found in LINK.finditer(post.body))
    return {"", *(target.netloc for target in targets if plain(unquote(target.path)) in known)}


def plain(path: str) -> str:
    return path.rstrip("/").removesuffix(".html").removesuffix("/index").lower()


if __name__ == "__main__":
    main()
