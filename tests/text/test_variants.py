"""Names in two spellings: from what the posts gloss in brackets, and by ear."""

from collections import Counter

import pytest

from rag.text.variants import Variants, glosses_of, skeleton_of, sound_of
from rag.types import Variant


def test_glosses_are_found_both_ways_round():
    texts = [
        "投資対効果（ROI）を測る。中国のBaidu（百度）が発表した。",
        "ROI（投資対効果）が高い。検索大手の百度（Baidu）は、",
        "大規模言語モデル（LLM: Large Language Model）の話。ＬＬＭ（大規模言語モデル）は、",
        "一度だけの例（once）は使わない。",
        "括弧の中が日本語だけの語（にほんご）も使わない。",
    ]
    counts = Counter(pair for text in texts for pair in glosses_of(text))
    assert counts == {
        ("baidu", "百度"): 2, ("llm", "大規模言語モデル"): 2, ("roi", "投資対効果"): 2,
        ("large language model", "大規模言語モデル"): 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("katakana", "latin"),
    [
        ("ネプチューン", "neptune"),
        ("パープレキシティ", "perplexity"),
        ("コパイロット", "copilot"),
        ("バックドア", "backdoor"),
        ("アンソロピック", "anthropic"),
        ("シーメンス", "siemens"),
    ],
)
def test_a_katakana_word_and_its_original_sound_alike(katakana, latin):
    frequency = {latin: 9, "banana": 3, "keyboard": 4, "library": 5, "weather": 2}
    assert [v.other for v in Variants([], frequency).of([katakana])] == [(latin,)]
    assert [v.other for v in Variants([], {katakana: 9, "キーボード": 3, "ライブラリー": 2}).of([latin])] == [
        (katakana,)
    ]


def test_sounds_and_skeletons():
    assert sound_of("ネプチューン") == "neputyun"
    assert sound_of("neptune") == "neptun"
    assert skeleton_of("neputyun") == skeleton_of("neptun") == "nptn"


def test_a_word_that_the_posts_know_better_than_its_like_is_left_alone():
    assert Variants([], {"ロボット": 500, "lovot": 3}).of(["ロボット"]) == []


def test_short_words_and_other_scripts_have_no_sound():
    assert Variants([], {"pi": 9, "ai": 9, "東京": 5}).of(["パイ", "東京", "도서", "ai"]) == []


def test_a_term_of_several_words_stands_for_its_gloss():
    glosses = [(["roi"], ["投資", "効果"], 5)]
    variants = Variants(glosses, {"roi": 40, "投資": 300, "効果": 60})
    assert variants.of(["投資", "効果"]) == [Variant(("投資", "効果"), ("roi",), 1.0)]
    assert variants.of(["roi"]) == [Variant(("roi",), ("投資", "効果"), 1.0)]


def test_a_common_word_is_not_replaced_by_a_rare_gloss_of_it():
    """AI（人工知能） is written ten times in fifty thousand passages about AI."""
    variants = Variants([(["ai"], ["人工", "知能"], 10)], {"ai": 50_000, "人工": 80, "知能": 90})
    assert variants.of(["ai"]) == []
    assert [v.other for v in variants.of(["人工", "知能"])] == [("ai",)]
