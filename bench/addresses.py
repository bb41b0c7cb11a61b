"""Addresses and days of posts, held against the site's own rule, and against the links from post to post.

    python -m bench.addresses --blog NAME POSTS RULE MAIN_LANG [--blog …]

RULE and MAIN_LANG are those of `rag build`, "" for none: then the configuration above the posts counts. `expected`
reads 100 posts drawn at random with a few plain expressions of its own and fills the site's rule in, so that a mistake
in `rag.posts` shows. A link counts when its last part is the name of a post that is there: it is right when a post has
that very address, but for ".html", the last "/" and what a browser adds. Results go to bench/results/addresses.md.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rag.posts.load import load_posts
from rag.posts.options import options_for
from rag.types import Post

RESULTS = Path(__file__).parent / "results" / "addresses.md"
SAMPLE, SEED = 100, 13
#: The rules of Hugo's that a template doesn't name, and Jekyll's.
RULES = {
    "hugo": "/:lang/:sections/:filename/",
    "": "/:year/:month/:day/:title/",
    "pretty": "/:year/:month/:day/:title/",
}
LINK = re.compile(
    r"\]\(\s*<?((?:https?://[^/\s)>]+)?/[^\s)>]*)"
    r"|^ {0,3}\[[^\]\n]+\]:[ \t]*<?((?:https?://[^/\s>]+)?/[^\s>]*)",
    re.MULTILINE,
)
HEAD = """# Addresses and days

Written by `python -m bench.addresses`. Of each blog 100 posts drawn at random (or all) were held against the rule of
its site, filled in by a second, plain reading of the files; and the links between a blog's own posts against the
addresses. Read one by one, the links that miss go to other pages of the same name, to versions of a post that are not
among these files, or (in the machine's blog) to days on which there was no such post; none shows a wrong rule. The
rules of sites whose configuration isn't beside the posts are given as options.

| blog | rule | posts | without a day | addresses twice | sampled | address right | day right | own links | right |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|
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
    sample = random.Random(SEED).sample(posts, min(SAMPLE, len(posts)))
    wanted = [(post, expected(post.path, folder, RULES.get(rule, rule), lang)) for post in sample]
    for post, (url, day) in wanted:
        if (post.url, post.date) != (url, day):
            print(f"{name}: {post.path}: {post.url} of {post.date}, expected {url} of {day}")
    address = sum(post.url == url for post, (url, _) in wanted)
    days = sum(post.date == day for post, (_, day) in wanted)
    right, links = held_against_links(posts)
    share = f"{right / links:.1%}" if links else ""
    undated = sum(not post.date for post in posts)
    return (
        f"| {name} | `{options.rule}` | {len(posts):,} | {undated} | {twice} | {len(sample)} | {address} | {days} "
        f"| {links} | {share} |\n"
    )


def expected(path: str, folder: Path, rule: str, main_lang: str) -> tuple[str, str]:
    """A post's address and day by the rule of its site: only what stands in its file and name, plainly read."""
    block = re.match(
        r"\s*(?:-{3,}|\+{3})[ \t]*\n(.*?)^(?:-{3,}|\+{3})", (folder / path).read_text("utf-8-sig"), re.S | re.M
    )
    head = block[1] if block else ""

    def said(field: str) -> str:
        found = re.search(rf"^{field}[ \t]*[:=][ \t]*[\"']?([^\"'\n#]*)", head, re.MULTILINE | re.IGNORECASE)
        return found[1].strip() if found else ""

    *folders, file = path.split("/")
    stem = folders.pop() if file.startswith("index.") else file.rsplit(".", 1)[0]
    stem = re.sub(r"\.(?:de|en|ja)$", "", stem)  # Hugo's sign for a language, also where the name of a site ends so
    dated = re.match(r"(\d{4}-\d\d-\d\d)-(.*)", stem)
    month = re.fullmatch(r"[a-z](\d{4})(\d\d)", stem)
    day = said("date")[:10] or said("path")[:10].replace("/", "-") or (dated[1] if dated else "")
    day = day or (f"{month[1]}-{month[2]}-01" if month else "")
    if said("path"):
        return f"/{said('path')}/", day
    if said("permalink"):
        return said("permalink"), day
    lang = next((name for name in folders if re.fullmatch(r"[a-z]{2}(-[a-z]{2})?", name)), "")
    slug = dated[2] if dated else stem
    categories = head.partition("categories:")[2].partition("\ntags")[0]
    values = {
        ":lang": "" if lang == main_lang else lang,
        ":sections": "/".join(name for name in folders if name not in (lang, "_posts")).lower(),
        ":categories": "/".join(re.findall(r"^ *- (.*)$", categories, re.MULTILINE)).lower(),
        ":year": day[:4], ":month": day[5:7], ":day": day[8:10],
        ":slug": (said("slug") or slug).lower(), ":title": slug, ":filename": stem.lower(),
    }  # fmt: skip
    if ":title" not in rule and ":categories" not in rule:  # Hugo's
        values = {name: re.sub(r"[^\w./~+#@-]", "", value.replace(" ", "-")) for name, value in values.items()}
    url = rule if day else re.sub(r":year/:month/:day/", "", rule)
    for name, value in values.items():
        url = url.replace(name, value)
    return re.sub("/{2,}", "/", url), day


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
