"""A generator's answer, checked: prompts it with the hits, keeps the sentences that the passages they cite support.

Knows nothing about how a generator works or why an answer was to be given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.answering.answer import ANSWER_FROM, without_numbers
from rag.answering.claims import Claim, claims_of, parse_stream, supported
from rag.answering.evidence import Reader
from rag.answering.phrases import sources_line
from rag.answering.prompt import MAX_PASSAGES, build_prompt
from rag.errors import ModelError, Why
from rag.text.question import answering_spans, kinds_of, language_of
from rag.text.sentences import split_sentences
from rag.types import Answer, Citation, Generator, Hit

_ENDS = "。．.!?！？\n"
MAX_REPLY = 4_000  # characters; a longer one has run away
_RUNAWAY = 3  # times that a sentence may come again
_NONE = re.compile(r"\W*none\b", re.IGNORECASE)  # what the prompt has it say where the posts don't


def written_answer(quoted: Answer, generator: Generator, reader: Reader) -> Iterator[Answer]:
    """`quoted` with the generator's checked words for its text, in growing steps.

    Raises ModelError when the generator fails, says nothing, runs away, or nothing that it says is supported.
    """
    asked = quoted.searched or quoted.question
    hits = quoted.hits[:MAX_PASSAGES]
    prompt = build_prompt(asked, [h.passage for h in hits], language_of(quoted.question))
    written, shown = "", 0
    for piece in parse_stream(generator.stream(prompt), known=len(hits)):
        written += piece
        reply = spoken(written)
        if len(reply) > MAX_REPLY:
            raise ModelError(f"{generator.name} ran on for more than {MAX_REPLY:,} characters", "runaway")
        if piece.rstrip(" ")[-1:] in _ENDS or piece.rstrip().endswith("]"):
            kept = _kept(reply, hits, reader)
            if len(kept) > shown:
                shown = len(kept)
                yield _answer(quoted, kept, hits, asked, generator.name)
    reply = spoken(written)
    if not reply.strip():
        why: Why = "reasoning" if written.strip() else "empty"
        raise ModelError(f"{generator.name} gave an empty reply", why)
    kept = _kept(reply, hits, reader)
    if not kept:
        raise _nothing_kept(reply, generator.name)
    yield _answer(quoted, kept, hits, asked, generator.name)


def spoken(reply: str) -> str:
    """What a reply says, without what a reasoning model thought aloud before it, or is still thinking."""
    _, closed, after = reply.rpartition("</think>")
    return after if closed else reply.partition("<think>")[0]


def _nothing_kept(reply: str, name: str) -> ModelError:
    """Which of the three ways not to answer a reply without a supported sentence is."""
    if _NONE.match(reply):
        return ModelError(f"{name} found no answer in the posts", "none")
    if not any(claim.numbers for claim in claims_of(reply)):
        return ModelError(f"{name} named no post for what it wrote", "unmarked")
    return ModelError(f"nothing that {name} wrote is supported by the posts", "unsupported")


def _kept(reply: str, hits: Sequence[Hit], reader: Reader) -> list[Claim]:
    """The supported sentences, each once, citing only what supports them."""
    claims = claims_of(reply)
    texts = [claim.text for claim in claims]
    if any(texts.count(text) > _RUNAWAY for text in texts):
        raise ModelError("the generator repeats itself", "runaway")
    kept: dict[str, Claim] = {}
    for claim in claims:
        numbers = supported(claim, hits, reader) if claim.text not in kept else ()
        if numbers:
            kept[claim.text] = Claim(claim.text, numbers)
    return list(kept.values())


def _answer(quoted: Answer, claims: Sequence[Claim], hits: Sequence[Hit], asked: str, model: str) -> Answer:
    """Claims renumbered by first use, each citation quoting the sentence of its passage that comes nearest."""
    order = list(dict.fromkeys(n for claim in claims for n in claim.numbers))
    new = {old: n for n, old in enumerate(order, start=1)}
    citations = []
    for old in order:
        said = " ".join(claim.text for claim in claims if old in claim.numbers)
        citations.append(_cite(new[old], hits[old - 1], said, asked))
    lines = [f"{without_numbers(' '.join(c.text.split()))} {''.join(f'[{new[n]}]' for n in c.numbers)}" for c in claims]
    dates = {c.passage.post: c.passage.date for c in citations}
    lines.append(sources_line(language_of(quoted.question), len(dates), dates.values()))
    answered = quoted.confidence >= ANSWER_FROM
    return replace(quoted, text="\n".join(lines), citations=tuple(citations), answered=answered, model=model)


def _cite(n: int, hit: Hit, said: str, asked: str) -> Citation:
    text = hit.passage.text
    spans = split_sentences(text) or [(0, len(text))]
    pairs = {said[i : i + 2] for i in range(len(said) - 1)}

    def common(span: tuple[int, int]) -> int:
        sentence = text[span[0] : span[1]]
        return len(pairs & {sentence[i : i + 2] for i in range(len(sentence) - 1)})

    start, end = max(spans, key=common)
    return Citation(n, hit.passage, text[start:end], start, end, answering_spans(kinds_of(asked), text[start:end]))
