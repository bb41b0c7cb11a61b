"""Which sentences are quoted, and how much around them."""

from dataclasses import replace

from rag.answering.selection import MAX_QUOTES, Quote, best_sentences, common, figures_differ, with_neighbours
from tests.answering.test_answer import READER, hit

LIST = (
    "持ち物は次のとおりである。\n・飲み水を一人に一本ずつ\n・手袋を一組と替えの靴下\n"
    "・見通しの悪い道で鳴らす鈴\n・雨に備えた上着を一枚"
)


def quotes(question, hits):
    return with_neighbours(question, best_sentences(question, hits, READER), hits)


def test_a_figure_of_the_unit_asked_for_comes_first():
    text = "修理カフェの割合の話をしよう。修理カフェは二年前に始まった。直った品はおよそ71%だった。"
    assert (
        best_sentences("修理カフェで直った品の割合は？", [hit(text)], READER)[0].text == "直った品はおよそ71%だった。"
    )


def test_a_sentence_comes_with_its_next_neighbour_or_the_previous_when_that_one_is_good():
    hits = [hit("開業は古い。鉄道の駅は十四ある。海も見える。線路は長い。")]
    start = hits[0].passage.text.index("鉄道")
    best = Quote(9.0, 0, start, start + 9, "鉄道の駅は十四ある。")
    assert with_neighbours("駅は？", [best], hits)[0].text == "鉄道の駅は十四ある。海も見える。"
    first = replace(best, worth=5.0, start=0, end=6, text="開業は古い。")
    assert with_neighbours("駅は？", [best, first], hits)[0].text == "開業は古い。鉄道の駅は十四ある。"


def test_only_the_best_sentence_comes_with_a_neighbour():
    hits = [
        hit(
            "町の食パンは朝六時に焼き上がる。店の裏は広い庭である。花も咲く。町の食パンの売り切れは昼前になる。海も近い。"
        )
    ]
    found = [q.text for q in quotes("町の食パンはいつ焼き上がる？", hits)]
    assert found == ["町の食パンは朝六時に焼き上がる。店の裏は広い庭である。", "町の食パンの売り切れは昼前になる。"]


def test_what_is_worth_much_less_than_the_best_is_not_quoted():
    hits = [
        hit("町の食パンは朝六時に焼き上がる。海の向こうの山は高い。", line=1),
        hit("森の奥に池がある。鳥も来る池だ。", score=0.1),
    ]
    found = [q.text for q in quotes("町の食パンはいつ焼き上がる？", hits)]
    assert found == ["町の食パンは朝六時に焼き上がる。海の向こうの山は高い。"]


def test_a_figure_that_is_told_needs_fewer_words_around_it():
    texts = ["食パンは三百円である。", "店は朝に開く。", "粉は北から来る。", "窯は古い。", "客は多い。", "犬もいる。"]
    hits = [hit(text, post=f"{n}.md") for n, text in enumerate(texts)]
    picked = [Quote(9.0 - n, n, 0, len(text), text) for n, text in enumerate(texts)]
    assert [q.hit for q in with_neighbours("食パンはいくら？", picked, hits)] == [0, 1, 2]
    assert [q.hit for q in with_neighbours("食パンとは？", picked, hits)] == [0, 1, 2, 3, 4]
    assert len(with_neighbours("犬はいくら？", picked[1:], hits)) == MAX_QUOTES, "the best has no figure"


def test_a_list_is_quoted_to_its_end_when_several_things_are_asked_for():
    assert quotes("山の持ち物を全部挙げて", [hit(LIST)])[0].text == LIST
    assert quotes("山の持ち物の手袋は？", [hit(LIST)])[0].text.count("\n") == 1


def test_another_passage_is_heard_before_a_passage_says_nearly_as_much_again():
    hits = [
        hit("町の食パンは朝六時に焼き上がる。店の裏は広い庭である。花も咲く。町の食パンの売り切れは昼前になる。"),
        hit("残った食パンが町の店で夕方に半額になる。それも人気だ。", post="b.md", score=0.49),
    ]
    assert [q.hit for q in quotes("町の食パンはいつ焼き上がる？", hits)] == [0, 1, 0]


def test_no_more_than_a_few_quotes_none_inside_another():
    text = "".join(f"町の食パンは{name}の店でも焼かれている。" for name in "甲乙丙丁戊己庚辛壬癸")
    found = quotes("町の食パンの店は？", [hit(text), hit(text.replace("食パン", "菓子"), post="b.md")])
    assert len(found) <= MAX_QUOTES
    for one in found:
        assert text[one.start : one.end] == one.text or one.hit == 1
        assert not any(o is not one and o.hit == one.hit and o.start < one.end and one.start < o.end for o in found)


def test_what_leads_away_is_never_quoted():
    hits = [hit("食パンの値段は https://evil.example/ に書いてある。食パンは一斤三百円である。")]
    assert [q.text for q in quotes("食パンの値段は？", hits)] == ["食パンは一斤三百円である。"]


def test_figures_of_one_unit_that_share_none_differ():
    assert figures_differ("一斤320円である。", "一斤360円になった。")
    assert not figures_differ("一斤320円である。", "一斤320円、二斤600円である。")
    assert not figures_differ("一斤320円である。", "二〇一九年からである。")


def test_common_pairs():
    assert common("食パンの店", "食パンの店である") == 1.0
    assert common("食パン", "図書館") == 0.0
    assert common("", "食") == 0.0
