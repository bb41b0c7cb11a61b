"""What a site's configuration and the options about addresses make of an index, and what a change of them costs."""

import pytest

import rag
from rag.indexing.build import build
from rag.indexing.plan import make_plan
from rag.indexing.settings import Settings

ENGLISH = (
    "A day ticket is twelve hundred yen for grown-ups, and children pay the half of that on every train of the line."
)
BODY = "一日乗車券は大人千二百円で、子どもは半額になる。週末には自転車をそのまま載せられる列車が二往復走る。"


@pytest.fixture
def site(tmp_path):
    posts = tmp_path / "site" / "content" / "blog"
    posts.mkdir(parents=True)
    for name, block in (("a.md", "title: 甲"), ("b.en.md", "title: 乙\nauthor: 南\ntranslator: 北川")):
        body = ENGLISH if ".en." in name else BODY
        (posts / name).write_text(f"---\n{block}\ndate: 2025-01-02\n---\n{body}\n", encoding="utf-8")
    return posts


def configure(posts, text):
    (posts.parents[1] / "hugo.toml").write_text(text, encoding="utf-8")


HUGO = 'baseURL = "https://blog.example.jp/"\ndefaultContentLanguage = "ja"\n[languages.ja]\n[languages.en]\n'


def urls(index):
    return {path: url for path, _, _, url in index.posts()}


def test_addresses_languages_and_people_are_in_the_index(site, tmp_path):
    configure(site, HUGO)
    index = rag.build_index(site, tmp_path / "ix", adapt=False)
    assert urls(index) == {"a.md": "/blog/a/", "b.en.md": "/en/blog/b/"}
    assert index.status()["site_url"] == "https://blog.example.jp"
    told = index.report.addresses
    assert told.startswith("/:lang/:sections/:slugorfilename/ (by ")
    assert told.endswith("hugo.toml; posts in ja have no language in theirs)")
    found = {p.post: (p.lang, p.authors, p.translators) for p in index.passages()}
    assert found["b.en.md"] == ("en", ("南",), ("北川",))
    for name in ("南", "北川"):
        assert {hit.passage.post for hit in index.search("day ticket", authors=[name])} == {"b.en.md"}


def test_a_changed_configuration_gives_posts_their_new_addresses_and_one_that_says_the_same_changes_nothing(
    site, tmp_path
):
    configure(site, HUGO)
    build(site, tmp_path / "ix", Settings(adapt=False))
    configure(site, HUGO + 'title = "another"\n')
    assert not make_plan(site, tmp_path / "ix", Settings()).needed
    configure(site, HUGO.replace('"ja"', '"en"'))
    index = rag.build_index(site, tmp_path / "ix")
    assert index.report.anew == "addresses are made by another rule"
    assert urls(index) == {"a.md": "/blog/a/", "b.en.md": "/blog/b/"}
    (site.parents[1] / "hugo.toml").unlink()
    assert urls(rag.build_index(site, tmp_path / "ix")) == {"a.md": "/2025/01/02/a/", "b.en.md": "/2025/01/02/b/"}


def test_options_are_remembered_and_where_links_go_costs_no_embedding(site, tmp_path):
    configure(site, HUGO)
    asked = {"permalink": "/:lang/p/:title/", "main_lang": "en", "adapt": False}
    index = rag.build_index(site, tmp_path / "ix", **asked)
    assert urls(index) == {"a.md": "/p/a/", "b.en.md": "/p/b/"}
    assert index.report.addresses == ""
    index = rag.build_index(site, tmp_path / "ix", site_url="https://other.example.jp")
    assert (index.status()["site_url"], index.report.embedded) == ("https://other.example.jp", 0)
    again = rag.build_index(site, tmp_path / "ix")
    assert again.report.options == (
        "--no-adapt", "--permalink /:lang/p/:title/", "--main-lang en", "--site-url https://other.example.jp",
    )  # fmt: skip
    assert again.generation.id == index.generation.id


def test_a_diary_s_days_are_its_passages_and_stay_so_in_a_build_that_takes_them_over(tmp_path):
    posts = tmp_path / "log"
    posts.mkdir()
    texts = {
        6: "庭のトマトを植え替えた。支柱を二本立てて、麻の紐で結んだ。",
        13: BODY,
        20: "図書館で本を十冊借りた。期限は三週間先である。",
    }
    days = "\n\n".join(f"## 1月{day}日(土)\n\n{text}" for day, text in texts.items())
    (posts / "d202401.md").write_text(f"# 2024年1月\n\n新しい年の日記を始める。\n\n{days}\n", encoding="utf-8")
    first = rag.build_index(posts, tmp_path / "ix", adapt=False)
    dates = [p.date for p in first.passages()]
    assert dates == ["2024-01-01", "2024-01-06", "2024-01-13", "2024-01-20"]
    (posts / "d202402.md").write_text(
        "# 2024年2月\n\n## 2月3日(土)\n\n雪が三十センチ積もり、電車は昼まで動かなかった。\n", encoding="utf-8"
    )
    second = rag.build_index(posts, tmp_path / "ix")
    assert (second.report.anew, [p.date for p in second.passages()]) == ("", [*dates, "2024-02-03"])
    found = second.search("乗車券は大人いくら？", since="2024-01-13", until="2024-01-13")
    assert {hit.passage.date for hit in found} == {"2024-01-13"}
    other = rag.build_index(posts, tmp_path / "full", adapt=False)
    assert list(other.passages()) == list(second.passages())
