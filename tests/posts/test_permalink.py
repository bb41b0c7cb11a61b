"""Jekyll's permalink rule, and that no address leads off the blog."""

import pytest

from rag.errors import InputError
from rag.posts.permalink import DEFAULT, Place, expand_style, fill, is_path, slugify


def address(template=DEFAULT, date="2025-01-05", slug="Rail-旅_1", categories=()):
    return fill(expand_style(template), Place(date, slug, categories))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (None, "/2025/01/05/Rail-旅_1/"),
        ("date", "/旅/鉄 道/2025/01/05/Rail-旅_1.html"),
        ("pretty", "/旅/鉄 道/2025/01/05/Rail-旅_1/"),
        ("ordinal", "/旅/鉄 道/2025/005/Rail-旅_1.html"),
        ("weekdate", "/旅/鉄 道/2025/W01/Sun/Rail-旅_1.html"),
        ("none", "/旅/鉄 道/Rail-旅_1.html"),
        ("/blog/:short_year-:i_month-:i_day/:slug", "/blog/25-1-5/rail-旅-1"),
    ],
)
def test_styles_and_templates(template, expected):
    assert address(template, categories=("旅", "鉄 道", "旅")) == expected


def test_a_post_without_date_or_category_leaves_no_gap():
    assert address("pretty", date="") == "/Rail-旅_1/"


@pytest.mark.parametrize(
    ("name", "pretty", "plain"),
    [
        ("Hello, World! (2)", "Hello,-World!-(2)", "Hello-World-2"),
        ("古い--路線 図", "古い-路線-図", "古い-路線-図"),
        ("か\u3099き", "か\u3099き", "か\u3099き"),
        ("x/../y", "x-..-y", "x-y"),
        ("<b>&#%?", "b-&", "b"),
    ],
)
def test_slugs_are_jekylls(name, pretty, plain):
    assert slugify(name, keep=frozenset("._~!$&'()+,;=@")) == pretty
    assert slugify(name) == plain


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("/../../etc/:title", "/etc/a"),
        ("/a//b/./:title/", "/a/b/a/"),
        ("a\\..\\b/:title", "/a/b/a"),
        ("/a\n\t b/", "/a b/"),
        ("/", "/"),
        ("..", "/"),
    ],
)
def test_addresses_stay_on_the_blog(template, expected):
    assert fill(template, Place("", "a")) == expected


@pytest.mark.parametrize(
    "template", ["https://x.example/a", "javascript:alert(1)", "//x.example/a", "/\\x.example", "\\x"]
)
def test_full_addresses_are_no_paths(template):
    assert not is_path(template)
    with pytest.raises(InputError, match="is not a path"):
        expand_style(template)


def test_unknown_placeholder_is_named():
    with pytest.raises(InputError, match="unknown placeholder ':monat'"):
        expand_style("/:year/:monat/")


def test_a_slug_without_letters_still_has_an_address():
    assert address(slug="???") == "/2025/01/05/post/"
