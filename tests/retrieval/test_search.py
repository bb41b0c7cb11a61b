"""Searching a real index: the right passage first, filters, limits, and what can't be searched for."""

import pytest

import rag
from rag.errors import InputError
from rag.retrieval.diversity import FIRST
from rag.retrieval.filters import make_filters
from rag.retrieval.search import MAX_QUESTION
from rag.types import Filters
from tests.conftest import write_post


@pytest.mark.parametrize(
    ("question", "post", "words"),
    [
        ("食パンは一斤いくら？", "2025-04-02-bakery.md", "三百二十円"),
        ("石窯は何度まで温度が上がる？", "2025-04-02-bakery.md", "三百度"),
        ("一日乗車券の値段は？", "2025-05-10-railway.md", "千二百円"),
        ("脇芽はどうすればいい？", "2025-06-01-tomato.md", "摘み取る"),
        ("学習室は何席ある？", "2025-08-20-library.md", "四十八席"),
        ("How long does the battery last without sun?", "2025-07-15-weather-station.md", "eleven days"),
        ("ｼｭﾄｰﾚﾝの予約はいつから？", "2025-11-30-bakery-winter.md", "十二月一日"),
    ],
)
def test_the_passage_that_answers_comes_first(index, question, post, words):
    hits = index.search(question, k=3)
    assert any(words in h.passage.text for h in hits[:2]), [h.passage.text for h in hits]
    assert post in [h.passage.post for h in hits[:2]]


def test_hits_are_ordered_and_scores_stay_in_range(index):
    hits = index.search("朝に開く店", k=10)
    scores = [h.score for h in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < s <= 1 for s in scores)
    assert all(set(h.scores) == {"dense", "lexical", "late"} for h in hits)
    assert all(0 <= s <= 1 for h in hits for s in h.scores.values())


def test_of_the_first_five_at_most_two_are_of_one_post_unless_asked(tmp_path):
    """Six posts about bread, one of which says most: what it holds beyond two passages follows the others' best."""
    posts = tmp_path / "posts"
    posts.mkdir()
    loaves = [
        "食パンは朝の四時から窯で焼き、学校の給食に届ける。",
        "丸い食パンには干し葡萄を入れ、昼の十一時に店に並べる。",
        "残った食パンは薄く切って乾かし、夕方にパン粉として売る。",
        "夜は翌日の食パンの生地を仕込み、冷蔵庫で眠らせる。",
    ]
    for name, parts in [("北", 4), *((name, 1) for name in "東西南上下")]:
        body = "\n\n".join(f"## {i}\n\n{name}町のパン屋。{text}" for i, text in enumerate(loaves[:parts]))
        body = (
            body if parts > 1 else f"{name}町のパン屋は食パンを{'一二三四五'['東西南上下'.index(name)]}種類だけ置く。"
        )
        write_post(posts, f"2025-01-01-{name}.md", f"{name}町のパン", "2025-01-01", [], [], body)
    index = rag.build_index(posts, tmp_path / "ix")
    hits = index.search("北町のパン屋の食パン", k=9)
    names = [h.passage.post[11] for h in hits]
    assert (names[:FIRST].count("北"), names.count("北")) == (2, 4)
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert index.search("北町のパン屋の食パン", k=5) == hits[:5]
    every = [h.passage.post[11] for h in index.search("北町のパン屋の食パン", k=5, per_post=None)]
    assert every.count("北") == 4


def test_a_question_for_a_share_prefers_a_passage_that_holds_one(tmp_path):
    posts = tmp_path / "posts"
    posts.mkdir()
    texts = [
        "図書館を使う町民の割合は年ごとに調べられ、去年の割合も町の会報に載った。",
        "図書館を使う町民の割合は去年の調べで六十二パーセントだった。",
    ]
    for i, text in enumerate(texts):
        write_post(posts, f"2025-01-0{i + 1}-a.md", "図書館の調べ", f"2025-01-0{i + 1}", [], [], text)
    index = rag.build_index(posts, tmp_path / "ix")
    assert "六十二" in index.search("図書館を使う町民の割合は何パーセント？")[0].passage.text


