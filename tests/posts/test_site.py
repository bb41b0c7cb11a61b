"""What a site's configuration says of addresses: Jekyll, Hexo, Hugo, Zola; what can't be read says nothing."""

import pytest

from rag.posts.site import Site, find_site


def site_of(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (folder / "a" / "b").mkdir(parents=True, exist_ok=True)
    return find_site(folder / "a" / "b")


@pytest.mark.parametrize(
    ("name", "text", "permalink", "lang", "url"),
    [
        ("_config.yml",
         "url: https://x.example\n", "/:categories/:year/:month/:day/:title:output_ext", "", "https://x.example"),
        ("_config.yml", "permalink: pretty\nbaseurl: /blog\n", "/blog/:categories/:year/:month/:day/:title/", "", ""),
        ("_config.yml", "permalink: /:title/\nlanguages: [en, ja]\ndefault_lang: en\n", "/:lang/:title/", "en", ""),
        ("_config.yml", "collections:\n  posts:\n    permalink: /p/:title/\n", "/p/:title/", "", ""),
        ("_config.yml", "defaults:\n- scope: {path: ''}\n  values: {permalink: '/d/:title/'}\n", "/d/:title/", "", ""),
        ("_config.yml",
         "source_dir: source\npermalink: :year/:title/\nroot: /blog/\nlanguage: zh-CN\n",
         "/blog/:year/:title/", "zh-cn", ""),
        ("hugo.toml",
         'baseURL = "https://x.example/sub/"\n', "/sub/:sections/:slugorfilename/", "", "https://x.example"),
        ("config.toml", 'baseURL = "/"\n[permalinks]\nblog = "/:year/:title/"\n', "/:year/:post_title/", "", ""),
        ("hugo.yaml",
         "defaultContentLanguage: ja\nlanguages:\n  ja: {}\n  en: {}\n", "/:lang/:sections/:slugorfilename/", "ja", ""),
        ("config/_default/hugo.toml", 'languageCode = "en-us"\n', "/:sections/:slugorfilename/", "en-us", ""),
        ("config.toml",
         'base_url = "https://x.example"\ndefault_language = "de"\n', "/:sections/:slugorfilename/", "de", "https://x.example"),
    ],
)  # fmt: skip
def test_the_rule_and_the_main_language(tmp_path, name, text, permalink, lang, url):
    site = site_of(tmp_path, name, text)
    assert (site.permalink, site.main_lang, site.url) == (permalink, lang, url)
    assert (site.file, site.root) == (str(tmp_path / name), tmp_path)


@pytest.mark.parametrize("text", ["a: [", "- x", "", "a: &a [*a]", "x" * 70_000])
def test_a_configuration_that_can_not_be_read_says_nothing(tmp_path, text):
    assert site_of(tmp_path, "_config.yml", text) == Site()


def test_the_nearest_configuration_counts_and_none_that_is_far_above(tmp_path):
    (tmp_path / "_config.yml").write_text("permalink: /far/:title/", encoding="utf-8")
    near = tmp_path / "1" / "2" / "3"
    near.mkdir(parents=True)
    assert find_site(near).permalink == "/far/:title/"
    (tmp_path / "1" / "_config.yml").write_text("permalink: /near/:title/", encoding="utf-8")
    assert find_site(near).permalink == "/near/:title/"
    (near / "4" / "5").mkdir(parents=True)
    assert find_site(near / "4" / "5").file == ""
