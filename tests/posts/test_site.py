"""Where a site's configuration is found, and what can't be read says nothing but that."""

import pytest

from rag.posts.site import find_site


def site_of(folder, name, text, below="a/b"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (folder / below).mkdir(parents=True, exist_ok=True)
    return find_site(folder / below)


@pytest.mark.parametrize(
    ("name", "text", "generator", "rule", "lang", "url"),
    [
        ("_config.yml", "url: https://x.example\n",
         "Jekyll", "/:categories/:year/:month/:day/:title:output_ext", "", "https://x.example"),
        ("_config.yml", "permalink: :title\nurl: http://localhost:4000\n", "Jekyll", "/:title", "", ""),
        ("_config.yml", "collections:\n  posts:\n    permalink: /p/:title/\n", "Jekyll", "/p/:title/", "", ""),
        ("_config.yml", "source_dir: source\npermalink: :year/:name/\nlanguage: zh-CN\n",
         "Hexo", "/:year/:title/", "zh-cn", ""),
        ("hugo.toml", 'baseURL = "https://example.org/"\n', "Hugo", "/:lang/:sections/:slugorfilename/", "", ""),
        ("config/_default/hugo.toml", 'languageCode = "en-us"\n',
         "Hugo", "/:lang/:sections/:slugorfilename/", "en-us", ""),
        ("hugo.json", '{"defaultContentLanguage": "ja"}', "Hugo", "/:lang/:sections/:slugorfilename/", "ja", ""),
        ("config.toml", 'base_url = "https://x.example"\ndefault_language = "de"\n',
         "Zola", "/:lang/:sections/:slug/", "de", "https://x.example"),
        ("zola.toml", 'base_url = "https://x.example"\n[slugify]\npaths = "off"\n',
         "Zola", "/:lang/:sections/:title/", "", "https://x.example"),
    ],
)  # fmt: skip
def test_the_generator_its_rule_and_the_main_language(tmp_path, name, text, generator, rule, lang, url):
    found = site_of(tmp_path, name, text)
    site = found.site
    assert (site.generator, site.template, site.main_lang, site.url) == (generator, rule, lang, url)
    assert (found.file, found.above, found.problem) == (str(tmp_path / name), ("a", "b"), "")


@pytest.mark.parametrize(
    ("text", "why"),
    [("a: [", "is not valid YAML"), ("a: &a [*a]", "uses YAML anchors or aliases"),
     ("x" * 70_000, "is longer than 65,536"), ("- x", ""), ("", "")],
)  # fmt: skip
def test_a_configuration_that_can_not_be_read_is_named(tmp_path, text, why):
    found = site_of(tmp_path, "_config.yml", text)
    assert found.site.generator == ""
    assert (why in found.problem) if why else (found.problem == "")


def test_a_rule_with_a_placeholder_that_is_not_known_is_named_and_not_used(tmp_path):
    found = site_of(tmp_path, "_config.yml", "permalink: /:year/:hour/:title/\n")
    assert (found.site.generator, found.site.template) == ("Jekyll", "")
    assert found.problem == "/:year/:hour/:title/ holds :hour, which is not known here"


def test_another_program_s_config_is_none_of_a_site(tmp_path):
    assert site_of(tmp_path, "config.toml", 'theme = "dark"\n[permissions]\nx = 1\n').file == ""
    assert site_of(tmp_path, "config.json", '{"editor": "vi"}').file == ""


def test_the_nearest_configuration_counts_and_none_that_is_far_above_or_of_another_repository(tmp_path):
    (tmp_path / "_config.yml").write_text("permalink: /far/:title/", encoding="utf-8")
    near = tmp_path / "1" / "2" / "3"
    deep = near / "4" / "5" / "6"
    deep.mkdir(parents=True)
    assert find_site(near).site.template == "/far/:title/"
    assert find_site(deep).file == ""
    (tmp_path / "1" / "2" / ".git").mkdir()
    assert find_site(near).file == ""
    (tmp_path / "1" / "2" / "_config.yml").write_text("permalink: /near/:title/", encoding="utf-8")
    assert find_site(near).site.template == "/near/:title/"


def test_values_of_another_kind_than_a_generator_has_say_nothing(tmp_path):
    (tmp_path / "config" / "_default").mkdir(parents=True)
    (tmp_path / "config" / "_default" / "languages.toml").write_text("[en]\nweight = 1\n", encoding="utf-8")
    found = site_of(tmp_path, "config/_default/hugo.toml", 'languages = "x"\npermalinks = 3\nfrontmatter = []\n')
    assert (found.site.generator, found.site.languages, found.problem) == ("Hugo", ("en",), "")
    odd = "permalink: {a: b}\ncollections: [posts]\ndefaults: x\nlanguages: en\ntimezone: [1]\n"
    assert (
        site_of(tmp_path / "y", "_config.yml", odd).site.template == "/:categories/:year/:month/:day/:title:output_ext"
    )
