"""Trains the tokenizer: NFKC and lower case, runs of one script, a unigram model. Knows nothing about vectors.

Everything is expressed with the `tokenizers` library's own parts, so tokenizer.json alone reproduces it anywhere.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

UNKNOWN = "[UNK]"  # id 0; its vector stays zero, so a character never seen moves no mean
MAX_PIECE = 14  # characters; longer pieces are boilerplate of the training sites
MIN_CHARACTER_COUNT = 30  # rarer characters would each take one of the vocabulary's places
PARTICLES = "をはがのにでともへや"
#: Runs of one script. A Latin word inside Japanese text is the same token as at the start of a query. Two kanji or more
#: stand alone, so that 資金を and 使用している hold the 資金 and 使用 of a query; a single kanji keeps its okurigana
#: (使う, 取り組み as 取り + 組み) unless a particle follows.
RUNS = (
    r"\p{N}+"
    r"|[\p{Han}々〆]{2,}"
    rf"|[\p{{Han}}々〆](?:(?![{PARTICLES}])[\p{{Hiragana}}ー]+)?"
    r"|[\p{Hiragana}ー]+"
    r"|[\p{Katakana}ー]+"
    r"|\p{Hangul}+"
    r"|[[\p{L}\p{M}]&&[^\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}々〆ー]]+"
    r"|[^\s]"
)


def new_tokenizer() -> Tokenizer:
    """An untrained tokenizer with the normaliser and the script-run splitter."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(r"\s+"), "removed"), pre_tokenizers.Split(Regex(RUNS), "isolated")]
    )
    return tokenizer


def train_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """A unigram tokenizer of exactly `vocab_size` pieces, the first of them UNKNOWN."""
    lines = [unicodedata.normalize("NFKC", text).lower() for text in texts]
    counts: Counter[str] = Counter()
    for line in lines:
        counts.update(line)
    rare = re.compile("[" + "".join(re.escape(c) for c, n in counts.items() if n < MIN_CHARACTER_COUNT) + "\0]")
    trainer = trainers.UnigramTrainer(
        vocab_size=vocab_size,
        special_tokens=[UNKNOWN],
        unk_token=UNKNOWN,
        max_piece_length=MAX_PIECE,
        show_progress=False,
    )
    tokenizer = new_tokenizer()
    tokenizer.train_from_iterator(_without(rare, lines), trainer)
    return tokenizer


def _without(rare: re.Pattern[str], lines: Iterable[str]) -> Iterator[str]:
    return (rare.sub(" ", line) for line in lines)


def save_tokenizer(tokenizer: Tokenizer, path: Path) -> None:
    """Write tokenizer.json on one line, scores cut to four digits: half the size, the same tokens."""
    state = json.loads(tokenizer.to_str())
    state["model"]["vocab"] = [[piece, round(score, 4)] for piece, score in state["model"]["vocab"]]
    path.write_text(json.dumps(state, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
