"""The addresses that each generator gives its posts: by options alone, and by the site's configuration."""

import pytest

from rag.posts.load import load_posts
from rag.posts.options import Options, options_for
from rag.posts.parse import parse_post
from rag.posts.permalink import expand_style


@pytest.mark.parametrize(
    ("path", "block", "rule", "url"),
    [
        ("2024-06-06-ten/index.md",
         "slug: 10-years\ndate: 2024-06-06", "/:lang/blog/:year/:month/:day/:slug/", "/blog/2024/06/06/10-years/"),
        ("ja/2024-06-06-ten/index.md",
         "slug: 10-years", "/:lang/blog/:year/:month/:day/:slug/", "/ja/blog/2024/06/06/10-years/"),
        ("remark/2019/03/book-cover.md", "date: 2019-03-30", "hugo", "/remark/2019/03/book-cover/"),
        ("blog/2015-04-15-open.md", "title: x", "hugo", "/blog/open/"),
        ("blog/2015-04-15-open.md", "date: 2015-04-15", "hugo", "/blog/2015-04-15-open/"),
        ("blog/v1.2.md", "title: x", "hugo", "/blog/v1.2/"),
        ("de/blog/x.md", "title: x", "hugo", "/de/blog/x/"),
        ("ryokou/index.md", "date: 2025-01-05", None, "/2025/01/05/ryokou/"),
        ("asaichi/index.en.md", "date: 2025-01-06", None, "/2025/01/06/asaichi/"),
        ("asaichi.ja.md", "date: 2025-01-06\nlang: ja", None, "/2025/01/06/asaichi/"),
        ("ja/_posts/2025-01-05-a.md", "title: x", None, "/ja/2025/01/05/a/"),
        ("ja/_posts/2025-01-05-a.md", "title: x", "pretty", "/ja/2025/01/05/a/"),
        ("travel/_posts/2025-01-05-a.md", "categories: [Hills]", "pretty", "/travel/hills/2025/01/05/a/"),
        ("_posts/2025-01-05-a.md", "title: x", None, "/2025/01/05/a/"),
        ("ja/2025-01-05-a.md", "title: 題です", None, "/ja/2025/01/05/a/"),
        ("en/2025-01-05-a.md", "title: the title", None, "/2025/01/05/a/"),
        ("2025-01-05-a.md", "url: /kept/here/", None, "/kept/here/"),
        ("2025-01-05-a.md", "url: https://elsewhere.example/a", None, "/2025/01/05/a/"),
        ("2025-01-05-a.md", "permalink: false", None, "/2025/01/05/a/"),
        ("2025-01-05-a.md", "path: /kept/here", None, "/kept/here"),
        ("p/README.md", "date: 2025-01-05", None, "/2025/01/05/p/"),
        ("2024-05-06-a.md", "slug: Cri-v1.36-GA", "/:slugorposttitle/", "/cri-v1.36-ga/"),
        ("b.md", "title: AT&T, v1.2 - a  b", "/:slugorposttitle/", "/att-v1.2-a-b/"),
        ("x/y/z/a.md", "title: t", "/:sections[1:]/:sections[0]-:sections[last]/", "/y/z/x-z/"),
        ("2024-02-05-a.md",
         "title: t", "/:year/:monthname/:weekdayname/:yearday/:short_day/", "/2024/February/Monday/36/Mon/"),
        ("2025-01-05-a.md", "path: 2015/05/15/Rust-1.0", None, "/2015/05/15/Rust-1.0/"),
        ("2025-01-05-a.md", "title: Nice, Words!", "/:section/:post_title/", "/nice-words/"),
        ("notes/2025-01-05-a.md", "title: x", "/:section/:contentbasename/", "/notes/2025-01-05-a/"),
    ],
)  # fmt: skip
def test_addresses_by_the_rules_of_generators(path, block, rule, url):
    options = Options(permalink=expand_style(rule) if rule else "", main_lang="en")
    post, problems = parse_post(path, f"---\n{block}\n---\nx".encode(), options)
    assert (post.url, problems) == (url, [])


def site(folder, config, posts, below="."):
    """{path of a post: its address} for a site with this configuration, {file: text}, when `below` is indexed."""
    for name, block in {**config, **posts}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block if name in config else f"---\n{block}\n---\n本文です。\n", encoding="utf-8")
    options, found = options_for(folder / below, None, None)
    loaded, problems, _ = load_posts(folder / below, options, today="2026-01-01")
    assert found.problem == ""
    assert [problem.reason for problem in problems if problem.skipped] == []
    return {post.path: post.url for post in loaded}


