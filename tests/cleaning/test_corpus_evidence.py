"""What posts show of the flaws that machines leave, and on which of them repairs then act."""

import itertools
from dataclasses import replace

import pytest

from rag.cleaning.corpus_evidence import (
    CHATTER,
    CUTS,
    REPAIRS,
    RESTARTS,
    WHY,
    CorpusEvidence,
    learn_evidence,
    signs_of,
)  # fmt: skip
from rag.types import Block

FACTS = [f"窯の壁の{n}段目には、水に浸した煉瓦を{n + 20}個だけ並べて積みます。" for n in range(12)]


def blocks(*texts: str) -> list[Block]:
    return [Block("text", text, n + 1, n + 1) for n, text in enumerate(texts)]


PLAIN = signs_of(blocks(*FACTS))
RESTARTED = signs_of(blocks(*FACTS, *FACTS[:6]))


def test_a_post_is_counted() -> None:
    cut = FACTS[3][:-6]
    signs = signs_of([*blocks(FACTS[0] + FACTS[1], cut, *FACTS[2:5], FACTS[0] + FACTS[1]), Block("list", "- 砂", 9, 9)])
    assert (signs.sentences, signs.again) == (8, 2)
    assert (signs.paragraphs, signs.stopped, signs.begun_again) == (5, 4, 1)  # the last one leads into the list


@pytest.mark.parametrize(
    ("texts", "again"),
    [
        ([FACTS[0], FACTS[1], FACTS[0], FACTS[2]], 0),  # a refrain
        ([*FACTS[:2], FACTS[5], *FACTS[:2]], 2),
        (["会議。", "会議。", "会議。", "会議。"], 0),  # a diary
        (["No detailed updates available.", FACTS[0], "No detailed updates available.", FACTS[1]], 0),  # a form
    ],
)
def test_only_sentences_that_recur_together_are_begun_again(texts: list[str], again: int) -> None:
    assert signs_of(blocks(*texts)).again == again


@pytest.mark.parametrize("text", ["とりあえず", "例：", "Updates:"])
def test_a_few_words_that_begin_another_sentence_are_no_cut(text: str) -> None:
    assert signs_of(blocks(text, text + "煉瓦は四十個を一つずつ水に浸してから積みます。")).begun_again == 0


def test_lists_code_and_quotes_are_not_counted() -> None:
    again = [Block(kind, text, 1, 1) for kind in ("list", "code", "quote", "table") for text in FACTS * 2]
    assert signs_of(again) == signs_of([])


def test_nothing_is_looked_for_where_nothing_is_seen() -> None:
    evidence = learn_evidence([PLAIN] * 50)
    assert evidence.repairs(PLAIN) == frozenset()
    assert evidence.repairs(replace(PLAIN, chatter=3)) == frozenset()  # a pattern alone
    assert [finding.posts for finding in evidence.findings()] == [0, 0, 0]


def test_a_post_that_restarts_is_mended_in_any_company() -> None:
    evidence = learn_evidence([*[PLAIN] * 50, RESTARTED])
    assert evidence.repairs(RESTARTED) == {RESTARTS, CUTS}
    assert evidence.repairs(replace(RESTARTED, chatter=1)) == set(REPAIRS)
    assert evidence.repairs(PLAIN) == frozenset()
    assert evidence.acting == (1, 1, 0)


def test_one_paragraph_pasted_twice_is_no_restart() -> None:
    signs = signs_of(blocks(*FACTS, FACTS[0], FACTS[1]))
    assert learn_evidence([*[PLAIN] * 50, signs]).repairs(signs) == frozenset()


def test_a_blog_of_restarts_is_mended_wherever_it_shows() -> None:
    little = signs_of(blocks(*FACTS, FACTS[0], FACTS[1]))
    evidence = learn_evidence([*[RESTARTED] * 10, *[PLAIN] * 10, little])
    assert evidence.repairs(little) == {RESTARTS, CUTS}
    assert evidence.repairs(PLAIN) == {CUTS}


def test_a_cut_sentence_that_stands_whole_elsewhere_shows_it_too() -> None:
    signs = signs_of(blocks(*FACTS, FACTS[3][:-6]))
    assert (signs.begun_again, learn_evidence([PLAIN, signs]).repairs(signs)) == (1, {RESTARTS, CUTS})


def test_loose_ends_stay_in_a_post_that_ends_as_it_likes() -> None:
    open_ends = signs_of(blocks(*(text[:-1] for text in FACTS), *FACTS[:6]))
    evidence = learn_evidence([*[RESTARTED] * 10, open_ends])
    assert CUTS not in evidence.repairs(open_ends)


def test_the_order_of_the_posts_plays_no_part() -> None:
    signs = [PLAIN, RESTARTED, replace(PLAIN, chatter=2)]
    assert len({learn_evidence(order) for order in itertools.permutations(signs)}) == 1


def test_it_comes_back_as_it_was_stored_and_an_older_index_has_none() -> None:
    evidence = learn_evidence([PLAIN, RESTARTED])
    assert CorpusEvidence.from_json(evidence.as_json()) == evidence
    assert CorpusEvidence.from_json(None) == CorpusEvidence()


def test_each_finding_says_why_in_figures() -> None:
    findings = learn_evidence([*[PLAIN] * 9, RESTARTED]).findings()
    assert [finding.repair for finding in findings] == list(REPAIRS) == list(WHY)
    assert findings[0].why == "1 of 10 posts say two sentences or more again, in the same order"
    assert findings[1].why.endswith("100% of the paragraphs end with a full stop")
    assert CHATTER in WHY
