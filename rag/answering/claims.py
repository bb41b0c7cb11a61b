"""Reads a generator's reply: finds its citations while it streams, and keeps only the sentences that they support.

A number counts when it names a passage that was given; a sentence counts when its figures and names occur in what it
cites and enough of its words do. Knows nothing about models or prompts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.answering.evidence import Reader, met_words
from rag.answering.figures import claimed, stated
from rag.text.sentences import split_sentences
from rag.types import Hit

#: Share of a sentence, by rarity, that the passage it cites must meet: below it the sentence says something else.
SUPPORTED_FROM = 0.6
_OPEN, _CLOSE = "[【［", "]】］"
_LONGEST_MARKER = 40  # characters; a longer bracket is text
_LABEL = r"(?:出典|参照|資料|記事|引用|出处|来源|출처|sources?|passages?|refs?|quellen?|fuentes?|fontes?)\s*[:：]?\s*"
_NUMBERS = re.compile(
    rf"\s*\^?\s*(?:{_LABEL})?(\d{{1,4}}(?:\s*[,，、;；/–〜~-]\s*\^?\d{{1,4}})*)\s*(?:†[^\[\]]*)?", re.IGNORECASE
)
#: Some models cite in round brackets; at the end of a sentence that is no aside.
_ROUND = re.compile(r"\s*[(（]\s*(\d{1,2})\s*[)）](?=\s*(?:[。．.!?！？\n\[]|$))")
_NAME = re.compile(r"[A-Z][A-Za-z0-9]+|[A-Za-z]+[0-9][A-Za-z0-9]*|[\u30a1-\u30fa\u30fc]{3,}")
_LINK = re.compile(r"(?:https?|ftp|data|javascript):|www\.|!?\[[^\]]*\]\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a reply and the numbers that it cites, as given to the generator."""

    text: str  # without its citation marks
    numbers: tuple[int, ...]


def parse_stream(pieces: Iterable[str], known: int) -> Iterator[str]:
    """The reply with every citation as "[n]", n in 1..known, and unknown numbers dropped; marks split over pieces are
    held back until they are whole. What comes out joined doesn't depend on where the pieces were cut.
    """
    held = ""
    for piece in pieces:
        held += piece
        ready, held = _resolve(held, known)
        if ready:
            yield ready
    if held:
        yield held


def _resolve(text: str, known: int) -> tuple[str, str]:
    """(what is final, what must wait for more) of the text so far."""
    out: list[str] = []
    at = 0
    while at < len(text):
        start = next((i for i in range(at, len(text)) if text[i] in _OPEN), None)
        if start is None:
            return "".join(out) + text[at:], ""
        out.append(text[at:start])
        end = next((i for i in range(start + 1, min(len(text), start + _LONGEST_MARKER)) if text[i] in _CLOSE), None)
        if end is None:
            if len(text) - start < _LONGEST_MARKER:
                return "".join(out), text[start:]
            out.append(text[start])
            at = start + 1
            continue
        numbers = _NUMBERS.fullmatch(text, start + 1, end)
        if numbers:
            out.extend(f"[{n}]" for n in _cited(numbers[1], known))
            at = end + 1
        else:
            out.append(text[start])
            at = start + 1
    return "".join(out), ""


def _cited(numbers: str, known: int) -> Iterator[int]:
    """The numbers of a mark, "1, 3-5" say, that name a passage."""
    for part in re.split(r"[,，、;；/]", numbers):
        ends = [int(n) for n in re.findall(r"\d+", part)]
        yield from range(max(1, ends[0]), min(known, ends[-1]) + 1)


def claims_of(reply: str) -> list[Claim]:
    """The sentences of a parsed reply with what each cites; a mark after a full stop belongs to the sentence before."""
    claims: list[Claim] = []
    reply = _ROUND.sub(r"[\1]", reply)
    after_stops = re.sub(r"((?:\[\d+\])+)([。．.!?！？])", r"\2\1", re.sub(r"\s+(?=\[\d+\])", "", reply))
    text, *rest = re.split(r"((?:\[\d+\])+)", after_stops)
    for plain, marks in zip([text, *rest[1::2]], [*rest[::2], ""], strict=True):
        numbers = tuple(dict.fromkeys(int(n) for n in re.findall(r"\d+", marks)))
        sentences = [plain[start:end] for start, end in split_sentences(plain)]
        sentences = [sentence for sentence in sentences if any(map(str.isalnum, sentence))]
        claims += [Claim(s, numbers if i == len(sentences) else ()) for i, s in enumerate(sentences, start=1)]
    return claims


def supported(claim: Claim, hits: Sequence[Hit], reader: Reader) -> tuple[int, ...]:
    """Those of the claim's numbers whose passage (hits[n - 1]) supports it: its figures and names occur there or in the
    title, its words are met from SUPPORTED_FROM on, and it holds no link. () when none does.
    """
    if _LINK.search(claim.text):
        return ()
    words = list(dict.fromkeys(reader.words(claim.text)))
    if not words:
        return ()
    rarity = reader.rarity(words)
    numbers = [n for n in claim.numbers if 1 <= n <= len(hits)]
    texts = [f"{hits[n - 1].passage.context}\n{hits[n - 1].passage.text}" for n in numbers]
    if not texts:
        return ()
    shares = met_words(words, texts, reader) @ rarity / max(float(rarity.sum()), 1e-6)
    return tuple(
        n for n, text, share in zip(numbers, texts, shares, strict=True)
        if share >= SUPPORTED_FROM and not _missing(claim.text, text)
    )  # fmt: skip


def _missing(claim: str, text: str) -> set[str]:
    """Figures, by value, and names of the claim that the text lacks."""
    folded = _fold(text)
    figures = {str(value) for value in claimed(claim) - stated(text)}
    return figures | {name for name in map(_fold, _NAME.findall(claim)) if name not in folded}


def _fold(text: str) -> str:
    return re.sub(r"(?<=\d)[,，](?=\d)", "", unicodedata.normalize("NFKC", text)).lower()