HUGO = """
baseURL = "https://blog.example.jp/"
defaultContentLanguage = "en"
contentDir = "content/en"
[permalinks]
blog = "/:section/:year/:month/:day/:slug/"
labs = "/:filename"
[languages.en]
title = "x"
[languages.ja]
contentDir = "content/ja"
[languages.zh-cn]
contentDir = "content/zh-cn"
"""
IN_HUGO = {
    "content/en/blog/_posts/2024-05-06-y.md": "date: 2024-05-06\ntitle: My Post",
    "content/ja/blog/_posts/2024-05-06-x/index.md": "date: 2024-05-06\nslug: GA-v1.36",
    "content/zh-cn/blog/z.md": "date: 2024-05-07\nslug: z",
    "content/en/docs/Set Up.md": "title: x",
    "content/ja/labs/2024-a.md": "title: x",
    "content/en/blog/u.md": "url: /kept/",
    "content/ja/blog/u.md": "url: kept/",
}


def test_hugo_with_a_content_folder_for_each_language(tmp_path):
    found = site(tmp_path, {"hugo.toml": HUGO}, IN_HUGO)
    assert found == {
        "content/en/blog/_posts/2024-05-06-y.md": "/blog/2024/05/06/my-post/",
        "content/ja/blog/_posts/2024-05-06-x/index.md": "/ja/blog/2024/05/06/ga-v1.36/",
        "content/zh-cn/blog/z.md": "/zh-cn/blog/2024/05/07/z/",
        "content/en/docs/Set Up.md": "/docs/set-up/",
        "content/ja/labs/2024-a.md": "/ja/2024-a",
        "content/en/blog/u.md": "/kept/",
        "content/ja/blog/u.md": "/ja/kept/",
    }


@pytest.mark.parametrize("below", ["content", "content/ja", "content/ja/blog", "content/ja/blog/_posts"])
def test_the_address_does_not_depend_on_which_of_the_site_s_folders_is_indexed(tmp_path, below):
    found = site(tmp_path, {"hugo.toml": HUGO}, IN_HUGO, below)
    assert "/ja/blog/2024/05/06/ga-v1.36/" in found.values()


def test_hugo_takes_the_day_off_a_name_only_where_its_configuration_says_so(tmp_path):
    posts = {"content/blog/2015-04-15-open.md": "date: 2024-05-06", "content/blog/2016-01-02-b.en.md": "title: x",
             "content/blog/2017-01-02-c.md": "lang: en"}  # fmt: skip
    many = "defaultContentLanguage: de\nlanguages:\n  de: {}\n  en: {}\n"
    first = site(tmp_path / "1", {"config.yaml": f'{many}frontmatter:\n  date: [":filename", ":default"]\n'}, posts)
    assert list(first.values()) == ["/blog/open/", "/en/blog/b/", "/blog/c/"]
    other = site(tmp_path / "2", {"config.yaml": f'{many}frontmatter:\n  date: ["date", ":filename"]\n'}, posts)
    assert list(other.values()) == ["/blog/2015-04-15-open/", "/en/blog/b/", "/blog/c/"]
    never = site(tmp_path / "3", {"config.yaml": many}, posts)
    assert list(never.values()) == ["/blog/2015-04-15-open/", "/en/blog/2016-01-02-b/", "/blog/2017-01-02-c/"]


def test_hugo_s_other_ways(tmp_path):
    posts = {"content/posts/a.md": "title: x", "content/posts/b/index.ja.md": "title: x", "content/c.md": "title: x"}
    ugly = {"hugo.yaml": "baseURL: https://x.example/sub/\nuglyURLs: true\n"}
    assert list(site(tmp_path / "1", ugly, {"content/posts/a.md": "title: x"}).values()) == ["/sub/posts/a.html"]
    inside = 'defaultContentLanguage = "en"\ndefaultContentLanguageInSubdir = true\n[languages.en]\n[languages.ja]\n'
    assert list(site(tmp_path / "2", {"hugo.toml": inside}, posts).values()) == [
        "/en/c/",
        "/en/posts/a/",
        "/ja/posts/b/",
    ]
    parts = {"config/_default/hugo.toml": 'baseURL = "/"\n', "config/_default/languages.en.toml": 'title = "x"\n',
             "config/_default/languages.ja.toml": 'title = "x"\n',
             "config/_default/permalinks.toml": '[page]\nposts = "/p/:slug/"\n'}  # fmt: skip
    assert list(site(tmp_path / "3", parts, posts).values()) == ["/c/", "/p/x/", "/ja/p/x/"]


