"""How long a search and an extractive answer take over many passages.

    python bench/latency.py POSTS QUESTIONS.jsonl [PASSAGES]

Grows a blog to PASSAGES (75,000) without repeating a passage: the added posts are made of the blog's own clauses, dealt
anew, so that words keep their frequencies and no paragraph says what another does. Prints a JSON line for each round
and task: passages, questions, milliseconds, warm, at the median and the 95th percentile, by the clock and of processor
time (what the clock would show if nothing else ran), and the load.
"""

import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

import rag
from rag.text.sentences import split_sentences

PER_PARAGRAPH, PER_POST = 8, 23  # sentences, paragraphs: about as in the blog, a paragraph a passage
WARM, ROUNDS = 20, 3  # questions asked before the clock runs


def dealt_anew(index, wanted, folder):
    """Write posts with about `wanted` passages: each sentence again, in another company, and with its order changed."""
    sentences = [p.text[a:b] for p in index.passages() for a, b in split_sentences(p.text) if b - a > 20]
    rng, made = random.Random(0), 0
    for number in range(1_000_000):
        if made >= wanted:
            return
        paragraphs = []
        for _ in range(PER_POST):
            pieces = [part for s in rng.sample(sentences, PER_PARAGRAPH) for part in re.split("(?<=、)", s)]
            rng.shuffle(pieces)  # of clauses, so that not a sentence is there twice
            paragraphs.append("".join(pieces).replace("。", "、").rstrip("、") + "。")
        text = "\n\n".join(f"## {i}\n\n{p}" for i, p in enumerate(paragraphs))
        day = f"2025-{1 + number % 12:02}-{1 + number % 28:02}"
        front = f"---\ntitle: {paragraphs[0][:24]}\ndate: {day}\n---\n\n"
        (folder / f"{day}-{number}.md").write_text(f"{front}{text}\n", encoding="utf-8")
        made += PER_POST


def main(posts, questions, wanted=75_000):
    asked = [json.loads(line)["question"] for line in Path(questions).read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as work:
        grown = Path(work) / "posts"
        grown.mkdir()
        index = rag.build_index(posts, Path(work) / "ix")
        before = len(index)
        dealt_anew(index, int(wanted) - before, grown)
        index.close()
        for file in Path(posts).rglob("*.md"):
            (grown / file.name).write_bytes(file.read_bytes())
        index = rag.build_index(grown, Path(work) / "ix", allow_removals=True)
        bot, size = rag.Chatbot(index), len(index)
        tasks = {"search": lambda q: index.search(q, k=10), "answer": lambda q: bot.ask(q, [])}
        for round_ in range(1, ROUNDS + 1):  # in the first, questions and most of their words are new to the index
            for name, task in tasks.items():
                row = {"task": name, "passages": size, "of_the_blog": before, "round": round_, **timed(task, asked)}
                print(json.dumps({**row, "load": os.getloadavg()[0], "cores": os.cpu_count()}))
        index.close()


def timed(task, asked):
    """Median and 95th percentile of the milliseconds of a question, after WARM others."""
    times, cpu = [], []
    for question in [*asked[:WARM], *asked]:
        start, worked = time.perf_counter(), time.process_time()
        task(question)
        times.append(1000 * (time.perf_counter() - start))
        cpu.append(1000 * (time.process_time() - worked))
    times, cpu = sorted(times[WARM:]), sorted(cpu[WARM:])
    p95 = int(0.95 * len(times))
    return {"questions": len(times), "p50_ms": round(statistics.median(times), 1), "p95_ms": round(times[p95], 1),
            "cpu_p50_ms": round(statistics.median(cpu), 1), "cpu_p95_ms": round(cpu[p95], 1)}  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
