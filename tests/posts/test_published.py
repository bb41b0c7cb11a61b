"""What is kept from readers, in the words of each generator, and what can't be read but may be."""

import pytest

from rag.posts.options import Options
from rag.posts.parse import parse_post
from rag.types import Problem

TODAY = "2026-01-01"


def parse(text, path="a.md", today=TODAY, **options):
    return parse_post(path, text.encode(), Options(**options), today)


@pytest.mark.parametrize(
    ("path", "block", "option", "reason"),
    [
        ("a.md", "draft: true", "drafts", "is a draft: draft is true"),
        ("a.md", "draft: 'yes'", "drafts", "is a draft: draft is true"),
        ("a.md", "private: true", "drafts", "is a draft: private is true"),
        ("a.md", "published: false", "drafts", "is a draft: published is false"),
        ("a.md", "title: a: b\ndraft: true", "drafts", "is a draft: draft is true"),
        ("_drafts/a.md", "title: x", "drafts", "is a draft: it lies in _drafts"),
        ("a.md", "date: 2026-01-02", "future", "is dated 2026-01-02, which is still to come"),
        ("2099-12-31-a.md", "title: x", "future", "is dated 2099-12-31, which is still to come"),
    ],
)
def test_what_is_not_published_is_not_indexed(path, block, option, reason):
    text = f"---\n{block}\n---\n本文"
    assert parse(text, path) == (None, [Problem(path, reason)])
    assert parse(text, path, **{option: True})[0].body == "本文"


@pytest.mark.parametrize(
    ("block", "option", "reason"),
    [
        ("unlisted: true", "drafts", "is unlisted: unlisted is true"),
        ("title: 温泉: 入門\ndraft: true # あとで", "drafts", "is a draft: draft is true"),
        ("title: 温泉: 入門\npublished: 'no' # まだ", "drafts", "is a draft: published is false"),
        ("title: [x\ndraft: {when: later}",
         "drafts", "may be a draft: its front matter can't be read and names draft; mend it"),
        ("title: [x\n  draft: true",
         "drafts", "may be a draft: its front matter can't be read and names draft; mend it"),
        ("date: 2020-01-01\npublishDate: 2099-01-01", "future", "is dated 2099-01-01, which is still to come"),
        ("hidden: true", "drafts", "is unlisted: hidden is true"),
        ("listed: false", "drafts", "is unlisted: listed is false"),
        ("publish: false", "drafts", "is a draft: publish is false"),
        ("render: false", "drafts", "is a draft: render is false"),
        ("status: Draft", "drafts", "is a draft: status is draft"),
        ("build: {render: never}", "drafts", "is unlisted: build.render is never"),
        ("_build: {list: false}", "drafts", "is unlisted: _build.list is false"),
        ("draft: ture", "drafts", "may be a draft: draft is 'ture'; write true or false"),
        ("draft: &x true",
         "drafts", "may be a draft: its front matter can't be read and names draft; mend it"),
    ],
)  # fmt: skip
def test_what_is_not_out_in_other_words_is_not_indexed(block, option, reason):
    text = f"---\n{block}\n---\n本文"
    assert parse(text, "a.md") == (None, [Problem("a.md", reason)])
    assert parse(text, "a.md", **{option: True})[0].body == "本文"


@pytest.mark.parametrize(
    "block", ["title: [x\ndraft: false", "title: [x\npublished: true # ja", "title: [x\nDraft: no"]
)
def test_a_block_that_can_not_be_read_but_says_that_it_is_out_is_out(block):
    post, (problem,) = parse(f"---\n{block}\n---\n本文", "a.md")
    assert (post.body, problem.skipped) == ("本文", False)


def test_a_post_ends_on_its_day():
    text = "---\nexpiryDate: 2025-12-31\n---\n本文"
    assert parse(text, "a.md", today="2025-12-30")[0].expires == "2025-12-31"
    assert parse(text, "a.md", today="2025-12-31") == (None, [Problem("a.md", "was to be read until 2025-12-31")])


#: Blocks that no parser reads, or that lack their end, each with a line that says that they are drafts.
UNREADABLE = {
    "toml, a name twice": '+++\ntitle = "a"\ntitle = "b"\ndraft = true # x\n+++\n',
    "toml, another language's true": '+++\ntitle = "a"\ndraft = True\n+++\n',
    "toml without an end": "+++\ntitle = 'a'\ndraft = true\n\n",
    "toml between dashes": '---toml\ntitle = "a"\ndraft = true\n---\n',
    "json with a comma too many": '{\n "title": "a",\n "draft": true,\n}\n',
    "json with a comment": '{\n "title": "a", // for now\n "draft": true\n}\n',
    "json without an end": '{\n "title": "a",\n "draft": true\n\n',
    "json between dashes": '---json\n{"title": "a",\n"draft": true}\n---\n',
    "yaml with two colons": "---\ntitle: a: b\ndraft: true # later\n---\n",
    "yaml with quoted names": '---\n"title": a: b\n"draft": true\n---\n',
    "yaml with a tab": "---\ntitle: a\n\tdraft: true\n---\n",
    "yaml without an end": "---\ntitle: a\ndraft: true\n\n",
    "yaml without an end, after a blank line": "---\ntitle: a\n\ndraft: true\n",
    "a comment behind the fence": "--- # hidden\ntitle: a\ndraft: true\n---\n",
    "a comment before the fence": "<!-- CC BY -->\n---\ntitle: a\ndraft: true\n---\n",
    "hexo without a first fence": "title: a\ndate: 2024-01-02\npublished: false\n---\n",
    "hexo's json": ';;;\n"title": "a",\n"published": false\n;;;\n',
    "pelican": "Title: a\nDate: 2024-01-02\nStatus: draft\n\n",
    "nikola": "<!--\n.. title: a\n.. tags: x, draft\n-->\n",
}


@pytest.mark.parametrize("block", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_draft_that_is_hard_to_read_stays_out(block):
    post, (problem,) = parse(f"{block}まだ公開しない文章です。")
    assert post is None
    assert "a draft: " in problem.reason
    assert "まだ公開しない文章です。" in parse(f"{block}まだ公開しない文章です。", drafts=True)[0].body


@pytest.mark.parametrize(
    "block", ["status: published", "status: publish", "published: 2025-01-02", "draft: ''", "draft: ~", "private: no",
              "build: {render: always}", "render: true"],
)  # fmt: skip
def test_what_says_that_it_is_out_is_out(block):
    assert parse(f"---\n{block}\n---\n本文")[0].body == "本文"


def test_where_the_day_of_publishing_is_given_it_counts_and_not_the_day_of_an_event():
    post, problems = parse("---\ndate: 2099-05-01\npublishDate: 2025-05-01\n---\n本文")
    assert (post.date, problems) == ("2099-05-01", [])