def test_zola(tmp_path):
    posts = {"content/blog/2024-01-02-My_Post.md": "title: x", "content/blog/b.fr.md": "title: x",
             "content/blog/c.md": "slug: other", "content/d.md": "path: 2015/05/15/Rust-1.0"}  # fmt: skip
    config = 'base_url = "https://x.example"\ndefault_language = "en"\n[languages.fr]\n'
    found = site(tmp_path, {"config.toml": config}, posts)
    assert list(found.values()) == ["/blog/my-post/", "/fr/blog/b/", "/blog/other/", "/2015/05/15/Rust-1.0/"]


JEKYLL_POSTS = {
    "_posts/2024-01-02-b.md": "categories: Foo Bar",
    "en/news/_posts/2024-01-02-a.md": "title: x",
    "ja/news/_posts/2024-01-02-a.md": "title: x",
    "about.md": "title: x",
    "faq/index.md": "title: x",
}


def test_jekyll_s_folders_above_posts_are_categories_also_languages(tmp_path):
    found = site(tmp_path / "1", {"_config.yml": "lang: en\nbaseurl: /site\npermalink: pretty\n"}, JEKYLL_POSTS)
    assert found == {
        "_posts/2024-01-02-b.md": "/site/foo/bar/2024/01/02/b/",
        "en/news/_posts/2024-01-02-a.md": "/site/en/news/2024/01/02/a/",
        "ja/news/_posts/2024-01-02-a.md": "/site/ja/news/2024/01/02/a/",
        "about.md": "/site/about/",
        "faq/index.md": "/site/faq/",
    }
    by_default = site(tmp_path / "2", {"_config.yml": "title: x\n"}, JEKYLL_POSTS)
    assert list(by_default.values()) == [
        "/foo/bar/2024/01/02/b.html", "/about.html", "/en/news/2024/01/02/a.html", "/faq/",
        "/ja/news/2024/01/02/a.html",
    ]  # fmt: skip
    assert site(tmp_path / "1", {}, {}, "en/news/_posts") == {"2024-01-02-a.md": "/site/en/news/2024/01/02/a/"}


def test_jekyll_s_collections_and_sources_in_folders_of_their_own(tmp_path):
    collected = {"_config.yml": "collections_dir: collections\npermalink: pretty\n"}
    found = site(tmp_path / "1", collected, {"collections/_posts/2024-01-02-a.md": "title: x"})
    assert list(found.values()) == ["/2024/01/02/a/"]
    source = {"_config.yml": "source: src\ncollections_dir: all\npermalink: pretty\n"}
    found = site(tmp_path / "2", source, {"src/all/travel/_posts/2024-01-02-a.md": "title: x", "src/b.md": "title: x"})
    assert list(found.values()) == ["/travel/2024/01/02/a/", "/b/"]


def test_hugo_s_rule_for_the_root_holds_in_no_section(tmp_path):
    config = {"hugo.toml": 'baseURL = "https://x.example"\n[permalinks]\n"/" = "/r/:slug/"\n'}
    found = site(tmp_path, config, {"content/b.md": "title: Root", "content/posts/a.md": "title: x"})
    assert list(found.values()) == ["/r/root/", "/posts/a/"]


def test_jekyll_s_front_matter_defaults(tmp_path):
    config = """
permalink: /:title/
defaults:
- {scope: {path: "", type: posts}, values: {permalink: "/:categories/:year-:month-:day/:slug", author: 南}}
- {scope: {path: "_posts/en"}, values: {permalink: "/en/:title/", lang: en, categories: [news]}}
- {scope: {path: "", type: pages}, values: {permalink: "/never/"}}
"""
    posts = {"_posts/2024-01-02-a.md": "categories: [Tech]", "_posts/en/2024-01-02-b.md": "title: x",
             "_posts/en/2024-01-02-c.md": "permalink: /own/"}  # fmt: skip
    found = site(tmp_path, {"_config.yml": config}, posts, "_posts")
    assert list(found.values()) == ["/tech/2024-01-02/a", "/en/b/", "/own/"]
    loaded, _, _ = load_posts(tmp_path / "_posts", options_for(tmp_path / "_posts", None, None)[0])
    assert [(post.authors, post.lang, post.categories) for post in loaded[:2]] == [
        (("南",), "ja", ("Tech",)),
        (("南",), "en", ("news",)),
    ]