def test_of_like_passages_the_newest_comes_first_when_the_latest_is_asked_for(tmp_path):
    posts = tmp_path / "posts"
    posts.mkdir()
    for year, price in (("2024", "三百"), ("2026", "三百五十"), ("2025", "三百二十")):
        text = f"町のパン屋の食パンの値段は一斤{price}円です。値段は{year}年の春に変わりました。"
        write_post(posts, f"{year}-01-01-a.md", f"{year}年の値段", f"{year}-01-01", [], [], text)
    index = rag.build_index(posts, tmp_path / "ix")
    latest = [h.passage.date[:4] for h in index.search("食パンの最新の値段は？")]
    assert latest == ["2026", "2025", "2024"]
    assert index.search("2024年の食パンの値段は？")[0].passage.date[:4] == "2024"


def test_days_are_inclusive_and_may_be_months_or_years(index):
    def posts(**filters):
        return {h.passage.post[:10] for h in index.search("パン 図書館 鉄道 トマト station", k=50, **filters)}

    assert posts(since="2025-08-20") == {"2025-08-20", "2025-11-30"}
    assert posts(until="2025-04-02") == {"2025-04-02"}
    assert posts(since="2025-05", until="2025-06") == {"2025-05-10", "2025-06-01"}
    assert len(posts(since="2025", until="2025")) == 6


def test_tags_and_categories_take_any_of_those_named(index):
    found = {h.passage.post[:10] for h in index.search("朝 開く", k=50, tags=["パン", "本"])}
    assert found <= {"2025-04-02", "2025-08-20", "2025-11-30"}
    assert {h.passage.post[:10] for h in index.search("朝 開く", k=50, tags=["パン"], categories=["店"])} == {
        "2025-04-02",
        "2025-11-30",
    }


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"since": "2025-13"}, "since is '2025-13'"),
        ({"until": "2025-02-30"}, "until is '2025-02-30'"),
        ({"since": "去年"}, "YYYY-MM-DD"),
        ({"since": "2025-09", "until": "2025-03"}, "swap them"),
        ({"tags": "パン"}, "a list of names"),
    ],
)
def test_filters_that_make_no_sense_are_refused(filters, words):
    with pytest.raises(InputError, match=words):
        make_filters(**filters)


def test_an_unknown_tag_is_refused_with_the_nearest_known_ones(index):
    with pytest.raises(InputError, match=r"'weathr' among its tags; there is: weather"):
        index.search("station", tags=["weathr"])


@pytest.mark.parametrize("question", ["", "   \n", "？！。", "🍞"])
def test_an_empty_question_is_refused(index, question):
    with pytest.raises(InputError, match="the question is empty"):
        index.search(question)


def test_a_question_of_a_megabyte_is_refused_before_any_work(index):
    with pytest.raises(InputError, match=r"1,048,576 characters; at most 2,000"):
        index.search("パ" * 1_048_576)
    assert index.search("パン" * (MAX_QUESTION // 2), k=1)


def test_a_question_that_is_no_text_is_refused(index):
    with pytest.raises(InputError, match="the question is a NoneType"):
        index.search(None)


@pytest.mark.parametrize("k", [0, -1, 1.5, "3", None, True])
def test_k_below_one_or_not_a_number_is_refused(index, k):
    with pytest.raises(InputError, match="k is"):
        index.search("パン", k=k)


def test_k_of_a_billion_gives_every_passage_that_shares_something(index):
    hits = index.search("パン", k=10**9, per_post=None)
    assert 2 <= len(hits) <= len(index)
    assert len({h.passage.id for h in hits}) == len(hits)


@pytest.mark.parametrize(
    "question",
    [
        '"; DROP TABLE passages; --',
        "../../etc/passwd",
        "${7*7} {{x}} %s {0.__class__}",
        "NEAR(パン",
        "\ud800 パン",
        "パン\x00\u202e\x1b[31m",
        "か\u3099" * 500,
        "\ufdfa" * 100,
    ],
)
def test_odd_questions_are_plain_text(index, question):
    assert len(index.search(question, k=3)) <= 3
    assert len(index.search("パン屋", k=1)) == 1


def test_a_question_with_nothing_in_common_finds_little_or_nothing(index):
    assert all(h.score < 0.5 for h in index.search("量子色力学のくりこみ群方程式", k=5))


def test_filters_are_falsy_when_they_limit_nothing():
    assert not Filters()
    assert Filters(tags=("パン",))
