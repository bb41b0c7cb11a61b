"""What recurs over the posts: one copy stays, and advertisements go when they recur."""

from itertools import zip_longest

from rag.cleaning.boilerplate import MIN_SHARE, edges_of, learn_boilerplate, suspects_of, without
from rag.cleaning.stages import Signs, Traits
from rag.types import Block, Post

FOOTER = "この日誌は、窯の会の三人が交代で毎週書いています。"


def text(content: str, suspect: str = "") -> Block:
    return Block("text", content, 1, 1, suspect=suspect)


def item(content: str) -> Block:
    return Block("list", content, 1, 1, 1)


def heading(content: str) -> Block:
    return Block("heading", content, 1, 1, 2)


def own(n: int) -> Block:
    return text(f"{n}番目の窯では、煉瓦を{n}段だけ積みました。")


def left(*posts: list[Block], days: str = "123456789", langs: str = "") -> list[list[str]]:
    """What stays of each post; by default each is of the day after."""
    named = [
        Post(f"{n}.md", f"{n}の話", f"2026-01-{day:>02}", "", (), (), "", 1, "0", lang=lang)
        for n, (_, day, lang) in enumerate(zip_longest(posts, days[: len(posts)], langs, fillvalue=""))
    ]
    gone = learn_boilerplate(named, [Traits(Signs(), edges_of(blocks), suspects_of(blocks)) for blocks in posts])
    return [[b.text for b in without(blocks, keys)[0]] for blocks, keys in zip(posts, gone, strict=True)]


def test_a_footer_goes_from_all_posts_but_the_first() -> None:
    posts = [[own(n), text(FOOTER)] for n in range(5)]
    assert left(*posts) == [[own(0).text, FOOTER], *[[own(n).text] for n in range(1, 5)]]


def test_the_order_of_the_posts_plays_no_part() -> None:
    posts = [[own(n), text(FOOTER)] for n in range(5)]
    assert [len(blocks) for blocks in left(*posts, days="98765")] == [1, 1, 1, 1, 2]
    assert [len(blocks) for blocks in left(*posts, days="11111")] == [2, 1, 1, 1, 1]


def test_each_piece_that_went_is_told_with_its_reason() -> None:
    posts = [[own(n), text(FOOTER)] for n in range(5)]
    named = [Post(f"{n}.md", "", f"2026-01-{n + 1:02}", "", (), (), "", 1, "0") for n in range(5)]
    gone = learn_boilerplate(named, [Traits(Signs(), edges_of(blocks), ()) for blocks in posts])
    assert without(posts[4], gone[4])[1] == [(posts[4][1], "boilerplate")]


def test_what_recurs_in_few_posts_stays() -> None:
    some = [[own(n), text(FOOTER)] for n in range(4)]
    others = [[own(n)] for n in range(4, int(4 / MIN_SHARE) + 2)]
    assert left(*some, *others) == [[b.text for b in blocks] for blocks in [*some, *others]]


def test_what_recurs_in_the_middle_of_posts_stays() -> None:
    """An advisory has its "Affected versions", as the others have."""
    middle = "すべての版の窯に、この問題があります。直した版に上げてください。"
    posts = [[own(n), heading("影響する版"), text(middle), own(n + 50)] for n in range(6)]
    assert left(*posts) == [[b.text for b in blocks] for blocks in posts]


def test_a_text_with_figures_or_under_a_heading_with_figures_stays() -> None:
    fee = [[own(n), text("会場は公民館の二階で、参加費は500円です。")] for n in range(6)]
    diary = [[own(n), heading("1月31日"), text("この日は朝から一日じゅう雨が降っていました。")] for n in range(6)]
    for posts in (fee, diary):
        assert left(*posts) == [[b.text for b in blocks] for blocks in posts]


def test_short_words_stay() -> None:
    posts = [[text("閑話休題。"), own(n), text("会議。")] for n in range(6)]
    assert left(*posts) == [[b.text for b in blocks] for blocks in posts]


def test_a_short_line_inside_a_footer_does_not_save_the_rest() -> None:
    posts = [[own(n), text(FOOTER), text("© 2026 窯の会")] for n in range(5)]
    assert left(*posts)[1:] == [[own(n).text, "© 2026 窯の会"] for n in range(1, 5)]


def test_names_in_lists_stay_and_a_list_that_recurs_whole_goes() -> None:
    """Who worked on a version is another list each time, though most names recur."""
    names = ["- 田中はなこ（窯の会、東京支部）", "- 佐藤げんた（窯の会、京都支部）", "- Marie Curie-Sklodowska (Paris)"]
    some = [[own(n), *(item(name) for name in names[: 1 + n % 3]), item(f"- 新人{'ABCDEFG'[n]}さん")] for n in range(6)]
    assert left(*some) == [[b.text for b in blocks] for blocks in some]
    same = [[own(n), *(item(name) for name in names)] for n in range(6)]
    assert [len(blocks) for blocks in left(*same)] == [4, 1, 1, 1, 1, 1]


def test_translations_of_one_post_count_once() -> None:
    """Four languages of a release have the same list of names."""
    posts = [[own(n), item("- Kubelet Resource Metrics Endpoint")] for n in range(5)]
    assert left(*posts, langs="abcde") == [[b.text for b in blocks] for blocks in posts]
    assert [len(blocks) for blocks in left(*posts)] == [2, 1, 1, 1, 1]


def test_suspects_go_from_every_post_when_they_recur_and_stay_when_not() -> None:
    posts = [[text("窯の本を買う", "promotion"), own(n)] for n in range(3)]
    assert left(*posts) == [[own(n).text] for n in range(3)]
    assert left(*posts[:2]) == [["窯の本を買う", own(n).text] for n in range(2)]


def test_an_advert_is_known_in_one_paragraph_as_in_two() -> None:
    two = [[text("窯の本です。", "promotion"), text("いますぐ買う。", "promotion"), own(n)] for n in range(3)]
    one = [text("窯の本です。\nいますぐ買う。", "promotion"), own(9)]
    assert left(*two, one)[-1] == [own(9).text]


def test_a_link_in_the_words_of_another_posts_title_goes() -> None:
    links = [item("- 1の話"), item("- 窯の会の発表資料")]
    suspects = [Block("list", b.text, 1, 1, 1, "link_list") for b in links]
    assert left([own(0), *suspects], [own(1)])[0] == [own(0).text, "- 窯の会の発表資料"]


def test_no_posts_no_keys() -> None:
    assert learn_boilerplate([], []) == []
    assert (edges_of([]), suspects_of([])) == ((), ())