def test_jekyll_tells_days_in_the_time_zone_of_the_site(tmp_path):
    posts = {"_posts/2024-01-02-a.md": "date: 2024-01-02 17:00:00 +0000", "_posts/2024-01-02-b.md": "date: 2024-01-02"}
    found = site(tmp_path, {"_config.yml": "timezone: Asia/Tokyo\npermalink: pretty\n"}, posts)
    assert list(found.values()) == ["/2024/01/03/a/", "/2024/01/02/b/"]
    odd = site(tmp_path / "x", {"_config.yml": "timezone: Moon/Crater\npermalink: pretty\n"}, posts)
    assert list(odd.values()) == ["/2024/01/02/a/", "/2024/01/02/b/"]


def test_the_languages_of_jekyll_polyglot_are_named_by_front_matter(tmp_path):
    config = "languages: [en, ja]\ndefault_lang: en\npermalink: /:title/\n"
    posts = {"_posts/2024-01-02-a.md": "lang: ja", "_posts/2024-01-02-b.md": "lang: en"}
    assert list(site(tmp_path, {"_config.yml": config}, posts).values()) == ["/ja/a/", "/b/"]


@pytest.mark.parametrize(
    ("config", "addresses"),
    [
        ("new_post_name: ':title.md'",
         ["/2024/05/06/Hello/", "/2024/05/06/travel/2024-01-02-hills/", "/about.html"]),
        ("new_post_name: ':year-:month-:day-:title.md'\nroot: /blog/",
         ["/blog/2024/05/06/Hello/", "/blog/2024/05/06/travel/hills/", "/blog/about.html"]),
        ("new_post_name: ':title.md'\npermalink: ':category/:name.html'",
         ["/A/B/Hello.html", "/uncategorized/2024-01-02-hills.html", "/about.html"]),
    ],
)  # fmt: skip
def test_hexo(tmp_path, config, addresses):
    posts = {"source/_posts/Hello.md": "date: 2024-05-06\ncategories: [A, B]",
             "source/_posts/travel/2024-01-02-hills.md": "date: 2024-05-06", "source/about.md": "title: x"}  # fmt: skip
    found = site(tmp_path, {"_config.yml": f"skip_render:\n{config}\n"}, posts)
    assert sorted(found.values()) == sorted(addresses)


@pytest.mark.parametrize(
    ("config", "addresses"),
    [
        ({}, ["/ja/blog/v3.6-ga/", "/ja/blog/c_d/"]),
        ({"_config.yml": "title: x"}, ["/ja/blog/v3-6-ga/", "/ja/blog/c-d/"]),
    ],
)
def test_a_slug_keeps_its_signs_but_in_jekyll(tmp_path, config, addresses):
    site(tmp_path, config, {"ja/2024-01-02-a_b.md": "slug: v3.6-GA", "ja/2024-01-02-c_d.md": "title: 題"})
    options, _ = options_for(tmp_path, "/:lang/blog/:slug/", "en")
    assert [post.url for post in load_posts(tmp_path, options)[0]] == addresses


def test_a_rule_that_was_asked_for_wins_over_the_configuration_and_the_post_s_own_over_both(tmp_path):
    site(tmp_path, {"_config.yml": "baseurl: /b\npermalink: pretty\n"},
         {"_posts/2024-01-02-a.md": "title: x", "_posts/2024-01-02-c.md": "permalink: /own/"})  # fmt: skip
    options, _ = options_for(tmp_path / "_posts", "/p/:title/", None)
    assert [post.url for post in load_posts(tmp_path / "_posts", options)[0]] == ["/p/a/", "/own/"]


def test_posts_without_a_configuration_in_folders_of_languages(tmp_path):
    found = site(tmp_path, {}, {"en/_posts/2024-01-02-a.md": "title: x", "ja/_posts/2024-01-02-a.md": "title: x",
                                "_posts/zh-cn/2024-01-02-a.md": "title: 题"})  # fmt: skip
    assert sorted(found.values()) == ["/en/2024/01/02/a/", "/ja/2024/01/02/a/", "/zh-cn/2024/01/02/a/"]
