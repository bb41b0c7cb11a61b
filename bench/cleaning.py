"""Clean a blog and measure it: `python -m bench.cleaning POSTS`. Writes bench/results/cleaning.md from what it finds.

    python -m bench.cleaning POSTS                 counts, quality, time and memory at four sizes
    python -m bench.cleaning POSTS --libraries     the search for near repeats against MinHash libraries
    python -m bench.cleaning POSTS --sample 100    passages and dropped blocks, for a reader to judge

The first two compare with libraries: `pip install -c constraints.txt datasketch rensa`.

The quality figures are stricter readings of the questions that any scorer would ask; none of these patterns is used by
the cleaning. Hand checks are in bench/results/cleaning-by-hand.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from rag.cleaning.prepare import Prepared, prepare
from rag.cleaning.shingles import SAMPLE, overlaps
from rag.posts.load import load_posts
from rag.text.keys import sentence_key
from rag.text.sentences import ends_sentence, split_sentences
from rag.types import Passage, Post

SIZES = (250, 500, 1000, 1500)
RESULTS = Path(__file__).parent / "results" / "cleaning.md"

LEAK = re.compile(
    r"-{3,}|\*\*|\]\(|!\[|\{[%{:]|[%}]\}|</?[a-z][a-z0-9]*[ >/]|&[a-z]+;|^#{1,6}\s|^>\s|utm_|[?&]tag="
    r"|アフィリエイト(?:リンク|広告)|アソシエイトリンク|お問い合わせはこちら|詳しく見る →|^(?:関連記事|あわせて読みたい)$"  # noqa: E501
    r"|^(?:layout|categories|tags):\s|[<>=]{7}|承知(?:いた)?しました。|続きを書いて|既存の?記事の最後|文字数"
    r"|\ufffd|[\u200b\ufeff\u202a-\u202e]",
    re.M,
)
BULLET = re.compile(r"^\s*(?:[-・•]|\d{1,3}[.)])\s?")
CODE_LINE = re.compile(r"^ {4}.*\n?", re.M)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", type=Path)
    parser.add_argument("--libraries", action="store_true")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--one", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(cost(options.posts, options.one)))
    elif options.libraries:
        print("\n".join(libraries(load_posts(options.posts)[0])))
    elif options.sample:
        show_sample(options.posts, options.sample, options.seed)
    else:
        RESULTS.write_text("\n".join(report(options.posts)) + "\n", encoding="utf-8")
        print(RESULTS.read_text(encoding="utf-8"))


# --- time and memory ----------------------------------------------------------------------------------------------


def cost(folder: Path, size: int) -> dict[str, float]:
    """Seconds and MB of cleaning `size` posts taken evenly from the folder, in this process and its workers."""
    posts = evenly(load_posts(folder)[0], size)
    start, cpu = time.perf_counter(), time.process_time()
    made = prepare(posts)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    workers = list(_workers())
    cpu += sum(used for _, used in workers)
    mb = _peak() + sum(peak for peak, _ in workers)
    characters = sum(len(p.body) for p in posts)
    return {
        "posts": size, "characters": characters, "passages": len(made.passages),
        "seconds": seconds, "cpu": cpu, "mb": mb,
    }  # fmt: skip


def _peak(folder: Path = Path("/proc/self")) -> float:
    """Largest MB a process has held so far (Linux only; ru_maxrss would count what its parent held)."""
    found = re.search(r"VmHWM:\s+(\d+)", (folder / "status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def _workers() -> Iterator[tuple[float, float]]:
    """Peak MB and CPU seconds of the processes that this one started and that still wait for work."""
    for folder in Path("/proc").iterdir():
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split() if folder.name.isdigit() else []
            if fields and int(fields[1]) == os.getpid():
                yield _peak(folder), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:  # it ended meanwhile
            continue


def evenly(posts: Sequence[Post], size: int) -> list[Post]:
    """`size` posts spread over all, so that every month is in each size."""
    return [posts[n * len(posts) // size] for n in range(min(size, len(posts)))]


# --- quality ------------------------------------------------------------------------------------------------------


def quality(posts: Sequence[Post], made: Prepared) -> list[tuple[str, str]]:
    """What a strict reader would count."""
    passages = made.passages
    prose = [p.text for p in passages if len(p.text) >= 60 and not BULLET.match(p.text.split("\n")[-1])]
    cut = [text for text in prose if not ends_sentence(text)]
    leaks = [p for p in passages if LEAK.search(CODE_LINE.sub("", p.text))]
    keys = [sentence_key(p.text) for p in passages]
    i, j, share = overlaps(keys, 0.5, sample=1)
    lengths = np.array([len(p.text) for p in passages])
    smaller = np.where(lengths[i] <= lengths[j], i, j)
    kept, total = sentences_kept(posts, passages)
    inside = float(np.mean((lengths >= 80) & (lengths <= 600)))

    def of(count: int, all_of_it: int) -> str:
        return f"{count:,} ({count / max(1, all_of_it):.3%})"

    return [
        ("passages", f"{len(passages):,}"),
        ("passages with markup, marks, adverts or machine talk", of(len(leaks), len(passages))),
        *[
            (
                f"passages of which {bar:.0%} stands in another",
                of(len(set(smaller[share >= bar].tolist())), len(passages)),
            )
            for bar in (0.8, 0.65, 0.5)
        ],
        ("prose passages that stop without a full stop", of(len(cut), len(prose))),
        ("distinct sentences of 30 letters or more kept", f"{kept / total:.3%} of {total:,}"),
        ("length: 5 %, median, 95 %, most", " / ".join(f"{x:.0f}" for x in np.quantile(lengths, [0.05, 0.5, 0.95, 1]))),
        ("passages of 80 to 600 characters", f"{inside:.1%}"),
        ("passages that name other posts", f"{sum(bool(p.also_in) for p in passages):,}"),
    ]


def sentences_kept(posts: Sequence[Post], passages: Sequence[Passage]) -> tuple[int, int]:
    """Of the distinct complete sentences in plain paragraphs of the posts, how many a passage still holds.

    Held: word for word, or with 80 % of its shingles in one passage.
    """
    plain = re.compile(r"^[^#>|<\-*\d\[{!]")
    wanted: dict[str, None] = {}
    for post in posts:
        for line in post.body.split("\n"):
            if not plain.match(line) or LEAK.search(line):
                continue
            for start, end in split_sentences(line):
                key = sentence_key(line[start:end])
                if len(key) >= 30 and ends_sentence(line[start:end]):
                    wanted.setdefault(key)
    said = {sentence_key(p.text[a:b]) for p in passages for a, b in split_sentences(p.text)}
    missing = [key for key in wanted if key not in said]
    keys = [sentence_key(p.text) for p in passages]
    i, j, share = overlaps([*missing, *keys], 0.8, sample=1)
    held = {int(a) for a, b in zip(i[share >= 0.8], j[share >= 0.8], strict=True) if a < len(missing) <= b}
    return len(wanted) - len(missing) + len(held), len(wanted)


def report(folder: Path) -> Iterator[str]:
    posts = load_posts(folder)[0]
    made = prepare(posts)
    yield "# Cleaning, splitting and de-duplication"
    yield ""
    yield "Written by `python -m bench.cleaning POSTS`."
    yield f"Python {platform.python_version()}, {len(posts):,} posts of a Japanese blog."
    yield ""
    yield from table(("what a strict reader would count", ""), quality(posts, made))
    yield ""
    reasons = Counter(d.reason for d in made.dropped)
    yield from table(("left out because", "blocks"), [(reason, f"{n:,}") for reason, n in reasons.most_common()])
    yield ""
    yield "Time and memory, two processes where they pay, posts taken evenly over the months. MB is the sum of the peaks of"  # noqa: E501
    yield "all processes, posts and interpreter included."
    yield ""
    rows = []
    for size in (size for size in SIZES if size <= len(posts)):
        out = subprocess.run(
            [sys.executable, "-m", "bench.cleaning", str(folder), "--one", str(size)], check=True, capture_output=True
        )
        c = json.loads(out.stdout)
        per = 1e6 * c["cpu"] / c["characters"]
        rows.append(
            (*(f"{c[name]:,}" for name in ("posts", "characters", "passages")), f"{c['seconds']:.1f}", f"{c['cpu']:.1f}",  # noqa: E501
             f"{per:.2f}", f"{c['mb']:.0f}")
        )  # fmt: skip
    yield from table(("posts", "characters", "passages", "seconds", "CPU seconds", "CPU µs a character", "MB"), rows)
    yield ""
    yield "Candidates for near repeats: what each way finds of the pairs that an exact count finds."
    yield from libraries(posts)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    yield from ("| " + " | ".join(row) + " |" for row in rows)


# --- against libraries --------------------------------------------------------------------------------------------


def libraries(posts: Sequence[Post]) -> Iterator[str]:
    """How many true near repeats each way of looking for candidates finds, and how long it takes.

    The texts are the passages before any repeat was dropped in their post; the truth is every pair that an exact count
    of 8-character shingles finds to share 80 % of the smaller.
    """
    import datasketch
    import rensa

    from rag.cleaning.clean import clean_post
    from rag.cleaning.split import split_post

    posts = evenly(posts, 250)
    texts = [p.text for post in posts for p in split_post(post, clean_post(post).blocks)[0]]
    keys = list(dict.fromkeys(sentence_key(text) for text in texts))
    sets = [sorted({key[at : at + 8] for at in range(max(1, len(key) - 7))}) for key in keys]
    truth = true_pairs(sets)
    yield f"{len(posts)} posts, {len(keys):,} distinct passages, {len(truth):,} pairs of which 80 % of the smaller stands in"  # noqa: E501
    yield "the other."
    yield ""
    rows = []

    def row(name: str, start: float, pairs: set[tuple[int, int]]) -> None:
        rows.append(
            (name, f"{len(pairs & truth) / len(truth):.1%}", f"{len(pairs):,}", f"{time.perf_counter() - start:.1f}")
        )

    start = time.perf_counter()
    i, j, _ = overlaps(keys, 0.5)
    row(f"rag.cleaning.shingles, one shingle in {SAMPLE}", start, set(zip(i.tolist(), j.tolist(), strict=True)))
    for threshold in (0.5, 0.8):
        start = time.perf_counter()
        lsh = datasketch.MinHashLSH(threshold=threshold, num_perm=128)
        hashes = [datasketch.MinHash(num_perm=128) for _ in sets]
        for n, (minhash, shingles) in enumerate(zip(hashes, sets, strict=True)):
            minhash.update_batch([s.encode() for s in shingles])
            lsh.insert(n, minhash)
        row(f"datasketch MinHashLSH, Jaccard {threshold}", start, {
            (min(n, m), max(n, m)) for n, minhash in enumerate(hashes) for m in lsh.query(minhash) if n != m
        })  # fmt: skip
    start = time.perf_counter()
    ensemble = datasketch.MinHashLSHEnsemble(threshold=0.8, num_perm=128, num_part=16)
    ensemble.index([(n, minhash, len(s)) for n, (minhash, s) in enumerate(zip(hashes, sets, strict=True))])
    asked = ((n, ensemble.query(minhash, len(sets[n]))) for n, minhash in enumerate(hashes))
    pairs = {(min(n, m), max(n, m)) for n, near in asked for m in near if n != m}
    row("datasketch LSH Ensemble, containment 0.8 (hashes given)", start, pairs)
    start = time.perf_counter()
    index = rensa.RMinHashLSH(threshold=0.5, num_perm=128, num_bands=32)
    signatures = []
    for n, shingles in enumerate(sets):
        signature = rensa.RMinHash(num_perm=128, seed=1)
        signature.update(shingles)
        index.insert(n, signature)
        signatures.append(signature)
    row("rensa RMinHashLSH, 32 bands", start, {
        (min(n, m), max(n, m)) for n, signature in enumerate(signatures) for m in index.query(signature) if n != m
    })  # fmt: skip
    yield from table(("candidates from", "true pairs found", "candidates", "seconds"), rows)


def true_pairs(sets: Sequence[Sequence[str]]) -> set[tuple[int, int]]:
    """Every pair that shares 80 % of the smaller set, by an inverted index of all shingles."""
    where: dict[str, list[int]] = {}
    found = set()
    for n, shingles in enumerate(sets):
        shared: Counter[int] = Counter()
        for shingle in shingles:
            shared.update(where.get(shingle, ()))
            where.setdefault(shingle, []).append(n)
        found |= {(m, n) for m, count in shared.items() if count >= 0.8 * min(len(sets[m]), len(shingles))}
    return found


# --- for a reader -------------------------------------------------------------------------------------------------


def show_sample(folder: Path, size: int, seed: int) -> None:
    """Random passages, then random dropped blocks, each with its place, to be judged by hand."""
    made = prepare(load_posts(folder)[0])
    rng = random.Random(seed)
    print("# passages")
    for n in sorted(rng.sample(range(len(made.passages)), size)):
        p = made.passages[n]
        print(f"\n## {n} {p.location} [{p.title} | {p.heading}]\n{p.text}")
    print("\n# dropped")
    for n in sorted(rng.sample(range(len(made.dropped)), size)):
        d = made.dropped[n]
        print(f"\n## {n} {d.post}:{d.start_line}-{d.end_line} {d.reason}\n{d.text}")


if __name__ == "__main__":
    main()
